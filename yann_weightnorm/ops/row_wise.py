"""Loops over tensors in which some inputs are broadcast: a bias, a scale for each neuron.

Where every input has the output's shape, Theano writes one loop that a compiler turns into vector
instructions. Where one is broadcast, its loop steps through each input by strides that are known
only when it runs, an element at a time. Ours has one long inner run, along which each input is
either a contiguous array or one number: the vectors are back, and a pass over directions costs a
tenth.
"""

import theano
import theano.tensor as T
from theano.gof import cc
from theano.gof.opt import in2out, local_optimizer
from theano.gof.utils import MethodNotDefined

from yann_weightnorm.ops.in_cpp import ARRAYS, IN_CPP, InCpp, compiles
from yann_weightnorm.theano_setup.threads import WORTH_THREADS

__all__ = ["RowWise", "rows_taken_over"]


class RowWise(InCpp, T.Elemwise):
    """Theano's elementwise op, same numbers, with other loops.

    Parameters
    ----------
    elemwise : Elemwise
        What is computed, and in place of what.
    """

    support, version = f"namespace row_wise {{{ARRAYS}}}\n", 1

    def __init__(self, elemwise):
        T.Elemwise.__init__(self, elemwise.scalar_op, elemwise.inplace_pattern, elemwise.name,
                            elemwise.nfunc_spec, elemwise.openmp)

    def __str__(self):
        """Return Theano's name with ours."""
        return f"RowWise{{{super().__str__()}}}"

    def c_support_code(self):
        """Return the functions, and what the scalar op needs."""
        try:
            return self.support + self.scalar_op.c_support_code()
        except MethodNotDefined:
            return self.support

    def c_code_cache_version_apply(self, node):
        """Return the version of Theano's code with ours."""
        theirs = super().c_code_cache_version_apply(node)
        return theirs and (*theirs, *self.c_code_cache_version())

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C++ that loops over the rows, and within each over the inner run."""
        kind, number = self.kind(node)
        loops = Loops([x.broadcastable for x in node.inputs])
        values = [f"a{k}" for k in range(len(inputs))]
        scalar = self.scalar_op.c_code(node.tag.fake_node, name + "_scalar_", values, ["to[i]"],
                                       dict(sub, fail=cc.failure_code(sub, use_goto=False)))
        given = self.inplace_pattern.get(0)
        return _CODE.format(
            kind=kind, number=number, out=outputs[0], fail=sub["fail"], scalar=scalar,
            held=" ".join(f"row_wise::Held x{k}({x});" for k, x in enumerate(inputs)),
            missing=" || ".join(f"!x{k}.array" for k in range(len(inputs))),
            sizes=loops.sizes(), fits=loops.fits(), shape=loops.shape(), inner=loops.inner(),
            outer=loops.outer(), places=loops.places(), starts=loops.starts(kind),
            values=loops.values(kind), given=inputs[given] if given is not None else "NULL",
            threads=WORTH_THREADS)


_CODE = """
{{
    {held}
    if ({missing}) {{ {fail} }}
    {sizes}
    if (!row_wise::fits({fits}, "elementwise operation: the shapes of the inputs differ")) {{
        {fail}
    }}
    PyArrayObject *given = {given};
    if (given && PyArray_ISCARRAY(given)) {{
        Py_XDECREF({out}); {out} = given; Py_INCREF({out});
    }}
    {kind} *out = row_wise::place<{kind}>(&{out}, {number}, {{{shape}}});
    if (!out) {{ {fail} }}
    const npy_intp inner = {inner}, outer = {outer};
    #pragma omp parallel for if(inner * outer > {threads})
    for (npy_intp o = 0; o < outer; o++) {{
        npy_intp rest = o;
        {places}
        {starts}
        {kind} *to = out + o * inner;
        #pragma GCC ivdep
        for (npy_intp i = 0; i < inner; i++) {{
            {values}
            {scalar}
        }}
    }}
}}
"""


class Loops:
    """The C++ of the loops over inputs that are broadcast along some axes.

    Parameters
    ----------
    broadcast : list of tuple of bool
        For each input along which axes.
    """

    def __init__(self, broadcast):
        self.broadcast = broadcast
        self.axes = range(len(broadcast[0]))
        self.first = min(axis for axis in self.axes if self.uniform(axis))

    def uniform(self, axis):
        """Return whether each input is broadcast along all axes from `axis` on, or along none."""
        return all(len(set(flags[axis:])) == 1 for flags in self.broadcast)

    def sizes(self):
        """Declare ``d0``, ``d1``, ...: each axis's length, from an input that has it."""
        return " ".join(f"const npy_intp d{axis} = {self.length(axis)};" for axis in self.axes)

    def length(self, axis):
        """Return where the length of an axis is found: 1 if every input is broadcast."""
        having = [k for k, flags in enumerate(self.broadcast) if not flags[axis]]
        return f"x{having[0]}.dim({axis})" if having else "1"

    def fits(self):
        """Return the condition that the inputs' lengths agree."""
        return " && ".join(f"x{k}.dim({axis}) == d{axis}" for k, flags in enumerate(self.broadcast)
                           for axis in self.axes if not flags[axis]) or "true"

    def shape(self):
        """Return the output's shape."""
        return ", ".join(f"d{axis}" for axis in self.axes)

    def inner(self):
        """Return the length of the inner run."""
        return self.product(axis for axis in self.axes if axis >= self.first)

    def outer(self):
        """Return the number of inner runs."""
        return self.product(range(self.first))

    def product(self, axes):
        """Return the product of the lengths of axes."""
        return " * ".join(f"d{axis}" for axis in axes) or "1"

    def places(self):
        """Declare ``k0``, ``k1``, ...: the place of run ``o`` along the outer axes."""
        return " ".join(f"const npy_intp k{axis} = rest % d{axis}; rest /= d{axis};"
                        for axis in reversed(range(self.first)))

    def starts(self, kind):
        """Declare ``p0``, ``p1``, ...: where each input's run begins."""
        return " ".join(f"const {kind} *p{k} = x{k}.data<{kind}>() + {self.offset(flags)};"
                        for k, flags in enumerate(self.broadcast))

    def offset(self, flags):
        """Return how far into an input its run begins."""
        steps = (f"k{axis} * " + self.product(a for a in self.axes if a > axis and not flags[a])
                 for axis in range(self.first) if not flags[axis])
        return " + ".join(steps) or "0"

    def values(self, kind):
        """Declare ``a0``, ``a1``, ...: each input's element of the run, or its one number."""
        return " ".join(f"const {kind} a{k} = p{k}[{'0' if flags[self.first] else 'i'}];"
                        for k, flags in enumerate(self.broadcast))


@local_optimizer([T.Elemwise])
def rows_taken_over(node):
    """Rewrite an elementwise op with a broadcast input to ours."""
    if type(node.op) is not T.Elemwise or len(node.outputs) != 1 or not compiles():
        return False
    result, = node.outputs
    kinds = {x.dtype for x in [*node.inputs, result]}
    partly = any(x.broadcastable != result.broadcastable and not all(x.broadcastable)
                 for x in node.inputs)
    if len(kinds) != 1 or result.dtype not in IN_CPP or result.ndim < 2 or not partly:
        return False
    return [RowWise(node.op)(*node.inputs)]


# After Theano decided what is done in place (75).
theano.compile.optdb.register("weightnorm_rows", in2out(rows_taken_over), 76, "fast_run")
