"""Ops that take a recurrent layer through a whole sequence at once, and back."""

import zlib

import numpy as np
import theano
import theano.tensor as T
from theano.gof import Apply
from theano.gradient import DisconnectedType
from theano.tensor import blas_headers
from theano.tensor.blas import ldflags

from yann_weightnorm.ops.in_cpp import InCpp
from yann_weightnorm.ops.recurrence.loops import loop, loop_back, walk, walk_back
from yann_weightnorm.ops.recurrence.native import NATIVE

__all__ = ["States", "StatesGradient"]


class Recurrence(InCpp):
    """Base: what is compiled for a cell, and how derivatives come from Theano's own loop.

    Parameters
    ----------
    cell : Cell
        See :mod:`.cells`.
    """

    __props__ = ("cell",)
    native = ""  # the function in C++
    version = zlib.crc32(NATIVE.encode())

    def __init__(self, cell):
        self.cell = cell

    def node_of(self, inputs, shapes):
        """Return the node for `inputs`, all of one dtype; the outputs have `shapes` dimensions."""
        inputs = [T.as_tensor_variable(x) for x in inputs]
        dtypes = {x.dtype for x in inputs}
        if len(dtypes) > 1:
            raise ValueError(f"{self} got inputs of dtypes {sorted(dtypes)}; it wants one for all.")
        inputs = [T.unbroadcast(x, *range(x.ndim)) for x in inputs]
        kind = inputs[0].dtype
        return Apply(self, inputs, [T.TensorType(kind, (False,) * ndim)() for ndim in shapes])

    def written_out(self, *inputs):
        """Return what the op computes as Theano's plain expressions, a list."""
        raise NotImplementedError

    def with_fresh_inputs(self, inputs, make):
        """Return ``make(inputs)``, made of variables that don't depend on each other."""
        fresh = [x.type() for x in inputs]
        return theano.clone(make(fresh), replace=list(zip(fresh, inputs)), share_inputs=True)

    def slopes(self, inputs, gradients):
        """Return the gradients by `inputs`, differentiated through the plain expressions."""
        connected = [place for place, g in enumerate(gradients)
                     if not isinstance(g.type, DisconnectedType)]

        def make(fresh):
            outputs = self.written_out(*fresh[:len(inputs)])
            # A sum, and not grad's known_grads: those cut the way from one output to another.
            cost = sum(T.sum(outputs[place] * g)
                       for place, g in zip(connected, fresh[len(inputs):]))
            return theano.grad(cost, fresh[:len(inputs)], disconnected_inputs="ignore")

        return self.with_fresh_inputs(inputs + [gradients[place] for place in connected], make)

    def R_op(self, inputs, points):
        """Return how the outputs change as the inputs move by `points`."""
        points = [T.zeros_like(x) if p is None else p for x, p in zip(inputs, points)]
        count = len(inputs)
        return self.with_fresh_inputs(inputs + points, lambda fresh: T.Rop(
            self.written_out(*fresh[:count]), fresh[:count], fresh[count:]))

    # -- C++ ----------------------------------------------------------------------------------

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that calls the cell's function."""
        kind, number = self.kind(node)
        call = (f"recurrence::{self.native}<recurrence::{self.cell.native}, {kind}>("
                f"recurrence::Inputs{{{', '.join(inputs)}}}, "
                f"{{{', '.join('&' + output for output in outputs)}}}, {number})")
        return f"if (!{call}) {{ {sub['fail']} }}"

    def c_support_code(self):
        """Return BLAS's declarations, who tells it how many threads to take, and the loops."""
        kind = _blas_with_threads()
        threads = {"openblas": blas_headers.openblas_threads_text,
                   "mkl": blas_headers.mkl_threads_text}.get(kind, str)()
        return blas_headers.blas_header_text() + threads + _CONTROLS[kind] + NATIVE

    def c_headers(self):
        """Return the headers the C++ code needs."""
        return super().c_headers() + ["<cmath>", "<deque>"]

    def c_compile_args(self):
        """Return what BLAS needs, and what lets rows be shared among threads and in vectors."""
        return ldflags(libs=False, flags=True) + super().c_compile_args() + (
            [] if theano.config.openmp else ["-fopenmp-simd"])

    def c_libraries(self):
        """Return BLAS."""
        return ldflags()

    def c_lib_dirs(self):
        """Return where BLAS is."""
        return ldflags(libs=False, libs_dir=True)

    def c_header_dirs(self):
        """Return where BLAS's headers are."""
        return ldflags(libs=False, include_dir=True)

    def c_code_cache_version(self):
        """Return the version of the C++ code."""
        return super().c_code_cache_version() + (
            _blas_with_threads(), blas_headers.blas_header_version())


def _blas_with_threads():
    """Return the kind of BLAS whose threads we can count, '' where we can't or needn't."""
    if not theano.config.openmp:
        return ""
    return next((kind for kind in ("openblas", "mkl") if kind in theano.config.blas.ldflags), "")


_CONTROLS = {"": "", "openblas": """
#define EACH_THREAD_ITS_ROWS
#define get_blas_threads openblas_get_num_threads
#define set_blas_threads openblas_set_num_threads
""", "mkl": """
#define EACH_THREAD_ITS_ROWS
#define get_blas_threads mkl_get_max_threads
#define set_blas_threads mkl_set_num_threads
"""}


class States(Recurrence):
    """The states after every step of a sequence.

    Takes ``x_t w_x`` of all steps, (steps, batch, gates * neurons); b, (gates * neurons,); w_h,
    (neurons, gates * neurons); and each state before the first step, (batch, neurons). Gives all
    hidden states, (steps, batch, neurons), all other states, and what the gradient sees again.
    """

    native = "forward"

    def make_node(self, projected, b, w_h, *first):
        """Return the node."""
        return self.node_of([projected, b, w_h, *first], [3] * (2 + self.cell.memory))

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        projected, b, w_h, *first = inputs
        made = [np.empty(projected.shape[:2] + (width,), projected.dtype)
                for width in [len(w_h)] * len(first) + [len(b)]]
        walk(self.cell, projected, b, w_h, first, made)
        for output, array in zip(outputs, made):
            output[0] = array

    def infer_shape(self, node, shapes):
        """Return the shapes of the outputs."""
        steps, rows, width = shapes[0]
        return [(steps, rows, shapes[2][0])] * (1 + self.cell.memory) + [(steps, rows, width)]

    def written_out(self, projected, b, w_h, *first):
        """Return what the op computes as Theano's plain expressions, a list."""
        return loop(self.cell, projected, b, w_h, first)

    def L_op(self, inputs, outputs, gradients):
        """Return the gradients by all inputs."""
        by_hidden, *others = gradients
        if not all(isinstance(g.type, DisconnectedType) for g in others):
            return self.slopes(inputs, gradients)
        return StatesGradient(self.cell)(by_hidden, *inputs[2:], *outputs, return_list=True)


class StatesGradient(Recurrence):
    """The gradients by the inputs of :class:`States`, from that by the hidden states.

    Takes the gradient, (steps, batch, neurons); w_h; each state before the first step; and the
    outputs of :class:`States`.
    """

    native = "backward"

    def make_node(self, by_hidden, w_h, *rest):
        """Return the node."""
        return self.node_of([by_hidden, w_h, *rest], [3, 1, 2] + [2] * (1 + self.cell.memory))

    def _parted(self, inputs):
        """Return the gradient, w_h, the first states, the outputs of States."""
        by_hidden, w_h, *rest = inputs
        states = 1 + self.cell.memory
        return by_hidden, w_h, rest[:states], rest[states:]

    def perform(self, node, inputs, outputs):
        """Compute by NumPy, where there is no compiler."""
        by_hidden, w_h, first, made = self._parted(inputs)
        by_projected = np.empty_like(made[-1])
        by_first = walk_back(self.cell, by_hidden, w_h, first, made, by_projected)
        before = np.concatenate([first[0][None], made[0][:-1]])
        by_w_h = np.tensordot(before, by_projected, [[0, 1], [0, 1]])
        found = [by_projected, by_projected.sum(axis=(0, 1)), by_w_h, *by_first]
        for output, array in zip(outputs, found):
            output[0] = array

    def infer_shape(self, node, shapes):
        """Return the shapes of the outputs."""
        _, w_h, first, made = self._parted(shapes)
        return [made[-1], (w_h[1],), w_h, *first]

    def written_out(self, *inputs):
        """Return what the op computes as Theano's plain expressions, a list."""
        by_hidden, w_h, first, made = self._parted(inputs)
        return loop_back(self.cell, by_hidden, w_h, first, made)

    def L_op(self, inputs, outputs, gradients):
        """Return the gradients by all inputs."""
        return self.slopes(inputs, gradients)
