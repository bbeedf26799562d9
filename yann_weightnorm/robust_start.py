"""Robust start: directions orthogonal, lengths by the layers' widths, whatever the data.

Source: Arpit, Campos & Bengio (2019), "How to initialize your network? Robust initialization for
WeightNorm & ResNets", arXiv:1906.02341.
"""

import numpy as np

from yann_weightnorm.residual_blocks import find_places
from yann_weightnorm.toolbox.checks import positive_number
from yann_weightnorm.toolbox.layers import starts
from yann_weightnorm.toolbox.registry import start

__all__ = ["initialize_robustly"]


@start("robust")
def initialize_robustly(net, init_scale=1.0):
    """Set directions, lengths and biases so that activations keep their size at every depth.

    In each layer: the directions of v are orthogonal (He's normal values where the layer's option
    `start` is 'he'), ``g = sqrt(factor fan-in / fan-out)`` and ``b = 0``. The factor is 2 for
    ReLU; in a residual block it is 2 for the first layer, 1 over the number of blocks of the
    stage for the last, and 1 for the shortcut's. A layer's place in a block is what its option
    `residual` says or, without that, what
    :func:`yann_weightnorm.residual_blocks.find_places` finds. A plain layer's w begins as that
    product of length and direction.

    No data are needed, so it is for networks that are too deep for a data-dependent start, and
    for those that see none before they act. The weight of a classifier's class has length 1.
    Layers whose weight can't be scaled neuron by neuron (some of weight norm's forms) get
    directions only; recurrent layers are left as they are. Weights that were given by
    `input_params` keep their direction; parameters that layers share are set by the first of
    them.

    Parameters
    ----------
    net : network
        With all its layers; it need not be cooked.
    init_scale : float, default 1
        What all lengths are multiplied by, besides the option `init_scale` of each layer.

    Returns
    -------
    network
        `net`.

    Raises
    ------
    ValueError
        If `init_scale` is no positive number.
    """
    init_scale = positive_number(init_scale, "init_scale", "initialize_robustly")
    places, done = find_places(net), set()
    for id, view in net.layers.items():
        layer = view.layer
        if not hasattr(layer, "robust_length") or _params(layer) & done:
            continue
        done |= _params(layer)
        _set(layer, layer.residual or places.get(id), init_scale, net.rng)
    return net


def _set(layer, residual, init_scale, rng):
    if layer.fresh_weight:
        layer.start_weight(starts.directions(
            layer, rng, "he" if layer.start == "he" else "orthogonal"))
    if hasattr(layer.scaled, "set_value"):
        layer.set_length(layer.robust_length(residual) * init_scale)
    for param in [layer.b] + ([layer.running_mean] if layer.mean_only_batch_norm else []):
        if hasattr(param, "set_value"):
            param.set_value(np.zeros_like(param.get_value()))


def _params(layer):
    return {param for param in layer.params[:1] + [layer.scaled] if hasattr(param, "set_value")}
