"""Batch normalization in C++, on all threads.

A channel of maps, or some columns of rows, is read from memory once: what a mini batch has of it
fits into a core's cache, where the later passes find it.
"""

from yann_weightnorm.ops.in_cpp import ARRAYS

__all__ = ["NATIVE"]

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

NATIVE = f"namespace batch_normalization {{{ARRAYS}{WALKS}{STEPS}{FUNCTIONS}}}\n"
