"""The base of YANN's layer classes, and how they stand on the toolbox's layers.

In a network the toolbox's layers are read in three streams. A layer class of YANN is one layer
by itself, on an input that the script hands it: here it holds the toolbox's layer and reads it.
"""

import copy
from collections import OrderedDict
from types import SimpleNamespace

import numpy as np
import theano.tensor as T

from yann_weightnorm.toolbox import printing
from yann_weightnorm.toolbox.activations import activate, activation_name, check_activation
from yann_weightnorm.toolbox.layers import Layer
from yann_weightnorm.toolbox.streams import DROPOUT, INFERENCE

from ..core import activations

__all__ = ["layer"]

# What a layer takes over from the toolbox's; an empty list of parameters is None in YANN.
FACTS = ("output_shape", "num_neurons", "activation", "dropout_rate", "batch_norm", "updates")


class layer:
    """A layer's identity, and what it says of itself.

    Parameters
    ----------
    id : str
    type : str
    verbose : int, optional

    Attributes
    ----------
    output, inference : symbolic
        What it gives in training and in testing; None until a subclass has set it.
    params, active_params : list of shared variables, or None
        All its parameters, and those that are learnt.
    output_shape : tuple of int or None
    origin, destination : list of str
    updates : OrderedDict
        What a training step changes besides: shared variable -> expression.
    """

    def __init__(self, id, type, verbose=2):
        self.id, self.type, self.origin, self.destination = id, type, [], []
        self.output = self.inference = self.params = self.active_params = None
        self.output_shape = self.num_neurons = None
        self.activation, self.dropout_rate, self.batch_norm = "identity", 0, False
        self.active, self.updates = True, OrderedDict()

    def __getattr__(self, name):
        view = vars(self).get("view")
        if view is None or name.startswith("__"):
            raise AttributeError(f"{type(self).__name__} {vars(self).get('id')!r} has no attribute "
                                 f"{name!r}")
        return getattr(view, name)

    def stand_on(self, plain, *inputs, mask=0, rng=None):
        """Take over all that the toolbox's layer `plain` is, read on `inputs`.

        Parameters
        ----------
        plain : yann_weightnorm.toolbox.layers.Layer
        *inputs : symbolic tensors, arrays or views
        mask : float in [0, 1), default 0
            Probability that an output is silenced in training, where `plain` can't do it itself.
        rng : numpy.random.RandomState, optional
            Draws the seed of those masks.
        """
        origins = [each if hasattr(each, "who") else _Origin(each) for each in inputs]
        self.view = plain.read(DROPOUT, origins)
        self.output, self.inference = self.view.output, plain.read(INFERENCE, origins).output
        if mask:
            self.output = _dropout(rng, self.output, mask)
        self.params, self.active_params = plain.params or None, plain.active_params or None
        for fact in FACTS:
            setattr(self, fact, getattr(plain, fact))

    def print_layer(self, prefix=" ", nest=True, last=True, verbose=2):
        """Print what the layer is behind `prefix`; return the prefix of the layers above it.

        With `nest` False the layers below and above are named as well.
        """
        shown = copy.copy(self)
        shown.output_shape = self.output_shape or ()
        self.prefix_entry = f"{prefix}|-"
        self.prefix = printing.print_layer(shown, prefix, nest, last)
        return self.prefix

    def get_params(self, borrow=True, verbose=2):
        """Return the values of `params`, a list of arrays.

        Raises
        ------
        TypeError
            If the layer has no parameters.
        """
        if self.params is None:
            raise TypeError(f"{self.type} {self.id!r} has no parameters to get.")
        return [p.get_value(borrow=borrow) if hasattr(p, "get_value") else p.eval()
                for p in self.params]

    def _graph_attributes(self, verbose=2):
        return {"id": self.id, "type": self.type, "origin": self.origin,
                "output_shape": self.output_shape or "N/A",
                "num_neurons": self.num_neurons or "N/A",
                "activation": activation_name(self.activation),
                "dropout_rate": self.dropout_rate, "batch_norm": self.batch_norm}


class _Origin(SimpleNamespace):
    """What a layer stands on: an input that no layer made."""

    who = "the input"

    def __init__(self, tensor):
        super().__init__(output=T.as_tensor_variable(tensor))


def generator(rng):
    """Return `rng`, or NumPy's global generator for None."""
    return np.random if rng is None else rng


def _dropout(rng, params, dropout_rate, verbose=2):
    """Return `params` with a mask on it, and the rest divided by the probability to be kept."""
    silenced = Layer("dropout", (), generator(rng), dropout_rate=dropout_rate)
    silenced.make_masks()
    return silenced.drop(params, DROPOUT)


def _activate(x, activation, input_size, verbose=2, dimension=None):
    """Return the activation of `x`, and its shape."""
    check_activation(activation, input_size[1], "_activate")
    if activation_name(activation) == "maxout":
        _, kind, size = activation
        return activations.Maxout(x, size, input_size, kind, dimension)
    return activate(x, activation), input_size
