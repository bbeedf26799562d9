"""YANN's network: add layers and modules, cook, train, test."""

import networkx
import numpy as np

from yann_weightnorm.toolbox import cooking, registry
from yann_weightnorm.toolbox.blueprint import Call
from yann_weightnorm.toolbox.graph import add_to_graph
from yann_weightnorm.toolbox.inspection import Inspection
from yann_weightnorm.toolbox.joining import Joining
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.rebuilding import Copying
from yann_weightnorm.toolbox.running import Running
from yann_weightnorm.toolbox.saving import Saving
from yann_weightnorm.toolbox.showing import Showing
from yann_weightnorm.toolbox.streams import DROPOUT, INFERENCE, STABLE, Streams

__all__ = ["network"]


class network(Joining, Running, Showing, Saving, Copying, Inspection):
    """A network of layers over the mini batches of a data set.

    Parameters
    ----------
    verbose : {0, 1, 2, 3}, default 2
        How much is printed; 0 is nothing.
    rng : numpy.random.RandomState, optional
        Draws everything random: starting parameters, masks, orders of rows. Two networks built
        alike from generators with one seed train alike, bit for bit, on one machine. By default
        numpy's global generator, which ``numpy.random.seed`` seeds.
    borrow : bool, default True
        Kept for YANN's scripts.

    Attributes
    ----------
    dropout_layers, layers, inference_layers : dict
        Layer id -> its view in the dropout (trained), stable and inference (tested) stream.
    params, active_params : list of shared variables
        All parameters, and those that training changes; a script may append to the latter.
    datastream, optimizer, resultor, visualizer : dict
        Module id -> module.
    L1, L2 : symbolic sums over the layers added with ``regularize=True``.
    cost : list of float
        Cost of every training mini batch since the last cook.
    calls : list of Call
        How it was built.
    conversion : Conversion or None
        What :func:`yann_weightnorm.fold` or `weight_normalize` did to make it.
    aside : dict
        Layer id -> what that conversion had no place for, kept for the way back.
    always_visualizes : bool, default False
        Whether cook makes a visualizer, as YANN does, if none was added. Of the class.
    """

    always_visualizes = False

    # The lists that grow while a network is trained.
    recorded = ("cost", "validation_accuracy", "training_accuracy")

    def __init__(self, verbose=2, rng=None, borrow=True):
        self.verbose, self.borrow = verbose, borrow
        self.rng = np.random if rng is None else rng
        self._streams = Streams()
        views = self._streams.views
        self.dropout_layers, self.layers = views[DROPOUT], views[STABLE]
        self.inference_layers = views[INFERENCE]
        self.params, self.active_params = [], []
        self.L1 = self.L2 = 0
        self.datastream, self.optimizer, self.resultor, self.visualizer = {}, {}, {}, {}
        self.graph, self.layer_graph = networkx.DiGraph(), {}
        self.num_layers = 0
        self.last_layer_created = self.last_classifier_created = None
        self.last_objective_layer_created = self.last_datastream_created = None
        self.last_optimizer_created = self.last_resultor_created = None
        self.last_visualizer_created = None
        self.cooked_datastream = self.cooked_optimizer = self.cooked_resultor = None
        self.cooked_classifier, self.cooked_visualizer, self.layer_activities = None, None, {}
        self.calls, self.cook_options, self.begins_files = [], None, True
        self.cost, self.validation_accuracy, self.training_accuracy = [], [], []
        self.best_validation_errors, self.best_params = np.inf, []
        self.conversion, self.aside = None, {}
        self.training = self.training_settings = self.left_off = None

    # -- building -----------------------------------------------------------------------------

    def add_layer(self, type, verbose=None, *, id=None, origin=None, learnable=None, **options):
        """Add a layer on top of another.

        Parameters
        ----------
        type : str or class
            A layer type's name or alias; ``yann_weightnorm.layer_types()`` lists them. Or a class
            of layers that has no such name; a network with one can't be loaded from its file.
        verbose : int, optional
        id : str, optional
            The number of layers so far by default.
        origin : str, optional
            Id of the layer below, by default the last one added; for an input layer the id of a
            datastream, for an objective the last classifier.
        learnable : bool, optional
            Whether training changes the layer's parameters; by default if it has any.
        **options
            The options of the layer's class: its keyword-only parameters.

        Raises
        ------
        ValueError
            If the type, the origin or an option's value is unknown or impossible.

        Warns
        -----
        UserWarning
            If the type has no option of a given name.
        """
        cls = registry.layer_class(type)
        id = self._new_id(id)
        origins, ground = cls.join(self, origin, options)
        layer = cls(id, ground, self.rng, **registry.options_for(
            cls, options, f"layer type {cls.type!r}"))
        layer.active = self._learnable(layer, learnable)
        self._streams.lay(layer, origins)
        layer.origin = layer.origin + origins
        for below in origins:
            self.layers[below].destination.append(id)
        self._register(layer)
        type = type if isinstance(type, str) else cls.type
        self.calls.append(Call("layer", type, _as_it_turned_out(layer, origin, options)))
        say(2, f"Added {layer.who}, output shape {layer.output_shape}", self._level(verbose))

    def _register(self, layer):
        self.last_layer_created = layer.id
        if layer.type == "objective":
            self.last_objective_layer_created = layer.id
        if hasattr(layer, "num_classes"):
            self.last_classifier_created = layer.id
        self.params = self.params + layer.params
        if layer.active:
            self.active_params = self.active_params + layer.active_params
        if getattr(layer, "regularize", False):
            self.L1, self.L2 = self.L1 + layer.L1, self.L2 + layer.L2
        add_to_graph(self, self.layers[layer.id])

    def _new_id(self, id):
        id = str(self.num_layers) if id is None else id
        if not isinstance(id, str):
            raise ValueError(f"add_layer got id {id!r}; a layer's id must be a string.")
        if id in self.layers:
            raise ValueError(f"add_layer got id {id!r}, which {self.layers[id].who} has; choose "
                             f"another.")
        self.num_layers += 1
        return id

    @staticmethod
    def _learnable(layer, learnable):
        if learnable and not layer.active_params:
            raise ValueError(f"{layer.who} has nothing to learn; leave learnable out.")
        return bool(layer.active_params) if learnable is None else bool(learnable)

    def deactivate_layer(self, id, verbose=None):
        """Take the parameters of a layer out of what training changes; cook again after it.

        Raises
        ------
        ValueError
            If there is no such layer, or it has no parameters.
        """
        layer = self.layers[self.known_layer(id, "deactivate_layer")]
        if not layer.params:
            raise ValueError(f"deactivate_layer: {layer.who} has no parameters.")
        self.active_params = [p for p in self.active_params
                              if not any(p is own for own in layer.params)]
        layer.active = False

    def restart(self, rng):
        """Begin again from `rng`: the numbers of a network built anew, without compiling anew.

        Parameters, masks, orders of rows and what the optimizer remembers are all as in a network
        built by the same calls with ``rng=rng``. Parameters given as arrays by `input_params` keep
        the values they have.
        """
        self.rng, self.cost = rng, []
        for view in self.layers.values():
            view.layer.restart(rng)
        for stream in self.datastream.values():
            stream.restart(rng)
        for optimizer in self.optimizer.values():
            optimizer.reset()
        for visualizer in self.visualizer.values():
            visualizer.restart(rng)

    # -- cooking ------------------------------------------------------------------------------

    def cook(self, verbose=None, *, optimizer=None, datastream=None, resultor="", visualizer=None,
             classifier_layer="", objective_layers=None, objective_weights=None,
             active_layers=None, start=None, init_scale=1.0, data_dependent_start=False,
             **unread):
        """Choose modules and objectives, and make the functions that train and test.

        Each compiles when it is first needed: the one that trains at the start of
        :meth:`~yann_weightnorm.toolbox.running.Running.train`.

        Parameters
        ----------
        verbose : int, optional
        optimizer, datastream, resultor, visualizer : str, optional
            Ids of modules, the last ones added by default. Without an optimizer plain gradient
            descent is used, without a resultor one in the folder 'resultor'; ``resultor=None``
            writes no files. Without a visualizer nothing is drawn.
        classifier_layer : str or None, optional
            Id of the classifier to test, the last one by default; None for a value network.
        objective_layers : list of str, optional
            Ids of the objectives to minimise, by default the last one.
        objective_weights : list of float, optional
            What each counts; 1 by default.
        active_layers : list, optional
            Ids (or layers) whose parameters alone are trained.
        start : {'data_dependent', 'robust'}, optional
            Set g and b, or w and b, of all layers: so that every pre-activation of the first mini
            batch has mean 0 and deviation 1 (Salimans & Kingma 2016, section 3; see
            :func:`yann_weightnorm.initialize_from_data`), or by the layers' widths alone (Arpit
            et al. 2019; see :func:`yann_weightnorm.initialize_robustly`). By default layers begin
            as their own option `start` says.
        init_scale : float, default 1
            For a start: the deviation, or what all lengths are multiplied by.
        data_dependent_start : bool, default False
            The same as ``start='data_dependent'``.
        **unread
            YANN's scripts pass more (`classifier`, `learning_rates`, ...), which nothing reads.

        Raises
        ------
        ValueError
            If a module, layer or start is unknown, there is no datastream or objective, or
            weights and objectives differ in number.
        """
        self.cooked_datastream = self.known_datastream([datastream], strict=True)
        self.cooked_optimizer = self.known_optimizer(optimizer)
        self.cooked_resultor = self.known_resultor(resultor)
        self.cooked_visualizer = self.known_visualizer(visualizer)
        self.cooked_classifier = self.last_classifier_created if classifier_layer == "" \
            else classifier_layer
        self.network_type = "value" if self.cooked_classifier is None else "classifier"
        self._choose_cost(objective_layers, objective_weights)
        if active_layers is not None:
            self.active_params = self.params_of(active_layers)
        self.check_classes()
        self.learning_rate = self.cooked_optimizer.learning_rate
        self.cost, self.validation_accuracy, self.training_accuracy = [], [], []
        self.cook_options = dict(
            optimizer=optimizer, datastream=datastream, resultor=resultor, visualizer=visualizer,
            classifier_layer=classifier_layer, objective_layers=objective_layers,
            objective_weights=objective_weights, active_layers=active_layers and
            [getattr(layer, "id", layer) for layer in active_layers])
        cooking.compile_functions(self)
        cooking.begin(self, start, data_dependent_start, init_scale)
        self.keep_best()
        self.start_visualizer(verbose)

    def _choose_cost(self, objectives, weights):
        objectives = [self.last_objective_layer_created] if objectives is None else objectives
        objectives = [self.known_layer(id, "cook: objective_layers") for id in objectives]
        weights = [1] * len(objectives) if weights is None else weights
        if len(weights) != len(objectives):
            raise ValueError(f"cook got {len(weights)} objective_weights for {len(objectives)} "
                             f"objective_layers; give one for each.")
        self.layer_cost, self.dropout_cost, self.inference_cost = [
            cooking.weighted_cost(views, objectives, weights)
            for views in (self.layers, self.dropout_layers, self.inference_layers)]


def _as_it_turned_out(layer, origin, options):
    """Return the options that build `layer` again, on the layers it stands on now."""
    below = layer.origin if len(layer.origin) != 1 else layer.origin[0]
    return dict({name: value for name, value in options.items() if name != "dataset_init_args"},
                id=layer.id, origin=below or origin)
