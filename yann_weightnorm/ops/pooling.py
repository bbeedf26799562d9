"""The largest number of each window of a map, and its gradient, on all threads.

The numbers are Theano's, which are those of a loop over a window row by row: where several elements
are the largest each gets the gradient; NaN is never larger than another number.
"""

import numpy as np
import theano
from theano.gof import Apply
from theano.gof.opt import EquilibriumOptimizer, local_optimizer
from theano.tensor.signal.pool import MaxPoolGrad, Pool

from yann_weightnorm.ops.in_cpp import ARRAYS, IN_CPP, InCpp, compiles

__all__ = ["Largest", "LargestGradient", "largest_taken_over"]

LOOPS = r"""
// Maps cut into windows; `kept` rows and columns are in one, a smaller one at the border or none.
struct Windows {
    npy_intp maps, height, width, tall, broad, rows, columns, kept_height, kept_width;

    Windows(const npy_intp *shape, npy_intp tall, npy_intp broad, bool drop)
        : maps(shape[0] * shape[1]), height(shape[2]), width(shape[3]), tall(tall), broad(broad),
          rows((height + (drop ? 0 : tall - 1)) / tall),
          columns((width + (drop ? 0 : broad - 1)) / broad),
          kept_height(std::min(rows * tall, height)), kept_width(std::min(columns * broad, width)) {
    }
    npy_intp full() const { return kept_width / broad; }  // windows of a row that aren't cut
};

// Takes the numbers of one row into the largest of each window. `known` is the width, or 0.
template <int known, typename real>
inline void take(const Windows &cut, const real *__restrict from, bool first,
                 real *__restrict largest) {
    const npy_intp broad = known ? known : cut.broad, full = cut.full();
    if (first) for (npy_intp j = 0; j < cut.columns; j++) largest[j] = from[j * broad];
    for (npy_intp j = 0; j < full; j++) {
        real now = largest[j];
        for (npy_intp x = 0; x < broad; x++) {
            const real other = from[j * broad + x];
            now = other > now ? other : now;
        }
        largest[j] = now;
    }
    for (npy_intp x = full * broad; x < cut.kept_width; x++)
        if (from[x] > largest[full]) largest[full] = from[x];
}

// The gradient of windows of a row, from the first on: that of the window where a number is the
// largest. As a rule the compiler makes branches of it, which no processor foresees.
template <int known, typename real>
inline npy_intp give_some(npy_intp, const real *, const real *, const real *, real *) { return 0; }

// Vectors of four numbers, and of as many bits for each.
template <typename real, typename bits> struct Fours {
    typedef real four __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)),
                                     may_alias));
    typedef bits mask __attribute__((vector_size(4 * sizeof(real))));

    // Windows of two, four at a time; returns how many it did.
    static npy_intp give(npy_intp windows, const real *from, const real *largest,
                         const real *slopes, real *to) {
        const mask halves[2] = {{0, 0, 1, 1}, {2, 2, 3, 3}};
        npy_intp j = 0;
        for (; j + 4 <= windows; j += 4) {
            const four top = *(const four*)(largest + j), by = *(const four*)(slopes + j);
            for (int k = 0; k < 2; k++) {
                const four x = *(const four*)(from + 2 * j + 4 * k);
                const mask is_largest = x == __builtin_shuffle(top, halves[k]);
                const mask slope = (mask)__builtin_shuffle(by, halves[k]);
                *(four*)(to + 2 * j + 4 * k) = (four)(slope & is_largest);
            }
        }
        return j;
    }
};

template <> inline npy_intp give_some<2, npy_float32>(
    npy_intp windows, const npy_float32 *from, const npy_float32 *largest,
    const npy_float32 *slopes, npy_float32 *to) {
    return Fours<npy_float32, npy_int32>::give(windows, from, largest, slopes, to);
}

template <> inline npy_intp give_some<2, npy_float64>(
    npy_intp windows, const npy_float64 *from, const npy_float64 *largest,
    const npy_float64 *slopes, npy_float64 *to) {
    return Fours<npy_float64, npy_int64>::give(windows, from, largest, slopes, to);
}

// The gradient of one row, its last windows one by one.
template <int known, typename real>
inline void give(const Windows &cut, const real *__restrict from, const real *__restrict largest,
                 const real *__restrict slopes, real *__restrict to) {
    const npy_intp broad = known ? known : cut.broad, full = cut.full();
    for (npy_intp j = give_some<known>(full, from, largest, slopes, to); j < full; j++)
        for (npy_intp x = j * broad; x < (j + 1) * broad; x++)
            to[x] = from[x] == largest[j] ? slopes[j] : real(0);
    for (npy_intp x = full * broad; x < cut.kept_width; x++)
        to[x] = from[x] == largest[full] ? slopes[full] : real(0);
    for (npy_intp x = cut.kept_width; x < cut.width; x++) to[x] = 0;
}

template <int known, typename real>
void all_taken(const Windows &cut, const real *from, real *largest) {
    #pragma omp parallel for schedule(static) if(cut.maps * cut.height * cut.width > 200000)
    for (npy_intp n = 0; n < cut.maps; n++)
        for (npy_intp y = 0; y < cut.kept_height; y++)
            take<known>(cut, from + (n * cut.height + y) * cut.width, y % cut.tall == 0,
                        largest + (n * cut.rows + y / cut.tall) * cut.columns);
}

template <int known, typename real>
void all_given(const Windows &cut, const real *from, const real *largest, const real *slopes,
               real *to) {
    #pragma omp parallel for schedule(static) if(cut.maps * cut.height * cut.width > 200000)
    for (npy_intp n = 0; n < cut.maps; n++) {
        for (npy_intp y = 0; y < cut.kept_height; y++) {
            const npy_intp at = (n * cut.height + y) * cut.width;
            const npy_intp window = (n * cut.rows + y / cut.tall) * cut.columns;
            give<known>(cut, from + at, largest + window, slopes + window, to + at);
        }
        std::fill(to + (n * cut.height + cut.kept_height) * cut.width,
                  to + (n + 1) * cut.height * cut.width, real(0));
    }
}

template <typename real>
bool forward(PyArrayObject *maps, PyArrayObject **out, int type, int tall, int broad, bool drop) {
    Held x(maps);
    if (!x.array) return false;
    const Windows cut(PyArray_DIMS(x.array), tall, broad, drop);
    real *to = place<real>(out, type, {x.dim(0), x.dim(1), cut.rows, cut.columns});
    if (!to) return false;
    const real *from = x.data<real>();
    if (broad == 2) all_taken<2>(cut, from, to);
    else if (broad == 3) all_taken<3>(cut, from, to);
    else all_taken<0>(cut, from, to);
    return true;
}

template <typename real>
bool backward(PyArrayObject *maps, PyArrayObject *largest, PyArrayObject *slopes,
              PyArrayObject **out, int type, int tall, int broad, bool drop) {
    Held x(maps), m(largest), z(slopes);
    if (!x.array || !m.array || !z.array) return false;
    const Windows cut(PyArray_DIMS(x.array), tall, broad, drop);
    const npy_intp shape[4] = {x.dim(0), x.dim(1), cut.rows, cut.columns};
    if (!fits(std::equal(shape, shape + 4, PyArray_DIMS(m.array)) &&
              std::equal(shape, shape + 4, PyArray_DIMS(z.array)),
              "pooling: the shapes of the inputs don't fit each other")) return false;
    real *to = place<real>(out, type, {x.dim(0), x.dim(1), x.dim(2), x.dim(3)});
    if (!to) return false;
    const real *from = x.data<real>(), *top = m.data<real>(), *by = z.data<real>();
    if (broad == 2) all_given<2>(cut, from, top, by, to);
    else if (broad == 3) all_given<3>(cut, from, top, by, to);
    else all_given<0>(cut, from, top, by, to);
    return true;
}
"""


class Windowed(InCpp):
    """Base: windows that don't overlap, on maps (batch, channels, height, width).

    Parameters
    ----------
    size : (int, int)
        Height and width of a window.
    drop : bool
        Whether a remainder at the border is dropped, or is a smaller window.
    """

    __props__ = ("size", "drop")
    support, version = f"namespace pooling {{{ARRAYS}{LOOPS}}}\n", 2
    native = ""     # the function in C++

    def __init__(self, size, drop):
        self.size, self.drop = tuple(size), bool(drop)

    def window(self, i, j):
        """Return the slices of the window in row `i`, column `j` of all windows."""
        height, width = self.size
        return np.s_[:, :, i * height:(i + 1) * height, j * width:(j + 1) * width]

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the function."""
        kind, number = self.kind(node)
        return (f"if (!pooling::{self.native}<{kind}>({', '.join(inputs)}, &{outputs[0]}, {number},"
                f" {self.size[0]}, {self.size[1]}, {int(self.drop)})) {{ {sub['fail']} }}")


class Largest(Windowed):
    """The largest number of each window."""

    native = "forward"

    def make_node(self, maps):
        """Return the node for `maps`."""
        kind = maps.type.clone(broadcastable=maps.broadcastable[:2] + (False, False))
        return Apply(self, [maps], [kind()])

    def infer_shape(self, node, shapes):
        """Return the shape of the output."""
        (n, channels, *sides), = shapes
        return [(n, channels, *(side // size if self.drop else (side + size - 1) // size
                                for side, size in zip(sides, self.size)))]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        x = inputs[0]
        out = np.empty(Pool.out_shape(x.shape, self.size, self.drop), x.dtype)
        for i, j in np.ndindex(*out.shape[2:]):
            numbers_of = x[self.window(i, j)].reshape(x.shape[:2] + (-1,))
            out[..., i, j] = numbers_of[..., 0]
            for k in range(1, numbers_of.shape[-1]):
                np.copyto(out[..., i, j], numbers_of[..., k],
                          where=numbers_of[..., k] > out[..., i, j])
        outputs[0][0] = out

    def L_op(self, inputs, outputs, gradients):
        """Return the gradient by the maps."""
        return [LargestGradient(self.size, self.drop)(inputs[0], outputs[0], gradients[0])]


class LargestGradient(Windowed):
    """The gradient by the maps: takes them, the output of :class:`Largest`, and its gradient."""

    native = "backward"

    def make_node(self, maps, largest, slopes):
        """Return the node."""
        return Apply(self, [maps, largest, slopes], [maps.type()])

    def infer_shape(self, node, shapes):
        """Return the shape of the maps."""
        return [shapes[0]]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        x, largest, slopes = inputs
        gradient = np.zeros_like(x)
        for i, j in np.ndindex(*largest.shape[2:]):
            window, one = self.window(i, j), np.s_[:, :, i:i + 1, j:j + 1]
            gradient[window] = np.where(x[window] == largest[one], slopes[one], 0)
        outputs[0][0] = gradient


@local_optimizer([Pool, MaxPoolGrad])
def largest_taken_over(node):
    """Rewrite max-pooling with windows side by side, and its gradient, to ours."""
    op, arrays, setting = node.op, node.inputs[:-3], node.inputs[-3:]
    if op.mode != "max" or op.ndim != 2 or arrays[0].ndim != 4 or arrays[0].dtype not in IN_CPP:
        return False
    size, stride, pad = (numbers(vector) for vector in setting)
    if size is None or size != stride or pad != (0, 0) or min(size) < 1 or not compiles():
        return False
    ours = Largest if isinstance(op, Pool) else LargestGradient
    return [ours(size, op.ignore_border)(*arrays)]


def numbers(vector):
    """Return the two numbers of a constant vector, or None if it isn't one."""
    return tuple(int(n) for n in vector.data) if isinstance(vector, theano.Constant) else None


theano.compile.optdb.register("weightnorm_pooling", EquilibriumOptimizer(
    [largest_taken_over], max_use_ratio=10), 48.66, "fast_run")
