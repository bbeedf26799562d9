"""From our parameters to PyTorch's."""

import pathlib
from collections import OrderedDict

import numpy as np
from safetensors.numpy import save as tensor_bytes

from yann_weightnorm.files import write_atomically
from yann_weightnorm.folding.twins import is_normalised, parts_of
from yann_weightnorm.interchange.layouts import BATCH_NORM, BATCH_NORM_COUNT, layout_of
from yann_weightnorm.interchange.names import check_style, normalised_names, under
from yann_weightnorm.interchange.targets import modules_of, value_of
from yann_weightnorm.normalization import decompose
from yann_weightnorm.toolbox.layers import BatchNorm
from yann_weightnorm.toolbox.rebuilding.owners import param_of

__all__ = ["to_torch"]


def to_torch(source, path=None, *, style="parametrizations", names=None, layers=None):
    """Return the weights of a network, or of a layer, as PyTorch's modules have them.

    The dict is what ``module.load_state_dict`` takes once its arrays are tensors; the file is what
    ``safetensors.torch.load_file`` reads. PyTorch is not needed.

    Parameters
    ----------
    source : network, or a layer of one
    path : str or path, optional
        A safetensors file to write, too; whole or not at all.
    style : {'parametrizations', 'weight_norm', 'plain'}, default 'parametrizations'
        What weight-normalised layers are for: modules under
        ``torch.nn.utils.parametrizations.weight_norm`` (``parametrizations.weight.original0`` and
        ``original1``), under the older ``torch.nn.utils.weight_norm`` (``weight_g`` and
        ``weight_v``), or plain ones (``weight``: folded).
    names : dict, optional
        Layer id -> name of the PyTorch module, such as ``{'fc1': 'net.0'}``; by default a layer's
        id is the module's name. A layer alone is a module of no name.
    layers : collection of str, optional
        Ids of the layers to write, by default all that have parameters.

    Returns
    -------
    OrderedDict
        Name -> array, C-contiguous, of the parameters' dtype.

    Raises
    ------
    ValueError
        If a layer has no counterpart in PyTorch, or parameters that the counterpart doesn't have;
        if a layer is unknown, or the style.

    Notes
    -----
    ======================  ==================  ==================================================
    layer                   module              besides the names
    ======================  ==================  ==================================================
    dot_product,            Linear              transposed
    classifier
    conv_pool               Conv2d              filters turned by half a turn: PyTorch's are not
                                                flipped
    deconv                  ConvTranspose2d     the same; g is one an output channel, so PyTorch's
                                                weight norm needs ``dim=1``
    lstm, rnn               LSTM, RNN           transposed; gates in the same order, i, f, g, o;
                                                ``bias_hh_l0`` is 0
    batch_norm              BatchNorm1d or 2d   needs ``eps=1e-4``; of a layer with
                                                ``batch_norm=True`` it is a module of its own,
                                                called ``<name>_bn``
    ======================  ==================  ==================================================

    Only parameters are written: activation, stride, pooling and the like are the module's to have.
    In forms other than ``'l2'``, v is the weight and g its norms, which PyTorch makes the same
    weight of.
    """
    check_style(style)
    found = OrderedDict()
    for module, layer in modules_of(source, names, layers, "to_torch").items():
        found.update((under(module, name), array)
                     for name, array in _module(layer, style).items())
        if getattr(layer, "batch_norm", False) and not isinstance(layer, BatchNorm):
            found.update((f"{module}_bn.{name}" if module else f"bn.{name}", array)
                         for name, array in _batch_norm(layer).items())
    if path is not None:
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, tensor_bytes(found))
    return found


def _module(layer, style):
    """Return the arrays of the module that `layer` is."""
    layout, found = layout_of(layer), OrderedDict()
    if isinstance(layer, BatchNorm):
        return _batch_norm(layer)
    for ours, theirs in layout.weights.items():
        if style == "plain" or not is_normalised(type(layer)):
            found[theirs] = layout.arrange(value_of(getattr(layer, ours)))
        else:
            for name, array in zip(normalised_names(theirs, style), _length_and_direction(
                    layer, ours)):
                found[name] = layout.arrange(array)
    for place, name in enumerate(layout.biases):
        b = value_of(layer.b)
        found[name] = np.zeros_like(b) if place else b
    return found


def _length_and_direction(layer, name):
    if layer.form == "l2":
        v, g = (value_of(param_of(layer, part)) for part in parts_of(layer, name))
    else:
        v, g = decompose(value_of(getattr(layer, name)), layer.norm_axes, layer.who)
    return g, v


def _batch_norm(layer):
    found = OrderedDict((theirs, value_of(getattr(layer, ours)).reshape(-1))
                        for ours, theirs in BATCH_NORM.items())
    found[BATCH_NORM_COUNT] = np.array(0, dtype="int64")
    return found
