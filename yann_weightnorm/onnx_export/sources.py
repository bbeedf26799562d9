"""Layers that stand on no other: what a model is given, or keeps."""

from theano.gof.graph import Constant
from theano.scalar import Cast

from yann_weightnorm.onnx_export.values import known_value

__all__ = ["images", "is_given", "sample", "tensor"]


def images(graph, layer):
    """Write the images, (batch, channels, height, width), that the model is given."""
    x = graph.input(layer)
    if not layer.mean_subtract:
        return x
    return graph.add("Sub", x, graph.add("ReduceMean", x, keepdims=0))


def sample(graph, layer):
    """Write the random numbers that the model is given, so that its results can be repeated."""
    return graph.input(layer)


def tensor(graph, layer):
    """Write a tensor that the model is given if the network is; otherwise the value it has.

    Raises
    ------
    ValueError
        If it is drawn, or made of something that has to be given.
    """
    if is_given(layer.input):
        return graph.input(layer)
    return graph.constant("input", known_value(layer.input, layer.who, "input"))


def is_given(variable):
    """Return whether `variable` is one that a compiled function would be given, cast or not."""
    made = variable.owner
    if made is not None and isinstance(getattr(made.op, "scalar_op", None), Cast):
        return is_given(made.inputs[0])
    return made is None and not (isinstance(variable, Constant) or hasattr(variable, "get_value"))
