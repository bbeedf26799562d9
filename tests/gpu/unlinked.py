"""Theano's optimizations of a graph without the compilation that follows them."""

import contextlib
from types import SimpleNamespace
from unittest import mock

import theano.compile.mode
import theano.gpuarray.opt
from theano.gof.link import Container, LocalLinker
from theano.gpuarray.elemwise import GpuCAReduceCuda
from theano.gpuarray.type import GpuArrayType

__all__ = ["as_for_cuda", "unlinked"]

# They compile what they fold.
FOLDING = "constant_folding", "gpua_constant_folding"


class Unlinked(LocalLinker):
    """A linker that makes functions which can be looked at and not called."""

    def clone(self, allow_gc=None):
        """Return a linker like this."""
        return Unlinked()

    def accept(self, fgraph, no_recycling=None, profile=None):
        """Take the graph; return the linker that will make its function."""
        linker = Unlinked()
        linker.fgraph = fgraph
        return linker

    def make_all(self, input_storage=None, output_storage=None, storage_map=None):
        """Return what Theano wants of a linker: the function, where its data is, its parts."""
        inputs = [Container(x, place) for x, place in zip(self.fgraph.inputs, input_storage)]
        outputs = [Container(x, [None]) for x in self.fgraph.outputs]
        return self._refuse, inputs, outputs, [], []

    def _refuse(self):
        raise RuntimeError("this function was optimized and not compiled")


@contextlib.contextmanager
def unlinked():
    """Let functions be optimized as they would be, and then left as they are."""
    usual = theano.compile.mode.get_default_mode()
    mode = theano.compile.mode.Mode(Unlinked(), usual.provided_optimizer).excluding(*FOLDING)
    with mock.patch.object(theano.compile.mode, "instantiated_default_mode", mode):
        yield


@contextlib.contextmanager
def as_for_cuda():
    """Let graphs be optimized as if the device were an NVIDIA card without cuDNN."""
    card = SimpleNamespace(kind=b"cuda")
    reduction = GpuCAReduceCuda.make_node

    def make_node(op, x):
        with mock.patch.object(GpuArrayType, "context", card):
            return reduction(op, x)

    with mock.patch.object(theano.gpuarray.opt, "get_context", lambda name: card):
        with mock.patch.object(GpuCAReduceCuda, "make_node", make_node):
            yield
