"""YANN's activation functions; the mathematics is the toolbox's."""

import theano.tensor as T

from yann_weightnorm.toolbox import activations as _toolbox
from yann_weightnorm.toolbox.activations import elu as _elu
from yann_weightnorm.toolbox.activations import relu as _relu
from yann_weightnorm.toolbox.activations import softmax as _softmax

__all__ = ["Abs", "Elu", "Maxout", "ReLU", "Sigmoid", "Softmax", "Squared", "Tanh"]


def Elu(x, alpha=1):
    """Return `x` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere."""
    return _elu(x, alpha)


def ReLU(x, alpha=0):
    """Return `x` where it is positive, ``alpha * x`` elsewhere."""
    return _relu(x, alpha)


def Sigmoid(x):
    """Return the logistic function of `x`."""
    return T.nnet.sigmoid(x)


def Tanh(x):
    """Return the hyperbolic tangent of `x`."""
    return T.tanh(x)


def Softmax(x, temp=1):
    """Return the softmax of each row of `x` divided by the temperature `temp`."""
    return _softmax(x, temp)


def Abs(x):
    """Return the absolute value of `x`."""
    return abs(x)


def Squared(x):
    """Return the square of `x`."""
    return x ** 2


def Maxout(x, maxout_size, input_size, type="maxout", dimension=1):
    """Reduce every `maxout_size` consecutive channels of `x` to one.

    Parameters
    ----------
    x : (batch, channels) or (batch, channels, height, width)
    maxout_size : int
    input_size : tuple of int
        The shape of `x`.
    type : {'maxout', 'meanout', 'mixedout'}
        Their maximum, their mean, or half of each.
    dimension : {1, 2}, default 1
        1 for rows, 2 for maps.

    Returns
    -------
    out, shape
        What is left, and its shape.
    """
    activation = ("maxout", type, maxout_size)
    _toolbox.check_activation(activation, input_size[1], "Maxout")
    channels = _toolbox.activated_channels(input_size[1], activation)
    shape = (input_size[0], channels) + tuple(input_size[2:4] if dimension == 2 else ())
    return _toolbox.activate(x, activation), shape


def _max1d_stride(x, i, stride):
    return x[:, i::stride]


def _max2d_stride(x, i, stride):
    return x[:, i::stride, :, :]
