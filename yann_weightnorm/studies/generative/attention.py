"""DRAW's attention: a grid of Gaussian filters that reads a patch of an image, and writes one.

Source: Gregor et al. (2015), "DRAW: a recurrent neural network for image generation",
arXiv:1502.04623, section 3.2.
"""

import re

import numpy as np
import theano.tensor as T

__all__ = ["PARAMETERS", "Window", "attention_named", "filter_bank"]

PARAMETERS = 5  # centre (two), log variance, log stride, log intensity
LEAST = 1e-6    # added to the sum that a filter is divided by: that may lie outside the image


def attention_named(text):
    """Return the sizes (to read, to write) of the patches that `text` names; None for 'none'.

    >>> attention_named("2-5"), attention_named("none")
    ((2, 5), None)

    Raises
    ------
    ValueError
        If it is neither 'none' nor two whole numbers of 2 or more joined by '-'.
    """
    if text == "none":
        return None
    sizes = re.fullmatch("([0-9]+)-([0-9]+)", text)
    if sizes is None or min(map(int, sizes.groups())) < 2:
        raise ValueError(f"attention {text!r} is neither 'none' nor two sizes of 2 or more, to "
                         f"read and to write; give '2-5', say.")
    return tuple(map(int, sizes.groups()))


def filter_bank(centre, variance, stride, count, size):
    """Return `count` filters along an axis of `size` pixels, for each row.

    ``F[n, i, a] = exp(-(a - mu[n, i])^2 / (2 variance[n]))`` over its sum along a and 1e-6, where
    ``mu[n, i] = centre[n] + (i - (count - 1) / 2) stride[n]``, i and a counted from 0. So a filter
    that lies outside the image reads nothing.

    Parameters
    ----------
    centre, variance, stride : (rows,), symbolic
    count, size : int

    Returns
    -------
    (rows, count, size), symbolic
    """
    offsets = np.arange(count) - (count - 1) / 2.0
    offsets = T.constant(offsets.astype(centre.dtype)).dimshuffle("x", 0)
    pixels = T.constant(np.arange(size).astype(centre.dtype)).dimshuffle("x", "x", 0)
    mu = centre.dimshuffle(0, "x") + offsets * stride.dimshuffle(0, "x")
    distance = T.sqr(pixels - mu.dimshuffle(0, 1, "x"))
    filters = T.exp(-distance / (2 * variance.dimshuffle(0, "x", "x")))
    return filters / (filters.sum(axis=2, keepdims=True) + np.asarray(LEAST, centre.dtype))


class Window:
    """Where to look: two filter banks and an intensity, for each row.

    Parameters
    ----------
    parameters : (rows, 5), symbolic
        What the network says: the centre between -1 and 1 from one edge to the other, across and
        down, and logarithms of variance, stride and intensity.
    count : int
        Filters along an axis.
    height, width : int
        Of the image.
    """

    def __init__(self, parameters, count, height, width):
        across, down, variance, stride, intensity = (parameters[:, k] for k in range(PARAMETERS))
        step = (max(height, width) - 1.0) / (count - 1.0) * T.exp(stride)
        one = np.asarray(1, parameters.dtype)
        step = T.cast(step, parameters.dtype)
        self.height, self.width = height, width
        self.x = filter_bank((across + one) * _half(width, parameters), T.exp(variance), step,
                             count, width)
        self.y = filter_bank((down + one) * _half(height, parameters), T.exp(variance), step,
                             count, height)
        self.intensity = T.exp(intensity).dimshuffle(0, "x")

    def read(self, rows):
        """Return the patch, (rows, count * count), of images given as rows of pixels."""
        images = rows.reshape((rows.shape[0], self.height, self.width))
        patch = T.batched_dot(T.batched_dot(self.y, images), self.x.dimshuffle(0, 2, 1))
        return self.intensity * patch.flatten(2)

    def write(self, patch):
        """Return images as rows of pixels, of patches given as rows."""
        count = self.x.shape[1]
        patch = patch.reshape((patch.shape[0], count, count))
        image = T.batched_dot(T.batched_dot(self.y.dimshuffle(0, 2, 1), patch), self.x)
        return image.flatten(2) / self.intensity


def _half(size, like):
    return np.asarray((size - 1) / 2.0, like.dtype)
