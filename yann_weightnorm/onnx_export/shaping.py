"""Layers that only arrange what they are given, or pass it on."""

__all__ = ["flatten", "passed_on", "sequence", "unflatten"]


def passed_on(graph, layer, x):
    """Write nothing: at inference the layer gives what it is given."""
    return x


def flatten(graph, layer, x):
    """Write rows made of maps or of a sequence."""
    return graph.add("Flatten", x, axis=1)


def unflatten(graph, layer, x):
    """Write maps made of rows."""
    return graph.reshape(x, [0] + list(layer.output_shape[1:]))


def sequence(graph, layer, x):
    """Write the steps of a sequence made of maps or of rows."""
    line = graph.reshape(x, [0, layer.channels, layer.pixels])
    if layer.order is not None:
        line = graph.add("Gather", line, graph.constant("order", layer.order), axis=2)
    if layer.channels > 1:
        line = graph.reshape(line, [0, layer.channels, layer.steps, layer.pixels // layer.steps])
        line = graph.add("Transpose", line, perm=[0, 2, 1, 3])
    return graph.reshape(line, [0] + list(layer.output_shape[1:]))
