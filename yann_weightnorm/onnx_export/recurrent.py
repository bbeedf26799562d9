"""Recurrent layers: as ONNX's own recurrent operators, or else as a loop over the steps."""

import numpy as np

from yann_weightnorm.onnx_export.activations import activated, arguments_of
from yann_weightnorm.onnx_export.values import known_value, weight_of
from yann_weightnorm.toolbox.activations import activation_name
from yann_weightnorm.toolbox.layers.bn_lstm import EPSILON

__all__ = ["batch_norm_lstm", "lstm", "rnn"]

GATES = [0, 3, 1, 2]  # ONNX's gates i, o, f, c among ours: i, f, g, o


def lstm(graph, layer, x):
    """Write an LSTM."""
    return _operator(graph, layer, x, "LSTM", GATES)


def rnn(graph, layer, x):
    """Write a simple recurrent layer: by a loop if ONNX's operator has no such activation."""
    name = activation_name(layer.activation)
    if name in ACTIVATIONS:
        options = ACTIVATIONS[name](*arguments_of(layer.activation))
        return _operator(graph, layer, x, "RNN", [0], **options)

    def step(projection, h):
        return [activated(graph, layer, graph.add("Add", projection, graph.add("MatMul", h, w_h)))]

    w_h = graph.constant("w_h", weight_of(layer, "w_h"))
    t = graph.add("Add", _projected(graph, layer, x), graph.constant("b", _value(layer, "b")))
    return _chosen(graph, layer, *graph.loop(step, [_zeros(graph, layer, x)], [t]))


def batch_norm_lstm(graph, layer, x):
    """Write an LSTM with batch norm, by the population's statistics at each step."""
    def step(t, mean_h, scale_h, mean_c, scale_c, h, c):
        from_h = _normalised(graph, graph.add("MatMul", h, w_h), mean_h, scale_h)
        i, f, g, o = graph.split(graph.add("Add", t, from_h), 4)
        kept = graph.add("Mul", graph.add("Sigmoid", f), c)
        new = graph.add("Mul", graph.add("Sigmoid", i), graph.add("Tanh", g))
        c = graph.add("Add", kept, new)
        shown = graph.add("Add", _normalised(graph, c, mean_c, scale_c), beta_c)
        return graph.add("Mul", graph.add("Sigmoid", o), graph.add("Tanh", shown)), c

    w_h = graph.constant("w_h", weight_of(layer, "w_h"))
    beta_c = graph.constant("beta_c", _value(layer, "beta_c"))
    from_x = _normalised(graph, _projected(graph, layer, x), *_statistics(graph, layer, "x"))
    t = graph.add("Add", from_x, graph.constant("b", _value(layer, "b")))
    known = [name for of in "hc" for name in _statistics(graph, layer, of)]
    zeros = _zeros(graph, layer, x)
    return _chosen(graph, layer, *graph.loop(step, [zeros, zeros], [t] + known))


# -- ONNX's operators --------------------------------------------------------------------------

def _operator(graph, layer, x, op, gates, **attributes):
    """Write the operator `op`, whose axes are (steps, directions, batch, neurons)."""
    bias = _arranged(_value(layer, "b"), gates)
    y = graph.add(op, graph.add("Transpose", x, perm=[1, 0, 2]),
                  graph.constant("w_x", _arranged(weight_of(layer, "w_x"), gates)),
                  graph.constant("w_h", _arranged(weight_of(layer, "w_h"), gates)),
                  graph.constant("b", np.concatenate([bias, np.zeros_like(bias)], axis=1)),
                  hidden_size=layer.num_neurons, place=0 if layer.return_sequences else 1,
                  **attributes)
    axis = 1 if layer.return_sequences else 0
    y = graph.add("Squeeze", y, graph.constant("axes", [axis]))
    return _chosen(graph, layer, y, y)


def _arranged(array, gates):
    """Return the blocks of columns, one a gate, in the order `gates`, as rows."""
    blocks = array.reshape(array.shape[:-1] + (len(gates), -1))[..., gates, :]
    return blocks.reshape(array.shape).T[np.newaxis]


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


# -- a loop ------------------------------------------------------------------------------------

def _projected(graph, layer, x):
    """Return ``x_t w_x`` of all steps t, (steps, batch, gates * num_neurons)."""
    steps_first = graph.add("Transpose", x, perm=[1, 0, 2])
    return graph.add("MatMul", steps_first, graph.constant("w_x", weight_of(layer, "w_x")))


def _zeros(graph, layer, x):
    """Return a state of zeros, (batch, num_neurons)."""
    rows = graph.add("Gather", graph.add("Shape", x), graph.constant("first", [0]), axis=0)
    shape = graph.add("Concat", rows, graph.constant("neurons", [layer.num_neurons]), axis=0)
    return graph.add("ConstantOfShape", shape)


def _statistics(graph, layer, of):
    """Return mean and scale, (steps, 1, width), by which `of` is normalised at each step."""
    scale = _value(layer, f"gamma_{of}") / np.sqrt(_value(layer, f"var_{of}") + EPSILON)
    return [graph.constant(f"{name}_{of}", value[:, np.newaxis])
            for name, value in (("mean", _value(layer, f"mean_{of}")), ("scale", scale))]


def _normalised(graph, t, mean, scale):
    return graph.add("Mul", graph.add("Sub", t, mean), scale)


def _chosen(graph, layer, last, every):
    """Return the last state, (batch, neurons), or all, (steps, batch, neurons), rows first."""
    return graph.add("Transpose", every, perm=[1, 0, 2]) if layer.return_sequences else last


def _value(layer, name):
    return known_value(getattr(layer, name), layer.who, name).astype("float64")
