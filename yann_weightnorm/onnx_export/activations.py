"""Activation functions in ONNX's operators."""

import numpy as np

from yann_weightnorm.onnx_export.values import known_value
from yann_weightnorm.toolbox.activations import activation_name

__all__ = ["ACTIVATIONS", "activated", "arguments_of"]


def activated(graph, layer, x):
    """Return the name of `x` passed through the activation of `layer`.

    Raises
    ------
    ValueError
        If there are no operators for it.
    """
    name = activation_name(layer.activation)
    if name not in ACTIVATIONS:
        raise ValueError(f"to_onnx can't write {layer.who}: for activation {name!r} it knows no "
                         f"operators of ONNX; known: {', '.join(sorted(ACTIVATIONS))}.")
    return ACTIVATIONS[name](graph, layer, x, *arguments_of(layer.activation))


def arguments_of(activation):
    """Return what follows the name in `activation`: (0.1,) of ``('relu', 0.1)``."""
    return tuple(activation[1:]) if isinstance(activation, (tuple, list)) else ()


def _relu(graph, layer, x, alpha=0):
    if alpha == 0:
        return graph.add("Relu", x)
    return graph.add("LeakyRelu", x, alpha=float(alpha))


def _elu(graph, layer, x, alpha=1):
    return graph.add("Elu", x, alpha=float(alpha))


def _softmax(graph, layer, x, temperature=1):
    if temperature != 1:
        x = graph.add("Div", x, graph.constant("temperature", float(temperature)))
    return graph.add("Softmax", x, axis=1)


def _maxout(graph, layer, x, kind, size):
    channels, *maps = layer.output_shape[1:]
    x = graph.reshape(x, [0, channels, size] + maps)
    if kind != "mixedout":
        return graph.add({"maxout": "ReduceMax", "meanout": "ReduceMean"}[kind], x, axes=[2],
                         keepdims=0)
    both = [graph.add(op, x, axes=[2], keepdims=0) for op in ("ReduceMax", "ReduceMean")]
    return graph.add("Mul", graph.add("Add", *both), graph.constant("half", 0.5))


def _norm_relu(graph, layer, x):
    mean, variance = np.sqrt(0.5 / np.pi), 0.5 * (1 - 1 / np.pi)
    centred = graph.add("Sub", graph.add("Relu", x), graph.constant("mean", mean))
    return graph.add("Div", centred, graph.constant("deviation", np.sqrt(variance)))


def _trelu(graph, layer, x):
    threshold = _learnt(graph, layer, "threshold")
    return graph.add("Add", graph.add("Relu", graph.add("Sub", x, threshold)), threshold)


def _tprelu(graph, layer, x):
    threshold = _learnt(graph, layer, "threshold")
    slope = _learnt(graph, layer, "slope", lambda value: np.clip(value, 0, 1))
    return graph.add("Add", graph.add("PRelu", graph.add("Sub", x, threshold), slope), threshold)


def _learnt(graph, layer, name, change=np.asarray):
    """Return the name of a parameter that the activation learns for each channel."""
    value = change(known_value(getattr(layer, name), layer.who, name))
    return graph.constant(name, value.reshape((-1,) + (1,) * (len(layer.output_shape) - 2)))


def _operator(op):
    return lambda graph, layer, x: graph.add(op, x)


ACTIVATIONS = {
    "identity": lambda graph, layer, x: x,
    "relu": _relu, "elu": _elu, "softmax": _softmax, "maxout": _maxout,
    "norm_relu": _norm_relu, "trelu": _trelu, "tprelu": _tprelu,
    "sigmoid": _operator("Sigmoid"), "tanh": _operator("Tanh"), "abs": _operator("Abs"),
    "squared": lambda graph, layer, x: graph.add("Mul", x, x),
}
