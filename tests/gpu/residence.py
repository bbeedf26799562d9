"""Which computations of a compiled function happen on the host though its state does not."""

import theano
from theano.compile.ops import Shape, Shape_i
from theano.gpuarray.basic_ops import GpuFromHost, HostFromGpu
from theano.scan_module.scan_op import Scan
from theano.tensor import TensorType

__all__ = ["on_host"]

SHAPES = Shape, Shape_i     # tell how large an array is, and nothing of what is in it
TRANSFERS = GpuFromHost, HostFromGpu


def on_host(graph):
    """Return what carries arrays through the host between the state of a function and its updates.

    Parameters
    ----------
    graph : FunctionGraph
        Of a compiled function, optimized. Its state is what it updates: parameters, what an
        optimizer remembers, running averages, random numbers.

    Returns
    -------
    list of str
        State that is held on the host; then, in the graph's order, the ops that work there, those
        inside a scan too. Empty if every array stays on the device that depends on the state and
        that an update depends on.
    """
    state = [graph.inputs[at] for at in graph.update_mapping.values()]
    updates = [graph.outputs[at] for at in graph.update_mapping]
    held = [f"state {x.name}" for x in state if _is_host_array(x)]
    return held + _between(graph.toposort(), state, updates)


def _between(nodes, begin, end):
    """Return the names of what works on the host between the variables `begin` and `end`."""
    reached, needed = _reached(nodes, begin), _needed(nodes, end)
    found = []
    for node in nodes:
        if node in needed and not reached.isdisjoint(node.outputs):
            if any(x in reached and _is_host_array(x) for x in node.inputs + node.outputs):
                found.append(node.op)
            if isinstance(node.op, Scan):
                found += _inside(node.op)
    return _named(found)


def _inside(scan):
    """Return the ops that work on the host in one step of a loop."""
    step = theano.function(scan.inputs, scan.outputs, on_unused_input="ignore")
    graph = step.maker.fgraph
    return [node.op for node in graph.toposort()
            if any(map(_is_host_array, node.inputs + node.outputs))]


def _reached(nodes, begin):
    """Return the variables whose values depend on those of `begin`."""
    reached = set(begin)
    for node in nodes:
        if not isinstance(node.op, SHAPES) and not reached.isdisjoint(node.inputs):
            reached.update(node.outputs)
    return reached


def _needed(nodes, end):
    """Return the nodes that the values of `end` depend on."""
    needed, wanted = set(), set(end)
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.outputs):
            needed.add(node)
            if not isinstance(node.op, SHAPES):
                wanted.update(node.inputs)
    return needed


def _is_host_array(x):
    return isinstance(x.type, TensorType) and x.ndim > 0


def _named(ops):
    """Return the ops' names; those of transfers only where nothing else explains them."""
    names = [str(op) for op in ops if not isinstance(op, TRANSFERS)]
    return names or [str(op) for op in ops]
