"""Batch normalization by the mini batch's statistics, and its gradient, on all threads.

Theano's takes some ten passes over all numbers, several in one thread and float64. Here a channel
of maps, or some columns of rows, is read from memory once: what a mini batch has of it fits into a
core's cache, where the later passes find it.
"""

import numpy as np
import theano
from theano.gof import Apply
from theano.gof.opt import EquilibriumOptimizer, local_optimizer
from theano.tensor.nnet.bn import AbstractBatchNormTrain, AbstractBatchNormTrainGrad

from yann_weightnorm.ops.in_cpp import ARRAYS, IN_CPP, InCpp, compiles

__all__ = ["Normalized", "NormalizedGradient", "normalization_taken_over"]

WALKS = r"""
enum { lanes = 64, at_once = 32 };

struct Shape {
    npy_intp images, channels, pixels;
    explicit Shape(const Held &x) : images(x.dim(0)), channels(x.dim(1)), pixels(1) {
        for (int axis = 2; axis < PyArray_NDIM(x.array); axis++) pixels *= x.dim(axis);
    }
    npy_intp count() const { return images * pixels; }  // numbers of a channel
    npy_intp size() const { return images * channels * pixels; }
};

// Two sums for each place in rows of `width` numbers: some rows as they come, those in double.
template <int known, typename real, typename Term>
inline void add_up(npy_intp begin, npy_intp rows, npy_intp stride, npy_intp width, Term term,
                   double *first, double *second) {
    const npy_intp places = known ? known : width;
    for (npy_intp row = 0; row < rows; row += at_once) {
        const npy_intp end = std::min<npy_intp>(row + at_once, rows);
        real a[lanes] = {}, b[lanes] = {};
        for (npy_intp n = row; n < end; n++)
            for (npy_intp j = 0; j < places; j++) term(begin + n * stride + j, j, a[j], b[j]);
        for (npy_intp j = 0; j < places; j++) { first[j] += a[j]; second[j] += b[j]; }
    }
}

// One channel of maps.
struct Maps {
    enum { most = 1 };
    const Shape shape;
    const npy_intp channel, width;

    Maps(const Shape &shape, npy_intp number) : shape(shape), channel(number), width(1) {}
    static npy_intp all(const Shape &shape) { return shape.channels; }

    template <typename real, typename Term> void sums(Term term, double *first, double *second) {
        const npy_intp rows = shape.pixels / lanes, rest = shape.pixels % lanes;
        const auto alone = [&](npy_intp at, npy_intp, real &a, real &b) { term(at, 0, a, b); };
        double firsts[lanes] = {}, seconds[lanes] = {};
        for (npy_intp n = 0; n < shape.images; n++) {
            const npy_intp at = (n * shape.channels + channel) * shape.pixels;
            add_up<lanes, real>(at, rows, lanes, lanes, alone, firsts, seconds);
            add_up<0, real>(at + rows * lanes, rest > 0, lanes, rest, alone, firsts, seconds);
        }
        first[0] = second[0] = 0;
        for (int j = 0; j < lanes; j++) { first[0] += firsts[j]; second[0] += seconds[j]; }
    }

    template <typename Step> void each(Step step) {
        for (npy_intp n = 0; n < shape.images; n++) {
            const npy_intp at = (n * shape.channels + channel) * shape.pixels;
            for (npy_intp k = 0; k < shape.pixels; k++) step(at + k, 0);
        }
    }
};

// Some columns of rows, a channel each.
struct Columns {
    enum { most = lanes };
    const Shape shape;
    const npy_intp channel, width;

    Columns(const Shape &shape, npy_intp number)
        : shape(shape), channel(number * lanes),
          width(std::min<npy_intp>(lanes, shape.channels - channel)) {}
    static npy_intp all(const Shape &shape) { return (shape.channels + lanes - 1) / lanes; }

    template <typename real, typename Term> void sums(Term term, double *first, double *second) {
        std::fill(first, first + lanes, 0);
        std::fill(second, second + lanes, 0);
        if (width == lanes)
            add_up<lanes, real>(channel, shape.images, shape.channels, lanes, term, first, second);
        else
            add_up<0, real>(channel, shape.images, shape.channels, width, term, first, second);
    }

    template <typename Step> void each(Step step) {
        for (npy_intp n = 0; n < shape.images; n++)
            for (npy_intp j = 0; j < width; j++) step(n * shape.channels + channel + j, j);
    }
};
"""

STEPS = r"""
template <typename real> struct Forward {
    const real *x, *scale, *bias, *running_mean, *running_var;
    double epsilon, share;
    real *out, *mean, *inverse, *new_mean, *new_var;

    template <typename Part> void operator()(Part part) const {
        enum { most = Part::most };
        const double count = (double)part.shape.count();
        double first[most], second[most];
        real center[most], factor[most], shift[most];
        part.template sums<real>([&](npy_intp at, npy_intp, real &sum, real &) { sum += x[at]; },
                                 first, second);
        for (npy_intp j = 0; j < part.width; j++) center[j] = (real)(first[j] / count);
        // What the first sums have lost shows here, where numbers are small.
        part.template sums<real>([&](npy_intp at, npy_intp j, real &sum, real &squares) {
            const real off = x[at] - center[j];
            sum += off;
            squares += off * off;
        }, first, second);
        for (npy_intp j = 0; j < part.width; j++) {
            const npy_intp c = part.channel + j;
            const double off = first[j] / count, middle = center[j] + off;
            const double var = std::max(second[j] / count - off * off, 0.0);
            const double inverted = 1 / std::sqrt(var + epsilon);
            center[j] = mean[c] = (real)middle;
            inverse[c] = (real)inverted;
            factor[j] = (real)(scale[c] * inverted);
            shift[j] = bias[c];
            if (!new_mean) continue;
            new_mean[c] = (real)(running_mean[c] * (1 - share) + middle * share);
            new_var[c] = (real)(running_var[c] * (1 - share) + count / (count - 1) * var * share);
        }
        real *__restrict to = out;
        part.each([&](npy_intp at, npy_intp j) {
            to[at] = (x[at] - center[j]) * factor[j] + shift[j];
        });
    }
};

template <typename real> struct Backward {
    const real *x, *slopes, *scale, *mean, *inverse;
    real *out, *by_scale, *by_bias;

    template <typename Part> void operator()(Part part) const {
        enum { most = Part::most };
        const double count = (double)part.shape.count();
        double total[most], product[most];
        real center[most], level[most], factor[most], back[most];
        for (npy_intp j = 0; j < part.width; j++) center[j] = mean[part.channel + j];
        part.template sums<real>([&](npy_intp at, npy_intp j, real &sum, real &products) {
            sum += slopes[at];
            products += slopes[at] * (x[at] - center[j]);
        }, total, product);
        for (npy_intp j = 0; j < part.width; j++) {
            const npy_intp c = part.channel + j;
            const double inverted = inverse[c];
            by_bias[c] = (real)total[j];
            by_scale[c] = (real)(product[j] * inverted);
            level[j] = (real)(total[j] / count);
            factor[j] = (real)(scale[c] * inverted);
            back[j] = (real)(scale[c] * inverted * inverted * inverted * product[j] / count);
        }
        real *__restrict to = out;
        part.each([&](npy_intp at, npy_intp j) {
            to[at] = (slopes[at] - level[j]) * factor[j] - (x[at] - center[j]) * back[j];
        });
    }
};

template <typename Part, typename Work> void share_out(const Shape &shape, const Work &work) {
    const npy_intp parts = Part::all(shape);
    #pragma omp parallel for schedule(static) if(shape.size() > 20000)
    for (npy_intp number = 0; number < parts; number++) work(Part(shape, number));
}

template <typename Work> void all_parts(const Shape &shape, const Work &work) {
    if (shape.pixels == 1) share_out<Columns>(shape, work);
    else share_out<Maps>(shape, work);
}
"""

FUNCTIONS = r"""
// The array in the place of an output, of the shape of another.
template <typename real> real *beside(const Held &other, PyArrayObject **out, int type) {
    if (!*out || !PyArray_ISCARRAY(*out) || !PyArray_SAMESHAPE(*out, other.array)) {
        Py_XDECREF(*out);
        *out = (PyArrayObject*)PyArray_SimpleNew(PyArray_NDIM(other.array),
                                                 PyArray_DIMS(other.array), type);
    }
    return *out ? (real*)PyArray_DATA(*out) : NULL;
}

inline double number(PyArrayObject *scalar) {
    return PyArray_TYPE(scalar) == NPY_FLOAT ? *(const float*)PyArray_DATA(scalar)
                                             : *(const double*)PyArray_DATA(scalar);
}

inline bool fit(const Held &x, std::initializer_list<const Held*> vectors) {
    for (const Held *vector : vectors) {
        if (!vector->array) return false;
        if (!fits(PyArray_SIZE(vector->array) == x.dim(1),
                  "batch normalization: the shapes of the inputs don't fit each other"))
            return false;
    }
    return true;
}

template <typename real>
bool forward(PyArrayObject *numbers, PyArrayObject *scale, PyArrayObject *bias,
             PyArrayObject *epsilon, PyArrayObject *share, PyArrayObject *running_mean,
             PyArrayObject *running_var, PyArrayObject **out, PyArrayObject **mean,
             PyArrayObject **inverse, PyArrayObject **new_mean, PyArrayObject **new_var,
             int type) {
    const Held x(numbers), s(scale), b(bias), m(running_mean), v(running_var);
    if (!x.array || !fit(x, {&s, &b, &m, &v})) return false;
    Forward<real> work = {x.data<real>(), s.data<real>(), b.data<real>(), m.data<real>(),
                          v.data<real>(), number(epsilon), number(share),
                          beside<real>(x, out, type), beside<real>(s, mean, type),
                          beside<real>(s, inverse, type), NULL, NULL};
    if (!work.out || !work.mean || !work.inverse) return false;
    if (new_mean) {
        work.new_mean = beside<real>(s, new_mean, type);
        work.new_var = beside<real>(s, new_var, type);
        if (!work.new_mean || !work.new_var) return false;
    }
    all_parts(Shape(x), work);
    return true;
}

template <typename real>
bool backward(PyArrayObject *numbers, PyArrayObject *slopes, PyArrayObject *scale,
              PyArrayObject *mean, PyArrayObject *inverse, PyArrayObject **out,
              PyArrayObject **by_scale, PyArrayObject **by_bias, int type) {
    const Held x(numbers), z(slopes), s(scale), m(mean), i(inverse);
    if (!x.array || !z.array || !fit(x, {&s, &m, &i})) return false;
    if (!fits(PyArray_SAMESHAPE(x.array, z.array),
              "batch normalization: the gradient has not the shape of the output")) return false;
    const Backward<real> work = {x.data<real>(), z.data<real>(), s.data<real>(), m.data<real>(),
                                 i.data<real>(), beside<real>(x, out, type),
                                 beside<real>(s, by_scale, type), beside<real>(s, by_bias, type)};
    if (!work.out || !work.by_scale || !work.by_bias) return false;
    all_parts(Shape(x), work);
    return true;
}
"""


def along(x):
    """Return the axes of the array `x` but the channel's."""
    return (0,) + tuple(range(2, x.ndim))


class BySide(InCpp):
    """Base: numbers (batch, channels, ...), and for each channel one of several numbers."""

    __props__ = ()
    support = f"namespace batch_normalization {{{ARRAYS}{WALKS}{STEPS}{FUNCTIONS}}}\n"
    version = 1

    def c_headers(self):
        """Return the headers the C++ code needs."""
        return super().c_headers() + ["<cmath>"]


class Normalized(BySide):
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


class NormalizedGradient(BySide):
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


OURS = {AbstractBatchNormTrain: Normalized, AbstractBatchNormTrainGrad: NormalizedGradient}


@local_optimizer(list(OURS))
def normalization_taken_over(node):
    """Rewrite batch normalization of each channel, axis 1, and its gradient, to ours."""
    x, numbers = node.inputs[0], {variable.dtype for variable in node.inputs}
    if type(node.op) not in OURS or x.ndim < 2 or tuple(node.op.axes) != along(x):
        return False
    if not numbers <= set(IN_CPP) or not compiles():
        return False
    return OURS[type(node.op)]()(*node.inputs)


# Before Theano writes it out (48.6), after it moves what it can to a GPU (48.5).
theano.compile.optdb.register("weightnorm_batch_normalization", EquilibriumOptimizer(
    [normalization_taken_over], max_use_ratio=10), 48.55, "fast_run")
