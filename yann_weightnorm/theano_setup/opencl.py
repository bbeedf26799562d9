"""Theano's GPU back end on OpenCL: what doesn't build or run there, and a detour by the host.

Theano 1.0.5 was tried on CUDA. Under OpenCL

* the kernels of ``T.maximum`` and ``T.minimum`` call a function of C++ alone, and the one of
  softmax with cross entropy declares what its threads share inside a loop, which OpenCL forbids:
  compiling them ends the process;
* scan's loop asks where an array lies, in a way that only arrays of CUDA answer;
* the largest entry along an axis is looked for on the host, since Theano rewrites ``T.max`` to an
  op whose kernel is CUDA's. Left as the user wrote it, it has one for both.

Sources are mended as text on their way to the compiler; nothing is written over Theano's files.
"""

import functools
import re

from yann_weightnorm.theano_setup import scan

__all__ = ["NAME", "apply", "hoisted", "located", "mend", "wanted"]

NAME = "opencl"

DEVICES = "device", "init_gpu_device", "contexts"
# Theano's rewriting of T.max and T.argmax to ops of their own.
DETOUR = "local_max_and_argmax"
# Mended code is kept apart from what is compiled for other devices. The rest is Theano's default.
FOLDER = ("compiledir_%(short_platform)s-%(processor)s-%(python_version)s-%(python_bitwidth)s"
          "-opencl")
# Two arrays lie at the same place if they begin at the same byte of the same buffer.
PLACE = """
static PyObject* yann_weightnorm_place(PyObject* array) {
    PyObject *buffer = PyObject_GetAttrString(array, "base_data"), *place = NULL;
    PyObject *offset = buffer ? PyObject_GetAttrString(array, "offset") : NULL;
    if (offset) place = PyTuple_Pack(2, buffer, offset);
    Py_XDECREF(buffer);
    Py_XDECREF(offset);
    return place;
}
"""


def wanted(flags):
    """Return whether the user's flags name an OpenCL device."""
    return any("opencl" in (flags.get(name) or "") for name in DEVICES)


def apply(flags):
    """Exclude the rewriting, if the device is an OpenCL one, and compile in a folder apart."""
    if not wanted(flags):
        return False, "not needed: no device=opencl"
    if flags.late:
        return False, "Theano was imported first: import yann_weightnorm before it"
    flags.extend("optimizer_excluding", [DETOUR], separator=":")
    flags.offer("compiledir_format", FOLDER)
    return True, "kernels and scan are mended, T.max stays on the device"


def mend():
    """Mend sources as Theano's ops hand them to the compilers."""
    from theano.gpuarray.elemwise import GpuElemwise
    from theano.gpuarray.nnet import GpuCrossentropySoftmaxArgmax1HotWithBias as CrossEntropy
    _wrap(GpuElemwise, "_generate_op_string", _with_nan)
    _wrap(CrossEntropy, "gpu_kernels", _all_hoisted)
    scan.change_source(located)


def located(source):
    """Return `source`, scan_perform.c, asking for an array's place as OpenCL can answer it."""
    source = re.sub(r"__Pyx_PyObject_GetAttrStr\((\w+), __pyx_n_s_gpudata\)",
                    r"yann_weightnorm_place(\1)", source)
    return source.replace('#include "Python.h"', '#include "Python.h"' + PLACE, 1)


def hoisted(source):
    """Return the source of a kernel with what its threads share declared before its first loop."""
    shared = "".join(re.findall(r"^ *LOCAL_MEM .*;\n", source, re.MULTILINE))
    source = re.sub(r"^ *LOCAL_MEM .*;\n", "", source, flags=re.MULTILINE)
    return re.sub(r"^ *for \(", lambda loop: shared + loop.group(), source, count=1,
                  flags=re.MULTILINE)


def _wrap(op, name, change):
    """Let the method `name` of the class `op` return what `change` makes of its result."""
    original = getattr(op, name)

    @functools.wraps(original)
    def changed(self, *args):
        return change(original(self, *args), *args)

    setattr(op, name, changed)


def _with_nan(found, node):
    """Return the code of an elementwise kernel with OpenCL's name for what is not a number."""
    support, kernel = found
    if node.inputs[0].type.context.kind == b"opencl":
        kernel = kernel.replace('nan("")', "NAN")
    return support, kernel


def _all_hoisted(kernels, node, name):
    if node.inputs[0].type.context.kind == b"opencl":
        for kernel in kernels:
            kernel.code = hoisted(kernel.code)
    return kernels
