"""The same in C++: a whole sequence, forth and back.

Rows of a mini batch know nothing of each other, so each thread takes some of them through all
steps and nobody waits for anybody; the BLAS inside uses one thread. Of a step, the product with
`w_h` goes to BLAS, and everything else is one pass over rows that are in the cache.
"""

from yann_weightnorm.ops.in_cpp import ARRAYS

__all__ = ["NATIVE"]

CELLS = r"""
template <typename real> inline real sigmoid(real x) { return 1 / (1 + std::exp(-x)); }

template <typename real> inline void copy(const real *from, int n, real *to) {
    std::copy(from, from + n, to);
}

// One row of a step. `t` is replaced by what the way back sees again.
template <typename real> struct Lstm {
    enum { gates = 4, memory = 1, lanes = 64 / sizeof(real) };

    static void forward(int n, real *t, const real *before, real *c, real *h) {
        const int whole = n / lanes * lanes, rest = n - whole;
        make(whole, t, n, before, c, h);
        if (!rest) return;
        real pad[4][lanes] = {}, old[lanes] = {}, cell[lanes], shown[lanes];
        for (int gate = 0; gate < 4; gate++) copy(t + gate * n + whole, rest, pad[gate]);
        copy(before + whole, rest, old);
        make(lanes, pad[0], lanes, old, cell, shown);
        for (int gate = 0; gate < 4; gate++) copy(pad[gate], rest, t + gate * n + whole);
        copy(cell, rest, c + whole);
        copy(shown, rest, h + whole);
    }

    // The columns of each gate begin `apart` from each other.
    static void make(int n, real *t, int apart, const real *__restrict before, real *__restrict c,
                     real *__restrict h) {
        real *__restrict i = t, *__restrict f = i + apart, *__restrict g = f + apart,
             *__restrict o = g + apart;
        #pragma omp simd
        for (int k = 0; k < n; k++) {
            i[k] = sigmoid(i[k]);
            f[k] = sigmoid(f[k]);
            g[k] = std::tanh(g[k]);
            o[k] = sigmoid(o[k]);
            c[k] = f[k] * before[k] + i[k] * g[k];
            h[k] = o[k] * std::tanh(c[k]);
        }
    }

    // `by_c` goes from the gradient by c to that by c before the step.
    static void backward(int n, const real *t, const real *before, const real *c, const real *,
                         const real *by_h, real *by_c, real *by_t) {
        const int whole = n / lanes * lanes, rest = n - whole;
        differentiate(whole, t, n, before, c, by_h, by_c, by_t);
        if (!rest) return;
        real gates[4][lanes] = {}, by[4][lanes], old[lanes] = {}, cell[lanes] = {},
             by_shown[lanes] = {}, by_cell[lanes] = {};
        for (int gate = 0; gate < 4; gate++) copy(t + gate * n + whole, rest, gates[gate]);
        copy(before + whole, rest, old);
        copy(c + whole, rest, cell);
        copy(by_h + whole, rest, by_shown);
        copy(by_c + whole, rest, by_cell);
        differentiate(lanes, gates[0], lanes, old, cell, by_shown, by_cell, by[0]);
        for (int gate = 0; gate < 4; gate++) copy(by[gate], rest, by_t + gate * n + whole);
        copy(by_cell, rest, by_c + whole);
    }

    static void differentiate(int n, const real *t, int apart, const real *__restrict before,
                              const real *__restrict c, const real *__restrict by_h,
                              real *__restrict by_c, real *by_t) {
        const real *__restrict i = t, *__restrict f = i + apart, *__restrict g = f + apart,
                   *__restrict o = g + apart;
        real *__restrict by_i = by_t, *__restrict by_f = by_i + apart,
             *__restrict by_g = by_f + apart, *__restrict by_o = by_g + apart;
        #pragma omp simd
        for (int k = 0; k < n; k++) {
            const real shown = std::tanh(c[k]);
            const real slope = by_c[k] + by_h[k] * o[k] * (1 - shown * shown);
            by_i[k] = slope * g[k] * i[k] * (1 - i[k]);
            by_f[k] = slope * before[k] * f[k] * (1 - f[k]);
            by_g[k] = slope * i[k] * (1 - g[k] * g[k]);
            by_o[k] = by_h[k] * shown * o[k] * (1 - o[k]);
            by_c[k] = slope * f[k];
        }
    }
};

template <typename real> struct Tanh {
    enum { gates = 1, memory = 0 };

    static void forward(int n, real *__restrict t, const real *, real *, real *__restrict h) {
        for (int k = 0; k < n; k++) h[k] = std::tanh(t[k]);
    }

    static void backward(int n, const real *, const real *, const real *, const real *__restrict h,
                         const real *__restrict by_h, real *, real *__restrict by_t) {
        for (int k = 0; k < n; k++) by_t[k] = by_h[k] * (1 - h[k] * h[k]);
    }
};

template <typename real> struct Relu {
    enum { gates = 1, memory = 0 };

    static void forward(int n, real *__restrict t, const real *, real *, real *__restrict h) {
        for (int k = 0; k < n; k++) h[k] = t[k] <= 0 ? 0 : t[k];  // NaN stays
    }

    static void backward(int n, const real *__restrict t, const real *, const real *, const real *,
                         const real *__restrict by_h, real *, real *__restrict by_t) {
        for (int k = 0; k < n; k++)
            by_t[k] = by_h[k] * (t[k] > 0 ? 1 : t[k] < 0 ? 0 : real(0.5));
    }
};
"""

PRODUCTS = r"""
// c = op(a) op(b) + beta c, column by column as BLAS counts.
inline void product(char of_a, char of_b, int m, int n, int k, const float *a, int lda,
                    const float *b, int ldb, float beta, float *c, int ldc) {
    float one = 1;
    sgemm_(&of_a, &of_b, &m, &n, &k, &one, const_cast<float*>(a), &lda, const_cast<float*>(b),
           &ldb, &beta, c, &ldc);
}

inline void product(char of_a, char of_b, int m, int n, int k, const double *a, int lda,
                    const double *b, int ldb, double beta, double *c, int ldc) {
    double one = 1;
    dgemm_(&of_a, &of_b, &m, &n, &k, &one, const_cast<double*>(a), &lda, const_cast<double*>(b),
           &ldb, &beta, c, &ldc);
}

// How many threads a sequence is worth; each has enough rows to make BLAS's packing of w pay.
inline int threads_for(int rows, double operations) {
#ifdef EACH_THREAD_ITS_ROWS
    if (operations > 1e6) return std::max(1, std::min(rows / 8, omp_get_max_threads()));
#endif
    return 1;
}

// Call `work(thread, first, last)` for parts of the rows.
template <typename Work> void share(int rows, int threads, const Work &work) {
#ifdef EACH_THREAD_ITS_ROWS
    const int before = get_blas_threads();
    set_blas_threads(1);
    #pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (npy_intp part = 0; part < threads; part++)
        work((int)part, (int)(rows * part / threads), (int)(rows * (part + 1) / threads));
    set_blas_threads(before);
#else
    work(0, 0, rows);
#endif
}
"""

SEQUENCE = r"""
template <template <typename> class Kind, typename real> struct Sequence {
    typedef Kind<real> Cell;
    int steps, rows, n;
    const real *w, *h, *c;            // the weight, the states before the first step
    real *hidden, *cells, *made;      // after each step: h, c, what `Cell` leaves in t

    static int width(int n) { return Cell::gates * n; }
    double operations() const { return (double)steps * rows * n * width(n); }
    npy_intp at(int step, int row) const { return (npy_intp)step * rows + row; }

    const real *h_before(int step, int row) const {
        return (step ? hidden + at(step - 1, row) * n : h + (npy_intp)row * n);
    }
    const real *c_before(int step, int row) const {
        if (!Cell::memory) return NULL;
        return (step ? cells + at(step - 1, row) * n : c + (npy_intp)row * n);
    }
    real *c_after(int step, int row) const {
        return Cell::memory ? cells + at(step, row) * n : NULL;
    }

    void forward(const real *projected, const real *b) const {
        share(rows, threads_for(rows, operations()), [=](int, int first, int last) {
            for (int step = 0; step < steps && first < last; step++)
                this->step_forward(step, first, last, projected, b);
        });
    }

    void step_forward(int step, int first, int last, const real *projected, const real *b) const {
        const int width = this->width(n);
        real *t = made + at(step, first) * width;
        const real *from_x = projected + at(step, first) * width;
        for (int row = 0; row < last - first; row++)
            for (int k = 0; k < width; k++)
                t[row * width + k] = from_x[row * width + k] + b[k];
        product('N', 'N', width, last - first, n, w, width, h_before(step, first), n, real(1), t,
                width);
        for (int row = first; row < last; row++, t += width)
            Cell::forward(n, t, c_before(step, row), c_after(step, row),
                          hidden + at(step, row) * n);
    }

    // by_h, by_c: at last the gradients by the states before the first step.
    void backward(const real *by_hidden, real *by_t, real *by_b, real *by_w, real *by_h,
                  real *by_c) const {
        const int width = this->width(n), threads = threads_for(rows, operations());
        std::vector<double> sums((size_t)threads * width, 0.0);
        std::fill(by_h, by_h + (npy_intp)rows * n, real(0));
        if (Cell::memory) std::fill(by_c, by_c + (npy_intp)rows * n, real(0));
        share(rows, threads, [&](int thread, int first, int last) {
            double *sum = sums.data() + (size_t)thread * width;
            for (int step = steps; step-- && first < last;)
                this->step_backward(step, first, last, by_hidden, by_t, sum, by_h, by_c);
        });
        for (int k = 0; k < width; k++) {
            double total = 0;
            for (int thread = 0; thread < threads; thread++) total += sums[thread * width + k];
            by_b[k] = real(total);
        }
        weigh(by_t, by_w);
    }

    void step_backward(int step, int first, int last, const real *by_hidden, real *by_t,
                       double *__restrict sum, real *by_h, real *by_c) const {
        const int width = this->width(n);
        for (int row = first; row < last; row++) {
            const real *__restrict seen = by_hidden + at(step, row) * n;
            real *__restrict slope = by_h + (npy_intp)row * n;
            for (int k = 0; k < n; k++) slope[k] += seen[k];
            real *__restrict by = by_t + at(step, row) * width;
            Cell::backward(n, made + at(step, row) * width, c_before(step, row),
                           c_after(step, row), hidden + at(step, row) * n, slope,
                           Cell::memory ? by_c + (npy_intp)row * n : NULL, by);
            for (int k = 0; k < width; k++) sum[k] += by[k];
        }
        product('T', 'N', n, last - first, width, w, width, by_t + at(step, first) * width, width,
                real(0), by_h + (npy_intp)first * n, n);
    }

    // The gradient by w: of all steps at once, where BLAS may use all threads.
    void weigh(const real *by_t, real *by_w) const {
        const int width = this->width(n);
        std::fill(by_w, by_w + (npy_intp)n * width, real(0));
        if (!steps || !rows) return;
        product('N', 'T', width, n, rows, by_t, width, h, n, real(0), by_w, width);
        if (steps > 1)
            product('N', 'T', width, n, (steps - 1) * rows, by_t + at(1, 0) * width, width, hidden,
                    n, real(1), by_w, width);
    }
};
"""

# Inputs and outputs in the order of the ops, arrays as NumPy holds them.
CALLS = r"""
struct Inputs {
    std::deque<Held> arrays;
    explicit Inputs(std::initializer_list<PyArrayObject*> given) {
        for (PyArrayObject *array : given) arrays.emplace_back(array);
    }
    template <typename real> const real *data(size_t at) const {
        return arrays[at].data<real>();
    }
    // For a Sequence, whose way back only reads what its way forth has written.
    template <typename real> real *write(size_t at) const {
        return const_cast<real*>(data<real>(at));
    }
    npy_intp dim(size_t at, int axis) const { return arrays[at].dim(axis); }
    bool is(size_t at, std::initializer_list<npy_intp> shape) const {
        return std::equal(shape.begin(), shape.end(), PyArray_DIMS(arrays[at].array));
    }
    bool complete() const {
        for (const Held &held : arrays) if (!held.array) return false;
        return true;
    }
};

// in: projected, b, w, h, c if there is one; out: hidden, cells if there are any, made.
template <template <typename> class Kind, typename real>
bool forward(const Inputs &in, std::initializer_list<PyArrayObject**> out, int type) {
    typedef Sequence<Kind, real> All;
    enum { memory = All::Cell::memory };
    if (!in.complete()) return false;
    const npy_intp steps = in.dim(0, 0), rows = in.dim(0, 1), n = in.dim(2, 0);
    const npy_intp width = All::width((int)n);
    if (!fits(in.dim(0, 2) == width && in.is(1, {width}) && in.is(2, {n, width}) &&
              in.is(3, {rows, n}) && (!memory || in.is(4, {rows, n})),
              "recurrence: the shapes of the inputs don't fit each other")) return false;
    PyArrayObject **const *output = out.begin();
    real *hidden = place<real>(output[0], type, {steps, rows, n});
    real *cells = memory ? place<real>(output[1], type, {steps, rows, n}) : NULL;
    real *made = place<real>(output[1 + memory], type, {steps, rows, width});
    if (!hidden || (memory && !cells) || !made) return false;
    All{(int)steps, (int)rows, (int)n, in.data<real>(2), in.data<real>(3),
        memory ? in.data<real>(4) : NULL, hidden, cells, made
    }.forward(in.data<real>(0), in.data<real>(1));
    return true;
}

// in: by_hidden, w, h, c if there is one, then forward's outputs;
// out: by_projected, by_b, by_w, by_h, by_c if there is one.
template <template <typename> class Kind, typename real>
bool backward(const Inputs &in, std::initializer_list<PyArrayObject**> out, int type) {
    typedef Sequence<Kind, real> All;
    enum { memory = All::Cell::memory };
    if (!in.complete()) return false;
    const npy_intp steps = in.dim(0, 0), rows = in.dim(0, 1), n = in.dim(1, 0);
    const npy_intp width = All::width((int)n);
    if (!fits(in.is(0, {steps, rows, n}) && in.is(3 + memory, {steps, rows, n}),
              "recurrence: the gradient hasn't the shape of the states")) return false;
    PyArrayObject **const *output = out.begin();
    real *by_t = place<real>(output[0], type, {steps, rows, width});
    real *by_b = place<real>(output[1], type, {width});
    real *by_w = place<real>(output[2], type, {n, width});
    real *by_h = place<real>(output[3], type, {rows, n});
    real *by_c = memory ? place<real>(output[4], type, {rows, n}) : NULL;
    if (!by_t || !by_b || !by_w || !by_h || (memory && !by_c)) return false;
    All{(int)steps, (int)rows, (int)n, in.data<real>(1), in.data<real>(2),
        memory ? in.data<real>(3) : NULL, in.write<real>(3 + memory),
        memory ? in.write<real>(5) : NULL, in.write<real>(4 + 2 * memory)
    }.backward(in.data<real>(0), by_t, by_b, by_w, by_h, by_c);
    return true;
}
"""

NATIVE = f"namespace recurrence {{\n{ARRAYS}{CELLS}{PRODUCTS}{SEQUENCE}{CALLS}}}\n"
