"""Recurrent layers as ONNX's own recurrent operators."""

import numpy as np

from yann_weightnorm.onnx_export.activations import arguments_of
from yann_weightnorm.onnx_export.values import known_value, weight_of
from yann_weightnorm.toolbox.activations import activation_name

__all__ = ["lstm", "rnn"]

GATES = [0, 3, 1, 2]  # ONNX's gates i, o, f, c among ours: i, f, g, o


def lstm(graph, layer, x):
    """Write an LSTM."""
    return _loop(graph, layer, x, "LSTM", GATES)


def rnn(graph, layer, x):
    """Write a simple recurrent layer.

    Raises
    ------
    ValueError
        If ONNX's operator has no such activation.
    """
    name = activation_name(layer.activation)
    if name not in ACTIVATIONS:
        raise ValueError(f"to_onnx can't write {layer.who}: ONNX's RNN has no activation {name!r}; "
                         f"it has {', '.join(sorted(ACTIVATIONS))}.")
    return _loop(graph, layer, x, "RNN", [0], **ACTIVATIONS[name](*arguments_of(layer.activation)))


def _loop(graph, layer, x, op, gates, **attributes):
    """Write the operator `op`, whose axes are (steps, directions, batch, neurons)."""
    n = layer.num_neurons

    def arranged(array):
        """Return the blocks of columns, one a gate, in ONNX's order, as rows."""
        blocks = array.reshape(array.shape[:-1] + (len(gates), n))[..., gates, :]
        return blocks.reshape(array.shape).T[np.newaxis]

    bias = arranged(known_value(layer.b, layer.who, "b"))
    y = graph.add(op, graph.add("Transpose", x, perm=[1, 0, 2]),
                  graph.constant("w_x", arranged(weight_of(layer, "w_x"))),
                  graph.constant("w_h", arranged(weight_of(layer, "w_h"))),
                  graph.constant("b", np.concatenate([bias, np.zeros_like(bias)], axis=1)),
                  hidden_size=n, place=0 if layer.return_sequences else 1, **attributes)
    if not layer.return_sequences:
        return graph.add("Squeeze", y, graph.constant("axes", [0]))
    y = graph.add("Squeeze", y, graph.constant("axes", [1]))
    return graph.add("Transpose", y, perm=[1, 0, 2])


def _named(name, **parameters):
    return dict({f"activation_{key}": [float(value)] for key, value in parameters.items()},
                activations=[name])


ACTIVATIONS = {
    "tanh": lambda: _named("Tanh"),
    "sigmoid": lambda: _named("Sigmoid"),
    "relu": lambda alpha=0: _named("LeakyRelu", alpha=alpha) if alpha else _named("Relu"),
    "elu": lambda alpha=1: _named("Elu", alpha=alpha),
    "identity": lambda: _named("Affine", alpha=1, beta=0),
}
