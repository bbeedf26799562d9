"""By how much an activation shrinks what is normally distributed."""

import functools

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.activations import activate, activation_name, activation_params

__all__ = ["gain"]

# Not a function of one pre-activation alone, so that they have no gain of their own.
JOINT = ("softmax", "maxout")
FARTHEST, POINTS = 12.0, 200  # of an integral on either side of 0, where activations have a kink


def gain(activation):
    """Return 1 over the deviation of ``activation(z)``, where z is standard normal.

    For ReLU it is ``sqrt(2 / (1 - 1 / pi))``, about 1.713. An activation with parameters is taken
    at their start.

    Parameters
    ----------
    activation : str, tuple or None
        See :func:`yann_weightnorm.toolbox.activations.check_activation`. For softmax and maxout,
        which look at several pre-activations at once, the gain is 1.

    References
    ----------
    .. [1] Brock, De and Smith (2021), arXiv:2101.08692, section 4.
    """
    if activation_name(activation) in JOINT:
        return 1.0
    return _gain(tuple(activation) if isinstance(activation, list) else activation)


@functools.lru_cache(maxsize=None)
def _gain(activation):
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    z = np.concatenate([nodes - 1, nodes + 1]) * FARTHEST / 2
    share = np.tile(weights, 2) * np.exp(-z ** 2 / 2)
    share /= share.sum()
    y = _values(activation, z)
    return float(1 / np.sqrt(np.sum(share * (y - np.sum(share * y)) ** 2)))


def _values(activation, z):
    x = T.dmatrix()
    params = [T.constant(np.array([start])) for _, start in activation_params(activation)]
    mode = theano.Mode(linker="py", optimizer=None)
    return theano.function([x], activate(x, activation, params), mode=mode)(z[:, None])[:, 0]
