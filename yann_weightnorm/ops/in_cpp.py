"""What ops in C++ share: who compiles them and how, arrays for as long as an op runs."""

import theano
from theano.gof import Op
from theano.gof.cmodule import gcc_llvm

from yann_weightnorm.ops.device import on_processor

__all__ = ["ARRAYS", "IN_CPP", "InCpp", "compiles"]

IN_CPP = "float32", "float64"
ARRAYS = r"""
// A contiguous array, for as long as an op runs.
struct Held {
    PyArrayObject *array;
    explicit Held(PyArrayObject *given) : array((PyArrayObject*)PyArray_GETCONTIGUOUS(given)) {}
    ~Held() { Py_XDECREF(array); }
    npy_intp dim(int axis) const { return PyArray_DIM(array, axis); }
    template <typename real> const real *data() const { return (const real*)PyArray_DATA(array); }
};

// The array in the place of an output, a new one if there is none of that shape; or NULL.
template <typename real>
real *place(PyArrayObject **out, int type, std::initializer_list<npy_intp> shape) {
    if (!*out || !PyArray_ISCARRAY(*out) ||
        !std::equal(shape.begin(), shape.end(), PyArray_DIMS(*out))) {
        Py_XDECREF(*out);
        *out = (PyArrayObject*)PyArray_SimpleNew(
            (int)shape.size(), const_cast<npy_intp*>(shape.begin()), type);
    }
    return *out ? (real*)PyArray_DATA(*out) : NULL;
}

// Whether the shapes fit; says so otherwise.
inline bool fits(bool so, const char *words) {
    if (!so) PyErr_SetString(PyExc_ValueError, words);
    return so;
}
"""


class InCpp(Op):
    """Base: an op that is a function in C++, with OpenMP where Theano may use it."""

    support = ""    # the functions
    version = 1     # to be raised when they change

    def c_support_code(self):
        """Return the functions."""
        return self.support

    def c_headers(self):
        """Return the headers the C++ code needs."""
        return ["<algorithm>", "<cstring>", "<initializer_list>", "<vector>"] + (
            ["<omp.h>"] if theano.config.openmp else [])

    def c_compile_args(self):
        """Return what lets the work be shared among threads, where Theano may use them."""
        return ["-fopenmp"] if theano.config.openmp else ["-Wno-unknown-pragmas"]

    def c_code_cache_version(self):
        """Return the version of the C++ code."""
        return (self.version, theano.config.openmp)

    def kind(self, node):
        """Return the C++ type of the first input's elements, and NumPy's number of it."""
        if node.inputs[0].dtype not in IN_CPP:
            raise NotImplementedError(f"{self} is in C++ for {' and '.join(IN_CPP)}")
        return node.inputs[0].type.dtype_specs()[1:]


def compiles():
    """Return whether there is a compiler that knows GCC's vectors, and use for it.

    Clang, which calls itself g++ on macOS, was not tried.
    """
    return on_processor() and "g++" in theano.config.cxx and not gcc_llvm()
