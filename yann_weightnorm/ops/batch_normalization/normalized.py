"""Batch normalization by the mini batch's statistics, and its gradient, as two ops."""

import numpy as np
from theano.gof import Apply

from yann_weightnorm.ops.batch_normalization.native import NATIVE
from yann_weightnorm.ops.in_cpp import InCpp

__all__ = ["Normalized", "NormalizedGradient", "along"]


def along(x):
    """Return the axes of the array `x` but the channel's."""
    return (0,) + tuple(range(2, x.ndim))


class OfChannels(InCpp):
    """Base: numbers (batch, channels, ...), and for each channel one of several numbers."""

    __props__ = ()
    support, version = NATIVE, 1

    def c_headers(self):
        """Return the headers the C++ code needs."""
        return super().c_headers() + ["<cmath>"]


class Normalized(OfChannels):
    """Numbers normalized by the mini batch's mean and variance, then scaled and shifted.

    Inputs and outputs are those of Theano's ``AbstractBatchNormTrain``: the numbers, scale, bias,
    epsilon, the mini batch's share, and the running mean and variance or neither; the output, the
    mean, the inverse of the deviation, and the new running mean and variance or neither.
    """

    def make_node(self, x, scale, bias, epsilon, share, *running):
        """Return the node."""
        outputs = [x.type(), scale.type(), scale.type()] + [scale.type() for _ in running]
        return Apply(self, [x, scale, bias, epsilon, share, *running], outputs)

    def infer_shape(self, node, shapes):
        """Return the shapes of the numbers and, for the others, of the scale."""
        return shapes[:1] + shapes[1:2] * (len(node.outputs) - 1)

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        x, scale, bias, epsilon, share = inputs[:5]
        mean = x.mean(axis=along(x), keepdims=True, dtype="float64")
        var = x.var(axis=along(x), keepdims=True, dtype="float64")
        inverse = 1 / np.sqrt(var + epsilon)
        made = [(x - mean) * (scale * inverse) + bias, mean, inverse]
        if len(inputs) > 5:
            count = np.float64(x.size // x.shape[1])
            with np.errstate(divide="ignore", invalid="ignore"):
                unbiased = count / (count - 1) * var
            made += [old * (1 - share) + share * new
                     for old, new in zip(inputs[5:], (mean, unbiased))]
        for storage, array in zip(outputs, made):
            storage[0] = array.astype(x.dtype)

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the function."""
        kind, number = self.kind(node)
        running = inputs[5:] or inputs[1:3]  # of the two shapes, and not read
        places = [f"&{place}" for place in outputs] + ["NULL"] * (5 - len(outputs))
        return (f"if (!batch_normalization::forward<{kind}>({', '.join(inputs[:5])}, "
                f"{', '.join(running)}, {', '.join(places)}, {number})) {{ {sub['fail']} }}")


class NormalizedGradient(OfChannels):
    """The gradients by the numbers, the scale and the bias.

    Inputs and outputs are those of Theano's ``AbstractBatchNormTrainGrad``: the numbers, the
    gradient by the output, scale, mean, inverse of the deviation, epsilon.
    """

    def make_node(self, x, slopes, scale, mean, inverse, epsilon):
        """Return the node."""
        return Apply(self, [x, slopes, scale, mean, inverse, epsilon],
                     [x.type(), scale.type(), scale.type()])

    def infer_shape(self, node, shapes):
        """Return the shapes of the numbers, the scale and the bias."""
        return [shapes[0], shapes[2], shapes[2]]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        x, slopes, scale, mean, inverse = (array.astype("float64") for array in inputs[:5])
        unit = (x - mean) * inverse
        by_bias = slopes.sum(axis=along(x), keepdims=True)
        by_scale = (slopes * unit).sum(axis=along(x), keepdims=True)
        count = x.size // x.shape[1]
        by_x = scale * inverse * (slopes - (by_bias + unit * by_scale) / count)
        for storage, array in zip(outputs, (by_x, by_scale, by_bias)):
            storage[0] = array.astype(inputs[0].dtype)

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the function."""
        kind, number = self.kind(node)
        places = ", ".join(f"&{place}" for place in outputs)
        return (f"if (!batch_normalization::backward<{kind}>({', '.join(inputs[:5])}, {places}, "
                f"{number})) {{ {sub['fail']} }}")
