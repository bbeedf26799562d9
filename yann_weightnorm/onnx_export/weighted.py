"""Layers with one weight, and batch normalization."""

from yann_weightnorm.onnx_export.activations import activated
from yann_weightnorm.onnx_export.pooling import pooled
from yann_weightnorm.onnx_export.values import known_value, weight_of
from yann_weightnorm.toolbox.layers.batch_normalization import EPSILON

__all__ = ["batch_norm", "conv_pool", "deconv", "dense"]


def dense(graph, layer, x):
    """Write a dot product or a classifier."""
    t = graph.add("Gemm", x, graph.constant("w", weight_of(layer)),
                  graph.constant("b", _bias(layer)))
    return _finished(graph, layer, t)


def conv_pool(graph, layer, x):
    """Write a convolution, its pooling if any, then the bias."""
    w = graph.constant("w", _flipped(weight_of(layer)))
    options = _window(layer)
    if layer.pool_size == (1, 1):
        t = graph.add("Conv", x, w, graph.constant("b", _bias(layer)), **options)
    else:
        t = pooled(graph, layer, graph.add("Conv", x, w, **options), layer.conv_shape)
        t = graph.add("Add", t, graph.constant("b", _bias(layer).reshape(-1, 1, 1)))
    return _finished(graph, layer, t)


def deconv(graph, layer, x):
    """Write a transposed convolution."""
    reached = [(n - 1) * step + k - 2 * pad for n, step, k, pad in
               zip(layer.input_shape[2:], layer.stride, layer.filter_size, layer.padding)]
    more = [out - size for out, size in zip(layer.output_shape[2:], reached)]
    t = graph.add("ConvTranspose", x, graph.constant("w", _flipped(weight_of(layer))),
                  graph.constant("b", _bias(layer)), output_padding=more, **_window(layer))
    return _finished(graph, layer, t)


def batch_norm(graph, layer, x):
    """Write a normalization of each channel by the population's statistics."""
    params = [graph.constant(name, _vector(layer, name))
              for name in ("gamma", "beta", "running_mean", "running_var")]
    return graph.add("BatchNormalization", x, *params, epsilon=EPSILON)


def _finished(graph, layer, t):
    if layer.batch_norm:
        t = batch_norm(graph, layer, t)
    return activated(graph, layer, t)


def _window(layer):
    return dict(kernel_shape=list(layer.filter_size), strides=list(layer.stride),
                pads=list(layer.padding) * 2)


def _flipped(w):
    """Return filters turned by half a turn: a convolution here is a correlation there."""
    return w[:, :, ::-1, ::-1]


def _bias(layer):
    """Return the bias, less the running mean where the mean is normalized."""
    b = _vector(layer, "b")
    return b - _vector(layer, "running_mean") if layer.mean_only_batch_norm else b


def _vector(layer, name):
    return known_value(getattr(layer, name), layer.who, name).astype("float64").reshape(-1)
