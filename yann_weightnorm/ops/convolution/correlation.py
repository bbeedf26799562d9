"""Convolution of maps by filters in steps of one pixel, and its gradients, as ops in C++."""

import numpy as np
import theano.tensor as T
from theano.gof import Apply, ParamsType
from theano.scalar import int64

from yann_weightnorm.ops.convolution.native import NATIVE
from yann_weightnorm.ops.in_cpp import InCpp

__all__ = ["FilterGradient", "MapGradient", "Outputs"]


class Correlation(InCpp):
    """Base: an op on two arrays of four axes.

    Parameters
    ----------
    padding : (int, int)
        Zeros above and below the maps, and left and right of them.
    """

    __props__ = ("padding",)
    # So that the C++ code, and what is compiled of it, is one for all paddings.
    params_type = ParamsType(pad_y=int64, pad_x=int64)
    support, version = NATIVE, 6
    native = ""             # the function in C++
    axes = (0, 0), (0, 0)   # where the output's first two lengths stand: (input, axis)

    def __init__(self, padding):
        self.padding = self.pad_y, self.pad_x = tuple(padding)

    def make_node(self, first, second):
        """Return the node; both inputs are of one dtype."""
        first, second = T.as_tensor_variable(first), T.as_tensor_variable(second)
        if not first.ndim == second.ndim == 4 or first.dtype != second.dtype:
            raise ValueError(f"{self} got inputs of types {first.type} and {second.type}; it wants "
                             f"four axes and one dtype.")
        inputs = first, second
        lengths_of_one = [inputs[place].broadcastable[axis] for place, axis in self.axes]
        kind = T.TensorType(first.dtype, (*lengths_of_one, False, False))
        return Apply(self, [first, second], [kind()])

    def infer_shape(self, node, shapes):
        """Return the shape of the output."""
        (a, b), paddings = shapes, self.padding
        sides = [self.side(a[2 + axis], b[2 + axis], pad) for axis, pad in enumerate(paddings)]
        return [tuple(shapes[place][axis] for place, axis in self.axes) + tuple(sides)]

    def perform(self, node, inputs, outputs, params):
        """Compute by NumPy, where there is no compiler."""
        outputs[0][0] = np.ascontiguousarray(self.compute(*inputs), inputs[0].dtype)

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the function."""
        kind, number = self.kind(node)
        return (f"if (!convolution::{self.native}<{kind}>({inputs[0]}, {inputs[1]}, &{outputs[0]}, "
                f"{number}, {sub['params']}->pad_y, {sub['params']}->pad_x)) {{ {sub['fail']} }}")


class Outputs(Correlation):
    """Maps (batch, channels, height, width) correlated with filters (outputs, channels, ...)."""

    native = "outputs"
    axes = (0, 0), (1, 0)

    @staticmethod
    def side(map_side, filter_side, pad):
        """Return the height or width of the output."""
        return map_side + 2 * pad - filter_side + 1

    def compute(self, maps, filters):
        """Return the output, by NumPy."""
        return np.einsum("nchwyx,ocyx->nohw", windows(maps, filters.shape[2:], self.padding),
                         filters, optimize=True)

    def grad(self, inputs, gradients):
        """Return the gradients of maps and filters."""
        maps, filters = inputs
        return [MapGradient(self.padding)(filters, gradients[0]),
                FilterGradient(self.padding)(maps, gradients[0])]


class MapGradient(Correlation):
    """The gradient of the maps, from the filters and the gradient of :class:`Outputs`."""

    native = "maps"
    axes = (1, 0), (0, 1)

    @staticmethod
    def side(filter_side, slope_side, pad):
        """Return the height or width of the maps."""
        return slope_side + filter_side - 1 - 2 * pad

    def compute(self, filters, slopes):
        """Return the gradient, by NumPy."""
        sizes = filters.shape[2:]
        room = [size - 1 - pad for size, pad in zip(sizes, self.padding)]
        return np.einsum("nohwyx,ocyx->nchw", windows(slopes, sizes, room),
                         filters[:, :, ::-1, ::-1], optimize=True)

    def grad(self, inputs, gradients):
        """Return the gradients of the filters and of the gradient."""
        filters, slopes = inputs
        return [FilterGradient(self.padding)(gradients[0], slopes),
                Outputs(self.padding)(gradients[0], filters)]


class FilterGradient(Correlation):
    """The gradient of the filters, from the maps and the gradient of :class:`Outputs`."""

    native = "filters"
    axes = (1, 1), (0, 1)

    @staticmethod
    def side(map_side, slope_side, pad):
        """Return the height or width of the filters."""
        return map_side + 2 * pad - slope_side + 1

    def compute(self, maps, slopes):
        """Return the gradient, by NumPy."""
        sizes = [self.side(maps.shape[axis], slopes.shape[axis], pad)
                 for axis, pad in zip((2, 3), self.padding)]
        return np.einsum("nchwyx,nohw->ocyx", windows(maps, sizes, self.padding), slopes,
                         optimize=True)

    def grad(self, inputs, gradients):
        """Return the gradients of the maps and of the gradient."""
        maps, slopes = inputs
        return [MapGradient(self.padding)(gradients[0], slopes),
                Outputs(self.padding)(maps, gradients[0])]


def windows(maps, sizes, padding):
    """Return the windows of `sizes` of `maps` with zeros around: (n, c, height, width, y, x)."""
    zeros = [(0, 0), (0, 0)] + [(max(pad, 0),) * 2 for pad in padding]
    crops = [slice(max(-pad, 0), length - max(-pad, 0))
             for pad, length in zip(padding, maps.shape[2:])]
    padded = np.pad(maps[(Ellipsis, *crops)], zeros)
    return np.lib.stride_tricks.sliding_window_view(padded, tuple(sizes), axis=(2, 3))
