"""From graph to compiled functions."""

from collections import OrderedDict

import theano
import theano.tensor as T

from yann_weightnorm.theano_setup.threads import tuned
from yann_weightnorm.toolbox import registry

__all__ = ["LazyFunction", "begin", "compile_functions", "errors_of", "evaluation_functions",
           "mini_batch", "statistics_of", "train_step", "weighted_cost"]

DATA_DEPENDENT = "data_dependent"


class LazyFunction:
    """A Theano function that is compiled when it is first called.

    Parameters
    ----------
    inputs, outputs, **settings
        As for :func:`theano.function`.
    """

    def __init__(self, inputs, outputs, **settings):
        self._recipe, self._function = (inputs, outputs, settings), None

    def compile(self):
        """Return the compiled function, compiled now if it was not yet."""
        if self._function is None:
            inputs, outputs, settings = self._recipe
            # What reads no mini batch (a constant cost, say) must still take its index.
            self._function = tuned(theano.function(inputs, outputs, on_unused_input="ignore",
                                                   **settings))
        return self._function

    def __call__(self, *args):
        return self.compile()(*args)


def weighted_cost(views, objectives, weights):
    """Return the sum of the outputs of the layers `objectives` in `views`, times `weights`."""
    return sum(weight * views[id].output for id, weight in zip(objectives, weights))


def compile_functions(network):
    """Give `network` its functions of a mini batch's number.

    The network's costs, optimizer, datastream and classifier must be chosen.
    """
    network.train_step = train_step(
        network, network.cooked_optimizer, network.active_params, network.dropout_cost,
        statistics_of(network.dropout_layers.values()), errors_of(network))
    evaluation_functions(network)


def train_step(network, optimizer, params, cost, statistics, errors=None):
    """Return the function of (mini batch's number, epoch) that takes one step down `cost`.

    Parameters
    ----------
    network : network
    optimizer : Optimizer
    params : list of shared variables
        What the step changes.
    cost : symbolic scalar
    statistics : dict
        What changes besides: shared variable -> its next value.
    errors : symbolic integer, optional
        Number of wrong predictions; 0 by default.

    Returns
    -------
    LazyFunction
        Its result is [`cost`, `errors`], both from before the step.
    """
    constrained = [p for layer in network.dropout_layers.values()
                   for p in getattr(layer, "constrained", ())]
    optimizer.create_updates(params, cost, constrained)
    updates = optimizer.updates.copy()
    updates.update(statistics)
    index, settings = mini_batch(network)
    errors = T.constant(0) if errors is None else errors
    return LazyFunction([index, optimizer.epoch], [cost, errors], updates=updates, **settings)


def begin(network, start, data_dependent_start, init_scale):
    """Set the parameters of a cooked `network` by the start that cook was given, if by any.

    Raises
    ------
    ValueError
        If the start is unknown, two are wanted, or there is an `init_scale` and no start.
    """
    if data_dependent_start:
        if start not in (None, DATA_DEPENDENT):
            raise ValueError(f"cook got start {start!r} and data_dependent_start; choose one.")
        start = DATA_DEPENDENT
    if start is not None:
        registry.start_function(start)(network, init_scale=init_scale)
    elif init_scale != 1:
        raise ValueError(f"cook got init_scale {init_scale!r} and no start; say start='robust' or "
                         f"'data_dependent', or give init_scale to add_layer.")


def mini_batch(network):
    """Return a symbolic number, and the settings that put in the mini batch of that number."""
    index = T.iscalar("index")
    return index, {"givens": network.cooked_datastream.givens(index)}


def statistics_of(layers):
    """Return what one step changes in `layers` besides parameters, an OrderedDict."""
    return OrderedDict(update for layer in layers for update in layer.updates.items())


def errors_of(network):
    """Return how many predictions of the trained stream are wrong, symbolic; None without any."""
    classifier = network.dropout_layers.get(network.cooked_classifier)
    return None if classifier is None else classifier.errors(network.cooked_datastream.y)


def evaluation_functions(network):
    """Give `network` its functions of a mini batch's number that change no parameters.

    The network's inference cost, datastream and classifier must be chosen.
    """
    index, settings = mini_batch(network)
    classifier = network.inference_layers.get(network.cooked_classifier)
    if classifier is None:
        network.mini_batch_test = LazyFunction([index], network.inference_cost, **settings)
    else:
        _classifier_functions(network, classifier, index, settings)
    network.layer_activities = {
        id: LazyFunction([index], view.output, **settings)
        for id, view in network.inference_layers.items()}


def _classifier_functions(network, classifier, index, settings):
    y, classes = network.cooked_datastream.y, classifier.output_shape[1]
    pairs = y * classes + classifier.predictions
    confusion = T.extra_ops.bincount(pairs, minlength=classes ** 2).reshape((classes, classes))
    network.mini_batch_test = LazyFunction([index], classifier.errors(y), **settings)
    network.mini_batch_predictions = LazyFunction([index], classifier.predictions, **settings)
    network.mini_batch_posterior = LazyFunction([index], classifier.probabilities, **settings)
    network.mini_batch_confusion = LazyFunction([index], confusion, **settings)
