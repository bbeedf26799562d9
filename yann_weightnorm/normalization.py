"""Weight normalization: a weight is a direction times a length.

Every function takes symbolic tensors or NumPy arrays alike.

Source: Salimans & Kingma (2016), "Weight Normalization", arXiv:1602.07868.
"""

import numpy as np
import theano.tensor as T

from yann_weightnorm import ops

__all__ = ["compose", "decompose", "library", "norm", "scale_neurons", "some", "usable"]


def norm(v, axes):
    """Return the Euclidean norm of `v` over `axes`, which stay as length 1.

    Parameters
    ----------
    v : tensor or array
    axes : int or tuple of int
        The axes of one neuron.

    Examples
    --------
    >>> norm(np.array([[3.0, 1.0], [4.0, 0.0]]), axes=0)
    array([[5., 1.]])
    """
    return library(v).sqrt((v * v).sum(axis=axes, keepdims=True))


def compose(v, g, axes):
    """Return w = g v / |v| (equation 2): direction of `v`, length `g`.

    Parameters
    ----------
    v : tensor or array
    g : tensor or array
        Of the shape of `v`, but length 1 along `axes`.
    axes : int or tuple of int
        The axes of one neuron.

    Notes
    -----
    Where v is 0 it has no direction, and equation 3 divides by 0. There |v| is taken to be 1, so w
    is 0, the gradient of v is g times that of w, and the next step gives v a direction. The same
    holds where |v| is so small that 1 / |v| would not be finite.

    Examples
    --------
    >>> v, g = np.array([[3.0, 1.0], [4.0, 0.0]]), np.array([[10.0, 2.0]])
    >>> compose(v, g, axes=0)
    array([[6., 2.],
           [8., 0.]])
    """
    if isinstance(v, np.ndarray):
        return v * (g / usable(norm(v, axes), v.dtype))
    neurons = _axis_of_neurons(v, axes)
    if neurons is None:
        return _compose_plainly(v, g, axes)
    return _compose_fast(v, g, neurons)


def _compose_fast(v, g, neurons):
    """Return w with an op that knows columns of matrices, and entries of the first axis."""
    if neurons and v.ndim > 2:
        return _compose_fast(v.swapaxes(0, neurons), g.swapaxes(0, neurons),
                             neurons=0).swapaxes(0, neurons)
    axis = 1 - neurons  # as the ops count: 0 sums along columns
    return ops.ScaleNeurons(axis)(v, ops.per_neuron(g / ops.Lengths(axis)(v)))


def _compose_plainly(v, g, axes):
    square = T.sqr(v).sum(axis=axes, keepdims=True)
    valid = T.cast(square > ops.least_length(v.dtype) ** 2, v.dtype)
    return v * (g / T.sqrt(square * valid + (1 - valid)))


def scale_neurons(v, scale, axes):
    """Return ``v * scale``, for one scale a neuron, in the cheapest way there is.

    Parameters
    ----------
    v : tensor or array
    scale : tensor or array
        Of the shape of `v`, but length 1 along `axes`.
    axes : int or tuple of int
        The axes of one neuron.
    """
    neurons = None if isinstance(v, np.ndarray) else _axis_of_neurons(v, axes)
    if neurons is None:
        return v * scale
    if neurons and v.ndim > 2:
        return scale_neurons(v.swapaxes(0, neurons), scale.swapaxes(0, neurons),
                             tuple(range(1, v.ndim))).swapaxes(0, neurons)
    return ops.ScaleNeurons(1 - neurons)(v, ops.per_neuron(scale))


def _axis_of_neurons(v, axes):
    """Return the axis that tells neurons apart, if the ops can be used; else None."""
    neurons = [axis for axis in range(v.ndim) if axis not in np.atleast_1d(axes)]
    return neurons[0] if ops.on_processor() and len(neurons) == 1 else None


def usable(length, dtype):
    """Return `length` where it can be divided by, 1 where it is 0 or too small for that.

    Parameters
    ----------
    length : tensor or array
    dtype : str or numpy.dtype
        That of the weights.
    """
    choose = np.where if isinstance(length, np.ndarray) else T.switch
    return choose(length > ops.least_length(dtype), length, np.ones((), length.dtype))


def decompose(w, axes, who="decompose"):
    """Return (v, g) with ``compose(v, g, axes) == w``, for an array `w`.

    Parameters
    ----------
    w : array
    axes : int or tuple of int
        The axes of one neuron.
    who : str, optional
        Begins the error message.

    Returns
    -------
    v : array
        `w` itself.
    g : array
        Its norm over `axes`, which stay as length 1.

    Raises
    ------
    ValueError
        If a neuron's weights are all 0: they have no direction to learn.

    Examples
    --------
    >>> decompose(np.array([[3.0, 1.0], [4.0, 0.0]]), axes=0)[1]
    array([[5., 1.]])
    """
    w = np.asarray(w)
    g = np.sqrt(np.square(w, dtype="float64").sum(axis=axes, keepdims=True)).astype(w.dtype)
    zero = np.flatnonzero(~(g > ops.least_length(w.dtype)))
    if len(zero):
        raise ValueError(f"{who}: the weights of neuron {some(zero)} are all 0 or not finite, so "
                         f"they have no direction to learn; give other weights, or a plain layer.")
    return w, g


def library(v):
    """Return the module whose functions take `v`: NumPy for an array, else Theano's tensors."""
    return np if isinstance(v, np.ndarray) else T


def some(numbers, most=5):
    """Return the first of `numbers` in words, and how many more there are."""
    rest = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return ", ".join(str(n) for n in numbers[:most]) + rest
