"""How a weight begins: in which directions, and how long each neuron's is.

A start draws directions, and may then say how long they are to be. A layer takes one by its name,
as its option `start`; :func:`yann_weightnorm.initialize_robustly` gives one to a whole network.
"""

import numpy as np

from yann_weightnorm.toolbox.activations import activation_name
from yann_weightnorm.toolbox.checks import positive_int

__all__ = ["RESIDUAL", "STARTS", "check_residual", "directions", "orthogonal", "residual_factor",
           "robust_length"]

RESIDUAL = ("first", "last", "shortcut")


def directions(layer, rng, name=None, deviation=None):
    """Return a fresh weight of `layer`, an array.

    Parameters
    ----------
    layer : WeightLayer
    rng : numpy.random.RandomState
    name : {'normal', 'he', 'orthogonal', 'robust'}, optional
        By default what the layer's option `start` says. The robust start's directions are
        orthogonal.
    deviation : float, optional
        Of the entries of the start 'normal', by default the layer's `start_deviation`.
    """
    return STARTS[name or layer.start](layer, rng, deviation)


def _normal(layer, rng, deviation):
    """Every entry from N(0, deviation^2): YANN's start."""
    deviation = layer.start_deviation if deviation is None else deviation
    return deviation * rng.standard_normal(size=layer.weight_shape)


def _he(layer, rng, deviation):
    """Every entry from N(0, 2 / fan-in) (He et al. 2015, arXiv:1502.01852)."""
    fan_in = np.prod(layer.weight_shape) / layer.weight_shape[layer.output_axis]
    scale = np.sqrt(2 * layer.dilution / fan_in)
    return scale * rng.standard_normal(size=layer.weight_shape)


def _orthogonal(layer, rng, deviation):
    """Neurons' weights orthogonal to each other and of length 1, as far as there is room."""
    moved = np.moveaxis(np.empty(layer.weight_shape), layer.output_axis, 0).shape
    rows = orthogonal(moved[0], int(np.prod(moved[1:])), rng)
    return np.moveaxis(rows.reshape(moved), 0, layer.output_axis)


STARTS = {"normal": _normal, "he": _he, "orthogonal": _orthogonal, "robust": _orthogonal}


def orthogonal(rows, columns, rng):
    """Return a matrix whose rows, or columns if they are fewer, are orthogonal.

    Rows have length 1. It is drawn uniformly among the matrices with orthonormal rows or columns
    (Saxe et al. 2013, arXiv:1312.6120; Mezzadri 2007, arXiv:math-ph/0609050); where rows are the
    more, each is then brought to length 1.

    Parameters
    ----------
    rows, columns : int
    rng : numpy.random.RandomState
    """
    q, r = np.linalg.qr(rng.standard_normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # the signs of q are an accident of the method
    q = q if rows >= columns else q.T
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def robust_length(layer, residual=None):
    """Return sqrt(factor fan-in / fan-out), the length of each neuron's weights.

    Then the output of a ReLU layer is on average as long a vector as its input, whatever the depth
    (Arpit, Campos & Bengio 2019, arXiv:1906.02341). Of a deconvolution's filter only one entry in
    ``dilution`` meets an input at each output, so its square counts that many times.

    Parameters
    ----------
    layer : WeightLayer
    residual : str or tuple, optional
        The place of the layer in a residual block; see :func:`residual_factor`.
    """
    fan_in, fan_out = (layer.weight_shape[axis] for axis in
                       (1 - layer.output_axis, layer.output_axis))
    factor = residual_factor(residual, layer.activation)
    return np.sqrt(factor * layer.dilution * fan_in / fan_out)


def residual_factor(residual, activation):
    """Return the factor of the robust start.

    2 for the first layer of a residual block, 1 over the number of blocks for its last, 1 for its
    shortcut. Elsewhere what makes up for the activation: 2 for ReLU, ``2 / (1 + alpha^2)`` for
    ReLU with a slope `alpha`, 1 for none, and 2 for others, of which the paper does not speak.

    Parameters
    ----------
    residual : None, 'first', 'last', ('last', blocks) or 'shortcut'
    activation : str, tuple or None
    """
    place, blocks = residual if isinstance(residual, tuple) else (residual, 1)
    if place is not None:
        return {"first": 2.0, "last": 1.0 / blocks, "shortcut": 1.0}[place]
    if activation_name(activation) in ("identity", "softmax"):
        return 1.0
    leaky = isinstance(activation, (tuple, list)) and activation[0] == "relu"
    alpha = activation[1] if leaky and len(activation) > 1 else 0
    return 2.0 / (1.0 + alpha ** 2)


# -- checks -----------------------------------------------------------------------------------

def check_residual(residual, who):
    """Return `residual` if it is a place in a block; else raise a ValueError that names `who`."""
    if residual is None or (isinstance(residual, str) and residual in RESIDUAL):
        return residual
    if isinstance(residual, (tuple, list)) and len(residual) == 2 and residual[0] == "last":
        return "last", positive_int(residual[1], "number of blocks in residual", who)
    raise ValueError(f"{who} got residual {residual!r}; it is the layer's place in a residual "
                     f"block: 'first', 'last', ('last', number of blocks), 'shortcut' or None.")
