"""From graph to compiled functions."""

import theano
import theano.tensor as T

from yann_weightnorm.theano_setup.threads import tuned

__all__ = ["LazyFunction", "compile_functions", "weighted_cost"]


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
    index, stream = T.iscalar("index"), network.cooked_datastream
    settings = {"givens": stream.givens(index)}
    network.train_step = _train_step(network, index, settings)
    classifier = network.inference_layers.get(network.cooked_classifier)
    if classifier is None:
        network.mini_batch_test = LazyFunction([index], network.inference_cost, **settings)
    else:
        _classifier_functions(network, classifier, index, settings)
    network.layer_activities = {
        id: LazyFunction([index], view.output, **settings)
        for id, view in network.inference_layers.items()}


def _train_step(network, index, settings):
    optimizer = network.cooked_optimizer
    layers = list(network.dropout_layers.values())
    constrained = [p for layer in layers for p in getattr(layer, "constrained", ())]
    optimizer.create_updates(network.active_params, network.dropout_cost, constrained)
    updates = optimizer.updates.copy()
    for layer in layers:
        updates.update(layer.updates)
    classifier = network.dropout_layers.get(network.cooked_classifier)
    errors = T.constant(0) if classifier is None else classifier.errors(
        network.cooked_datastream.y)
    return LazyFunction([index, optimizer.epoch], [network.dropout_cost, errors],
                        updates=updates, **settings)


def _classifier_functions(network, classifier, index, settings):
    y, classes = network.cooked_datastream.y, classifier.output_shape[1]
    pairs = y * classes + classifier.predictions
    confusion = T.extra_ops.bincount(pairs, minlength=classes ** 2).reshape((classes, classes))
    network.mini_batch_test = LazyFunction([index], classifier.errors(y), **settings)
    network.mini_batch_predictions = LazyFunction([index], classifier.predictions, **settings)
    network.mini_batch_posterior = LazyFunction([index], classifier.probabilities, **settings)
    network.mini_batch_confusion = LazyFunction([index], confusion, **settings)
