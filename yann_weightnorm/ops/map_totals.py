"""The total of each channel over a mini batch of maps, on all threads.

It is the gradient of a convolution's bias, and what batch norm takes its means of. Theano's sum
takes one thread, and adds element by element in float64.
"""

import theano
import theano.tensor as T
from theano.gof import Apply
from theano.gof.opt import EquilibriumOptimizer, local_optimizer

from yann_weightnorm.ops.in_cpp import ARRAYS, IN_CPP, InCpp, compiles
from yann_weightnorm.theano_setup.threads import WORTH_THREADS

__all__ = ["MapTotals", "totals_taken_over"]

LOOPS = r"""
// Short runs are summed as they come, in several places; the sums of runs in double.
template <typename real> inline double total(const real *from, npy_intp count) {
    enum { places = 32, run = 1024 };
    double sum = 0;
    for (npy_intp begin = 0; begin < count; begin += run) {
        const npy_intp end = std::min<npy_intp>(begin + run, count);
        real parts[places] = {};
        npy_intp k = begin;
        for (; k + places <= end; k += places)
            for (int j = 0; j < places; j++) parts[j] += from[k + j];
        for (int j = 0; j < places; j++) sum += parts[j];
        for (; k < end; k++) sum += from[k];
    }
    return sum;
}

template <typename real> bool totals(PyArrayObject *maps, PyArrayObject **out, int type) {
    Held x(maps);
    if (!x.array) return false;
    const npy_intp images = x.dim(0), channels = x.dim(1), pixels = x.dim(2) * x.dim(3);
    real *to = place<real>(out, type, {channels});
    if (!to) return false;
    const real *from = x.data<real>();
    std::vector<double> sums(images * channels);
    #pragma omp parallel for schedule(static) if(images * channels * pixels > WORTH_THREADS)
    for (npy_intp k = 0; k < images * channels; k++) sums[k] = total(from + k * pixels, pixels);
    for (npy_intp c = 0; c < channels; c++) {
        double sum = 0;
        for (npy_intp n = 0; n < images; n++) sum += sums[n * channels + c];
        to[c] = (real)sum;
    }
    return true;
}
"""


class MapTotals(InCpp):
    """The total of each channel of maps (batch, channels, height, width)."""

    __props__ = ()
    support, version = f"namespace totals {{{ARRAYS}{LOOPS}}}\n".replace(
        "WORTH_THREADS", str(WORTH_THREADS)), 2

    def make_node(self, maps):
        """Return the node for `maps`."""
        kind = T.TensorType(maps.dtype, maps.broadcastable[1:2])
        return Apply(self, [maps], [kind()])

    def infer_shape(self, node, shapes):
        """Return the number of channels."""
        return [(shapes[0][1],)]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        maps, = inputs
        outputs[0][0] = maps.sum(axis=(0, 2, 3), dtype="float64").astype(maps.dtype)

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the function."""
        kind, number = self.kind(node)
        return (f"if (!totals::totals<{kind}>({inputs[0]}, &{outputs[0]}, {number})) "
                f"{{ {sub['fail']} }}")

    def grad(self, inputs, gradients):
        """Return the gradient, for every pixel of a channel."""
        return [T.zeros_like(inputs[0]) + gradients[0].dimshuffle("x", 0, "x", "x")]


@local_optimizer([T.Sum])
def totals_taken_over(node):
    """Rewrite the sum over all axes of maps but the channels' to ours."""
    maps, = node.inputs
    same = maps.dtype == node.outputs[0].dtype in IN_CPP
    if not same or maps.ndim != 4 or node.op.axis != (0, 2, 3) or not compiles():
        return False
    return [MapTotals()(maps)]


theano.compile.optdb.register("weightnorm_totals", EquilibriumOptimizer(
    [totals_taken_over], max_use_ratio=10), 48.67, "fast_run")
