"""The layer that turns images, in ONNX's operators."""

import numpy as np
import theano

from yann_weightnorm.onnx_export.values import known_value
from yann_weightnorm.toolbox.streams import INFERENCE

__all__ = ["rotate"]


def rotate(graph, layer, x):
    """Write a rotation: each pixel is interpolated between the four that it comes from."""
    _, channels, height, width = layer.output_shape
    pixels = height * width
    places, shares = _corners(*_positions(layer))
    turn = _number_of_angle(graph, x, len(places))
    places, shares = (_of_angle(graph, name, array, turn)
                      for name, array in (("places", places), ("shares", shares)))
    places = graph.add("Expand", places, graph.constant("channels", [1, channels, 1]))
    found = graph.add("GatherElements", graph.reshape(x, [0, channels, pixels]), places, axis=2)
    parts = graph.reshape(graph.add("Mul", found, shares), [0, channels, 4, pixels])
    turned = graph.add("ReduceSum", parts, graph.constant("axes", [2]), keepdims=0)
    return graph.reshape(turned, [0, channels, height, width])


def _positions(layer):
    """Return row and column, (angles, height, width), that each pixel comes from.

    The layer says it itself: it turns images whose pixels are their own rows and columns, which
    interpolation leaves exact.
    """
    angles = known_value(layer.angle, layer.who, "angle").size
    own = np.stack(np.meshgrid(*map(np.arange, layer.input_shape[2:]), indexing="ij"))
    images = np.repeat(own[np.newaxis], angles, axis=0).astype(theano.config.floatX)
    turned = layer.expression(theano.tensor.as_tensor_variable(images), stream=INFERENCE).eval()
    return turned[:, 0].astype("float64"), turned[:, 1].astype("float64")


def _corners(down, across):
    """Return the numbers of the four pixels around each position and their shares.

    Both are (angles, 4 pixels): first the upper left ones of all positions, and so on.
    """
    height, width = down.shape[1:]
    top, left = (np.clip(np.floor(p), 0, None).astype("int64") for p in (down, across))
    below, beside = down - top, across - left
    bottom, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    found = [(top, left, (1 - below) * (1 - beside)), (top, right, (1 - below) * beside),
             (bottom, left, below * (1 - beside)), (bottom, right, below * beside)]
    return [np.stack(arrays, axis=1).reshape(len(down), -1) for arrays in (
        [row * width + column for row, column, _ in found], [share for _, _, share in found])]


def _number_of_angle(graph, x, angles):
    """Return the number of the angle of each row of `x`; more rows begin again with the first."""
    zero, one = (graph.constant(name, value) for name, value in (("zero", 0), ("one", 1)))
    rows = graph.add("Gather", graph.add("Shape", x), zero, axis=0)
    return graph.add("Mod", graph.add("Range", zero, rows, one), graph.constant("angles", angles))


def _of_angle(graph, name, array, turn):
    """Return what `array` holds for the angle of each row, as (batch, 1, ...)."""
    each = graph.add("Gather", graph.constant(name, array), turn, axis=0)
    return graph.add("Unsqueeze", each, graph.constant("axes", [1]))
