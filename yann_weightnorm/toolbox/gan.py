"""Generative adversarial networks: YANN's ``gan``, a network that several optimizers train.

Source: Goodfellow et al. (2014), "Generative adversarial nets", arXiv:1406.2661.
"""

import functools

from yann_weightnorm.toolbox import cooking
from yann_weightnorm.toolbox.gan_game import PLAYERS, Game, statistics_by_owner
from yann_weightnorm.toolbox.gan_playing import COST_LISTS, Playing
from yann_weightnorm.toolbox.network import network

__all__ = ["gan"]

PLAIN_STEPS = {"optimizer_type": "sgd", "momentum_type": "false",
               "momentum_params": (0.9, 0.95, 30)}


class gan(Playing, network):
    """A network in which a generator and a discriminator play against each other.

    Layers and modules are added as to any network. A discriminator is added twice, on data and on
    what the generator makes of a ``random`` layer; the second time with the first one's
    parameters: ``input_params=net.dropout_layers['D(x)'].params``. The losses are expressions of
    ``net.layers[...].output``, wrapped by a ``tensor`` layer and an ``objective`` layer of
    ``layer_type='value'``.

    Parameters
    ----------
    verbose : {0, 1, 2, 3}, default 2
    **options
        `rng` and `borrow`, as of :class:`~yann_weightnorm.toolbox.network.network`.

    Attributes
    ----------
    softmax_head : bool
        Whether the discriminator also learns to tell the classes apart.
    softmax_cost, disc_cost, gen_cost : list of float
        Each player's cost on every training mini batch since the last cook. The generator's last
        cost stands where it did not step.
    cooked_softmax_optimizer, cooked_discriminator_optimizer, cooked_generator_optimizer : Optimizer
        Each has its learning rate as ``<player>_learning_rate``, a shared scalar, its momentum of
        an epoch as ``<player>_current_momentum`` and a function that takes a share of the rate
        away as ``<player>_decay_learning_rate``. The plain names are the generator's.
    classifier_active_params, discriminator_active_params, generator_active_params : list
        What each optimizer changes; `active_params` has all of them in this order.
    D_cost, G_cost, dropout_D_cost, dropout_G_cost, dropout_softmax_cost : symbolic scalars
        The costs in the stable and in the trained stream.
    generator_probability, discriminator_probability : symbolic
        D(G(z)) and D(x) of a mini batch, in the trained stream.
    """

    recorded = network.recorded + tuple(COST_LISTS.values())

    def __init__(self, verbose=2, **options):
        super().__init__(verbose, **options)
        self.softmax_head = False
        self._layers_of, self._steps, self._plan = {}, {}, {}
        self._forget_costs()

    def restart(self, rng):
        """Begin again from `rng`: the numbers of a network built anew, without compiling anew."""
        super().restart(rng)
        self._forget_costs()

    def _forget_costs(self):
        for name in self.recorded:
            setattr(self, name, [])
        self.epoch_costs = None

    # -- cooking ------------------------------------------------------------------------------

    def cook(self, objective_layers, discriminator_layers, generator_layers, game_layers,
             softmax_layer=None, classifier_layers=None, optimizer_params=None, verbose=None, *,
             datastream=None, resultor="", visualizer=None, start=None, init_scale=1.0,
             data_dependent_start=False, **unread):
        """Choose what each player minimises and changes, and make the functions that do it.

        Parameters
        ----------
        objective_layers : sequence of three str
            Ids of the objectives of the classifier, the discriminator and the generator; None in
            the first place is no classifier.
        discriminator_layers, generator_layers : list of str
            Ids of the layers whose parameters the player changes.
        game_layers : (str, str)
            Ids of the layers that give D(G(z)) and D(x), for what is printed.
        softmax_layer : str, optional
            Id of the classifier, by default the last one added.
        classifier_layers : list of str, optional
            Ids of the layers that learn from the classes, the discriminator's among them as a rule.
            Required with a classifier.
        optimizer_params : dict, optional
            Parameters of the optimizers of all players, plain gradient descent by default.
        verbose : int, optional
        datastream, resultor, visualizer : str, optional
            As in :meth:`network.cook`.
        start, init_scale, data_dependent_start
            As in :meth:`network.cook`.
        **unread
            YANN's scripts pass more, which nothing reads.

        Raises
        ------
        ValueError
            If a layer or module is unknown or missing, or a player has nothing to learn.
        """
        self.network_type = "gan"
        self.cooked_datastream = self.known_datastream([datastream], strict=True)
        self.cooked_resultor = self.known_resultor(resultor)
        self.cooked_visualizer = self.known_visualizer(visualizer)
        self._choose_costs(objective_layers)
        self._choose_classifier(softmax_layer)
        self._choose_layers(classifier_layers, discriminator_layers, generator_layers)
        self._choose_probabilities(game_layers)
        self._cook_optimizers(optimizer_params)
        self._forget_costs()
        self.cook_options = dict(
            objective_layers=objective_layers, discriminator_layers=discriminator_layers,
            generator_layers=generator_layers, game_layers=game_layers,
            softmax_layer=softmax_layer, classifier_layers=classifier_layers,
            optimizer_params=optimizer_params, datastream=datastream, resultor=resultor,
            visualizer=visualizer)
        cooking.evaluation_functions(self)
        cooking.begin(self, start, data_dependent_start, init_scale)
        self.keep_best()
        self.start_visualizer(verbose)

    def _choose_costs(self, objectives):
        if not isinstance(objectives, (list, tuple)) or len(objectives) != len(PLAYERS):
            raise ValueError(f"cook got objective_layers {objectives!r}; it needs the ids of three "
                             f"objectives, of the classifier (or None), the discriminator and the "
                             f"generator.")
        softmax, discriminator, generator = objectives
        self.softmax_head = softmax is not None
        for player, id in zip(PLAYERS, objectives):
            if id is not None:
                self.known_layer(id, "cook: objective_layers")
            elif player != "softmax":
                raise ValueError(f"cook: objective_layers has None for the {player}; only the "
                                 f"classifier can be left out.")
        self.D_cost, self.G_cost = [self.layers[id].output for id in (discriminator, generator)]
        trained = self.dropout_layers
        self.dropout_D_cost, self.dropout_G_cost = (trained[discriminator].output,
                                                    trained[generator].output)
        self.dropout_softmax_cost = trained[softmax].output if self.softmax_head else None
        # What is tested where there is no classifier.
        self.inference_cost = self.inference_layers[discriminator].output

    def _choose_classifier(self, id):
        self.cooked_classifier = None
        if self.softmax_head:
            self.cooked_classifier = self.last_classifier_created if id is None else id
            self.known_layer(self.cooked_classifier, "cook: softmax_layer")
            layer = self.layers[self.cooked_classifier]
            if not hasattr(layer, "num_classes"):
                raise ValueError(f"cook: softmax_layer {layer.id!r} is a {layer.type}; it must be "
                                 f"a classifier.")
            self.check_classes()

    def _choose_layers(self, classifier, discriminator, generator):
        self._layers_of = {"discriminator": discriminator, "generator": generator}
        if self.softmax_head:
            self._layers_of = {"softmax": classifier, **self._layers_of}
        learnt = {player: self._params_of_player(player) for player in self._layers_of}
        self.classifier_active_params = learnt.get("softmax", [])
        self.discriminator_active_params = learnt["discriminator"]
        self.generator_active_params = learnt["generator"]
        self.active_params = [p for params in learnt.values() for p in params]

    def _params_of_player(self, player):
        who = f"cook: {'classifier' if player == 'softmax' else player}_layers"
        ids = self._layers_of[player]
        if not isinstance(ids, (list, tuple)):
            raise ValueError(f"{who} is {ids!r}; it must be a list of layer ids.")
        params = [p for id in ids for p in self.dropout_layers[self.known_layer(id, who)]
                  .active_params]
        if not params:
            raise ValueError(f"{who} {list(ids)} have nothing to learn; name layers with "
                             f"parameters.")
        return params

    def _choose_probabilities(self, game_layers):
        if not isinstance(game_layers, (list, tuple)) or len(game_layers) != 2:
            raise ValueError(f"cook got game_layers {game_layers!r}; it needs the ids of two "
                             f"layers, of D(G(z)) and of D(x).")
        self.generator_probability, self.discriminator_probability = [
            self.dropout_layers[self.known_layer(id, "cook: game_layers")].output
            for id in game_layers]
        index, settings = cooking.mini_batch(self)
        # Looking must not move the noise on: what is printed has no say in training.
        self.mini_batch_generator_probability, self.mini_batch_discriminator_probability = [
            cooking.LazyFunction([index], probability, no_default_updates=True, **settings)
            for probability in (self.generator_probability, self.discriminator_probability)]

    # -- optimizers ---------------------------------------------------------------------------

    def _cook_optimizers(self, params):
        self._steps = {}
        if self.softmax_head:
            self.cook_softmax_optimizer(params)
        self.cook_discriminator(params)
        self.cook_generator(params)
        self.train_step = Game(self._steps, self.cooked_datastream)

    def cook_softmax_optimizer(self, optimizer_params=None, verbose=None):
        """Make the optimizer of the classifier, and its step."""
        self.cooked_softmax_optimizer = self._cook_optimizer(
            "softmax", optimizer_params, self.classifier_active_params, self.dropout_softmax_cost)

    def cook_discriminator(self, optimizer_params=None, verbose=None):
        """Make the optimizer of the discriminator, and its step."""
        self.cooked_discriminator_optimizer = self._cook_optimizer(
            "discriminator", optimizer_params, self.discriminator_active_params,
            self.dropout_D_cost)

    def cook_generator(self, optimizer_params=None, verbose=None):
        """Make the optimizer of the generator, and its step."""
        self.cooked_generator_optimizer = self._cook_optimizer(
            "generator", optimizer_params, self.generator_active_params, self.dropout_G_cost)
        self.cooked_optimizer = self.cooked_generator_optimizer
        for name in ("learning_rate", "current_momentum", "decay_learning_rate"):
            setattr(self, name, getattr(self, f"generator_{name}"))

    def _cook_optimizer(self, player, optimizer_params, params, cost):
        id = f"{player}_optimizer"
        # Made by cook, so no call of the script's that would be repeated when it is loaded.
        self._add_optimizer(dict(optimizer_params or PLAIN_STEPS, id=id))
        optimizer = self.optimizer[id]
        setattr(self, f"{player}_learning_rate", optimizer.learning_rate)
        setattr(self, f"{player}_current_momentum", optimizer.momentum_at)
        setattr(self, f"{player}_decay_learning_rate",
                functools.partial(decay, optimizer.learning_rate))
        # Shared twice is changed once; an expression follows what it is made of.
        own = [p for p in dict.fromkeys(params) if hasattr(p, "get_value")]
        statistics = statistics_by_owner(self.dropout_layers, self._layers_of)[player]
        errors = cooking.errors_of(self) if player == "softmax" else None
        self._steps[player] = cooking.train_step(self, optimizer, own, cost, statistics, errors)
        return optimizer

    @property
    def cooked_optimizers(self):
        """The optimizers of the players, in the order of their steps."""
        return [self.optimizer[f"{player}_optimizer"] for player in self._steps]

    def initialize_train(self, verbose=None):
        """Compile the steps of all players now, rather than when training begins."""
        for step in self._steps.values():
            step.compile()


def decay(learning_rate, share):
    """Take `share` of itself away from the shared scalar `learning_rate`."""
    now = learning_rate.get_value()
    learning_rate.set_value((now - now * share).astype(now.dtype))
