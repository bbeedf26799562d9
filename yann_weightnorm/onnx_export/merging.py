"""Layers of several: sums, one beside the other, and errors between two."""

from yann_weightnorm.onnx_export.values import known_value

__all__ = ["ERRORS", "merge"]


def merge(graph, layer, *inputs):
    """Write a merge layer.

    Raises
    ------
    ValueError
        If its error is a function of the script's own, or a tensor has no fixed value.
    """
    inputs = inputs or [graph.constant(f"tensor_{place}", known_value(
        tensor, layer.who, f"tensor {place}")) for place, tensor in enumerate(layer.tensors)]
    if layer.layer_type == "sum":
        return graph.add("Sum", *inputs)
    if layer.layer_type != "error":
        return graph.add("Concat", *inputs, axis=_axis(layer))
    if layer.error not in ERRORS:
        raise ValueError(f"to_onnx can't write {layer.who}: its error is a function, "
                         f"{layer.how.split()[-1]!r}, which can be any; leave the layer out by "
                         f"outputs=[...], or name one of {', '.join(ERRORS)} as its error.")
    return ERRORS[layer.error](graph, *inputs)


def _axis(layer):
    """Return the only axis along which the output is longer than its inputs."""
    first, both = layer.input_shape[0], layer.output_shape
    return next(axis for axis in range(len(both)) if both[axis] != first[axis])


def _rmse(graph, a, b):
    return graph.add("Sqrt", graph.add("ReduceMean", _squared(graph, a, b), keepdims=0))


def _l1(graph, a, b):
    return graph.add("ReduceSum", graph.add("Abs", graph.add("Sub", a, b)), keepdims=0)


def _l2(graph, a, b):
    return graph.add("ReduceSum", _squared(graph, a, b), keepdims=0)


def _squared(graph, a, b):
    difference = graph.add("Sub", a, b)
    return graph.add("Mul", difference, difference)


def _cross_entropy(graph, a, b):
    a, b = (graph.add("Flatten", x, axis=1) for x in (a, b))
    each = graph.add("Mul", b, graph.add("Log", a))
    rows = graph.add("ReduceSum", each, graph.constant("axes", [1]), keepdims=0)
    return graph.add("Neg", graph.add("ReduceMean", rows, keepdims=0))


ERRORS = {"rmse": _rmse, "l1": _l1, "l2": _l2, "cross_entropy": _cross_entropy}
