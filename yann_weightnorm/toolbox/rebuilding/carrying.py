"""What a network has learnt and where its training stands, carried over to its twin."""

import contextlib

import numpy as np

from yann_weightnorm.toolbox import network_state
from yann_weightnorm.toolbox.rebuilding.owners import param_of

__all__ = ["Carrying"]


class Carrying:
    """Sets a twin, built and cooked, to what its network has learnt.

    Parameters
    ----------
    rebuilding : Rebuilding
        Its twin is built, and cooked if its network is.
    """

    def __init__(self, rebuilding):
        self.network, self.twin = rebuilding.network, rebuilding.twin
        self.owners = rebuilding.owners

    def carry(self):
        """Set parameters, the best ones so far, and the state of training."""
        if self.network.best_params:
            with _holding(self.network.best_params):
                self._carry_parameters("best")
            self.twin.keep_best()
        self._carry_parameters("now")
        arrays, numbers = network_state.state(self.network)
        made, _ = network_state.state(self.twin)
        self.merge_state(made, arrays)
        network_state.set_state(self.twin, made, dict(numbers, aside=[]))
        self.twin.best_validation_errors = self.network.best_validation_errors
        self.twin.left_off = numbers["training"]
        self.twin.aside = dict(self.network.aside)

    def _carry_parameters(self, version):
        for id, view in self.network.layers.items():
            self.carry_layer(view.layer, self.twin.layers[id].layer, version)

    def carry_layer(self, old, new, version):
        """Set what is learnt in the layer `new` to what `old` holds.

        Parameters
        ----------
        old, new : Layer
        version : {'now', 'best'}
            Whether `old` holds its present parameters, or the best so far.
        """
        self.carry_params(old, new, old.param_names)

    def carry_params(self, old, new, names):
        """Set the parameters `names` of `new`, those that are its own, to those of `old`."""
        for name in names:
            if self.owners.owns(old, name):
                param_of(new, name).set_value(param_of(old, name).get_value())

    def merge_state(self, made, arrays):
        """Set the twin's state `made`, named arrays, to the network's, where they are alike."""
        for name in made:
            same = name.startswith("history/") or np.shape(arrays.get(name)) == made[name].shape
            if same and name in arrays and not name.startswith("best/"):
                made[name] = arrays[name]


@contextlib.contextmanager
def _holding(values):
    """Let parameters hold other `values`, (parameter, array) pairs, for a while."""
    before = [(param, param.get_value()) for param, _ in values]
    try:
        for param, value in values:
            param.set_value(value)
        yield
    finally:
        for param, value in before:
            param.set_value(value)
