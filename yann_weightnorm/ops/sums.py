"""For each neuron the length of its weights, or a sum of products: in C.

Long sums are taken in float64; of float32 numbers, sums of a few of them before that in float32.
"""

import numpy as np
import theano.tensor as T
from theano.gof import Apply

from yann_weightnorm.ops.in_cpp import InCpp
from yann_weightnorm.ops.per_neuron import per_neuron
from yann_weightnorm.theano_setup.threads import WORTH_THREADS

__all__ = ["Lengths", "NeuronProducts", "NeuronTotals", "least_length"]


class NeuronSums(InCpp):
    """Base: for each neuron a sum over its elements.

    A subclass says in NumPy and in C what is summed, and what becomes of the sum.

    Parameters
    ----------
    axis : {0, 1}
        0 takes the columns of matrices, 1 all that belongs to one entry of the first axis.
    """

    __props__ = ("axis",)
    version = 5

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, *tensors):
        """Return the node; its output has length 1 along the axes that are summed."""
        tensors = [T.as_tensor_variable(x) for x in tensors]
        ndim = tensors[0].ndim
        summed = [axis != 1 - self.axis if self.axis == 0 else axis != 0 for axis in range(ndim)]
        return Apply(self, tensors, [T.TensorType(tensors[0].dtype, summed)()])

    def infer_shape(self, node, shapes):
        """Return the shape of the first input, 1 where it is summed."""
        return [tuple(1 if summed else n for n, summed in
                      zip(shapes[0], node.outputs[0].broadcastable))]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        first, last = inputs[0], inputs[-1]
        axes = tuple(a for a, summed in enumerate(node.outputs[0].broadcastable) if summed)
        total = self.terms(first.astype("float64"), last).sum(axis=axes, keepdims=True)
        outputs[0][0] = self.finish(total, first.dtype).astype(first.dtype)

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C that sums along rows or, for columns, adds row after row."""
        kind = node.inputs[0].type.dtype_specs()[1]
        ndim = node.inputs[0].ndim
        shape = ", ".join("1" if summed else f"PyArray_DIM({inputs[0]}, {axis})" for axis, summed
                          in enumerate(node.outputs[0].broadcastable))
        return _CODE.format(
            a=inputs[0], b=inputs[-1], out=outputs[0], fail=sub["fail"], kind=kind, ndim=ndim,
            shape=shape, type_number=node.inputs[0].type.dtype_specs()[2],
            loop=self.c_loop(kind),
            finish=self.c_finish(kind))

    def c_loop(self, kind):
        """Return the loop over all elements."""
        if self.axis == 1:
            return _ROWS.replace("TERM", self.c_term.replace("KIND", "double"))
        loop = _COLUMNS.replace("TERM", self.c_term).replace("KIND", kind)
        return loop.replace("WORTH_THREADS", str(WORTH_THREADS))

    c_term = "(KIND)a[at] * (KIND)b[at]"

    def terms(self, first, last):
        """Return what is summed."""
        return first * last

    def finish(self, total, dtype):
        """Return what becomes of the sums: themselves."""
        return total

    def c_finish(self, kind):
        """Return the same in C."""
        return f"out[k] = ({kind})total;"

    def c_headers(self):
        """Return the headers the C code needs."""
        return super().c_headers() + ["<math.h>"]


_CODE = """
{{
    npy_intp shape[{ndim}] = {{{shape}}};
    PyArrayObject *a_ = PyArray_GETCONTIGUOUS({a}), *b_ = PyArray_GETCONTIGUOUS({b});
    Py_XDECREF({out});
    {out} = (PyArrayObject*)PyArray_SimpleNew({ndim}, shape, {type_number});
    if (!a_ || !b_ || !{out} || PyArray_SIZE(a_) != PyArray_SIZE(b_)) {{
        Py_XDECREF(a_); Py_XDECREF(b_);
        PyErr_SetString(PyExc_ValueError, "sum of products: the two shapes differ");
        {fail}
    }}
    const {kind} *a = ({kind}*)PyArray_DATA(a_), *b = ({kind}*)PyArray_DATA(b_);
    {kind} *out = ({kind}*)PyArray_DATA({out});
    const npy_intp rows = PyArray_DIM(a_, 0);
    const npy_intp columns = rows ? PyArray_SIZE(a_) / rows : PyArray_SIZE({out});
    const npy_intp neurons = PyArray_SIZE({out});
    std::vector<double> sums(neurons, 0.0);
    double *sum = sums.data();
    """ + "{loop}" + """
    for (npy_intp k = 0; k < neurons; k++) {{ double total = sum[k]; {finish} }}
    Py_DECREF(a_); Py_DECREF(b_);
}}
"""
# Each thread takes as wide a block of columns as there is: long runs of memory are read fastest.
# A few rows are added up as they come, in the elements' own type; the sums of those in double.
_COLUMNS = """
    npy_intp width = columns;
    #ifdef _OPENMP
    if (columns * rows > WORTH_THREADS) width = columns / omp_get_max_threads() / 16 * 16 + 16;
    #endif
    #pragma omp parallel for if(width < columns)
    for (npy_intp block = 0; block < columns; block += width) {
        const npy_intp end = block + width < columns ? block + width : columns;
        std::vector<KIND> parts(end - block);
        for (npy_intp run = 0; run < rows; run += 32) {
            std::fill(parts.begin(), parts.end(), KIND(0));
            for (npy_intp i = run; i < run + 32 && i < rows; i++) {
                KIND *part = parts.data() - block;
                for (npy_intp k = block; k < end; k++) {
                    const npy_intp at = i * columns + k;
                    part[k] += TERM;
                }
            }
            for (npy_intp k = block; k < end; k++) sum[k] += parts[k - block];
        }
    }"""
# Where squares are beyond float32, they are taken in double.
_ANEW = """
    for (npy_intp k = 0; k < neurons; k++)
        if (!(sum[k] > 1e-25 && sum[k] < 1e35)) {
            sum[k] = 0;
            for (npy_intp at = k; at < rows * columns; at += columns)
                sum[k] += (double)a[at] * (double)a[at];
        }"""
# Eight sums beside each other, which a compiler may not reorder one sum into by itself.
_ROWS = """for (npy_intp i = 0; i < rows; i++) {
        double parts[8] = {0, 0, 0, 0, 0, 0, 0, 0};
        const npy_intp whole = columns / 8 * 8;
        for (npy_intp k = 0; k < whole; k += 8)
            for (int j = 0; j < 8; j++) {
                const npy_intp at = i * columns + k + j;
                parts[j] += TERM;
            }
        for (npy_intp k = whole; k < columns; k++) {
            const npy_intp at = i * columns + k;
            parts[k - whole] += TERM;
        }
        for (int j = 0; j < 8; j++) sum[i] += parts[j];
    }"""


class Lengths(NeuronSums):
    """The Euclidean norm of each neuron's weights; 1 where it is 0, or too small to divide by."""

    def c_loop(self, kind):
        """Return the loop; of columns also what repeats it where float32's range is left."""
        loop = super().c_loop(kind)
        return loop + _ANEW if self.axis == 0 and kind == "npy_float32" else loop

    def finish(self, total, dtype):
        """Return the lengths for the sums of squares `total`."""
        length = np.sqrt(total)
        return np.where(length > least_length(dtype), length, 1)

    def c_finish(self, kind):
        """Return the same in C."""
        least = float(least_length("float32" if kind == "npy_float32" else "float64"))
        return f"double s = sqrt(total); out[k] = ({kind})(s > {least!r} || s != s ? s : 1.0);"

    def grad(self, inputs, gradients):
        """Return ``v / |v|`` times the gradient. Where v is 0 that is 0."""
        v, = inputs
        return [v * per_neuron(gradients[0] / self(v))]


class NeuronTotals(NeuronSums):
    """For each neuron the sum of a tensor."""

    c_term = "(KIND)a[at]"

    def terms(self, first, last):
        """Return what is summed."""
        return first

    def grad(self, inputs, gradients):
        """Return the gradient, for every element of a neuron."""
        return [T.zeros_like(inputs[0]) + gradients[0]]


class NeuronProducts(NeuronSums):
    """For each neuron the sum of products of two tensors."""

    def grad(self, inputs, gradients):
        """Return each input times the other one's gradient."""
        a, b = inputs
        slope = per_neuron(gradients[0])
        return [b * slope, a * slope]


def least_length(dtype):
    """Return the length below which weights count as 0: dividing by less would overflow."""
    facts = np.finfo(dtype)
    least = facts.tiny / facts.eps
    return least if np.dtype(dtype) == "float32" else np.sqrt(least)
