"""Pooling in ONNX's operators."""

import numpy as np

__all__ = ["pool", "pooled"]


def pool(graph, layer, x):
    """Write pooling alone."""
    return pooled(graph, layer, x, layer.input_shape[2:])


def pooled(graph, layer, maps, shape):
    """Return the name of `maps` of `shape` with a number for each window, as `layer` pools."""
    size = list(layer.pool_size)
    if layer.pool_type == "max_same_size":
        return _largest_alone(graph, maps, size, (layer.num_neurons, *shape))
    op = "MaxPool" if layer.pool_type == "max" else "AveragePool"
    found = graph.add(op, maps, kernel_shape=size, strides=size)
    if layer.pool_type != "sum":
        return found
    return graph.add("Mul", found, graph.constant("window", float(np.prod(size))))


def _largest_alone(graph, maps, size, shape):
    """Return the name of `maps` of which each window keeps its largest values, the rest being 0."""
    largest = _enlarged(graph, graph.add("MaxPool", maps, kernel_shape=size, strides=size), size,
                        shape)
    return graph.add("Where", graph.add("Equal", maps, largest), maps,
                     graph.constant("zero", 0.0))


def _enlarged(graph, windows, size, shape):
    """Return the name of maps of `shape` with the number of a window at each of its pixels.

    The border that no whole window covers is infinite, so that no pixel there is a largest one.
    """
    channels, *sides = shape
    counts = [n // k for n, k in zip(sides, size)]
    rest = [n - m * k for n, m, k in zip(sides, counts, size)]
    cells = graph.reshape(windows, [0, channels, counts[0], 1, counts[1], 1])
    spread = graph.add("Expand", cells, graph.constant("spread", [1, 1, 1, size[0], 1, size[1]]))
    maps = graph.reshape(spread, [0, channels] + [m * k for m, k in zip(counts, size)])
    if not any(rest):
        return maps
    return graph.add("Pad", maps, graph.constant("border", [0] * 6 + rest),
                     graph.constant("infinite", np.inf))
