"""From PyTorch's parameters to ours."""

import pathlib

import numpy as np

from yann_weightnorm.folding.twins import is_normalised, parts_of, set_weight
from yann_weightnorm.interchange.layouts import BATCH_NORM, BATCH_NORM_COUNT, layout_of
from yann_weightnorm.interchange.names import STYLES, normalised_names, under
from yann_weightnorm.interchange.targets import modules_of, value_of
from yann_weightnorm.normalization import compose
from yann_weightnorm.toolbox.layers import BatchNorm
from yann_weightnorm.toolbox.rebuilding.owners import param_of
from yann_weightnorm.toolbox.registry import hint
from yann_weightnorm.toolbox.storage import load_params

__all__ = ["from_torch"]


def from_torch(target, source, *, names=None, layers=None, strict=True):
    """Set a network, or a layer, to the weights of PyTorch's modules.

    Nothing is set unless everything fits. Whichever way the weights were normalised there, old
    names, parametrizations or plain, a weight-normalised layer takes v and g as they are (in other
    forms than ``'l2'``, the weight they make), and a plain layer takes the weight.

    Parameters
    ----------
    target : network, or a layer of one
    source : dict, or str or path
        What ``module.state_dict()`` returns, with tensors or arrays; or a safetensors file of it.
    names, layers
        As for :func:`~yann_weightnorm.to_torch`.
    strict : bool, default True
        Refuse a source that has more than was read; False ignores the rest.

    Returns
    -------
    network or layer
        `target`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If something is missing, has another shape, or is left over; if a g does not lie along the
        outputs (PyTorch's default for a ConvTranspose2d, ``dim=0``, is one g an *input* channel);
        if a parameter that is to be set is made of others.

    Notes
    -----
    A module without a bias (``bias=False``) sets `b` to 0. PyTorch's LSTM and RNN have two biases;
    `b` is their sum. Batch norm's ``eps`` is 1e-4 here and 1e-5 by default there.
    """
    reader = Reader(source)
    changes = Changes()
    for module, layer in modules_of(target, names, layers, "from_torch").items():
        _read(reader, module, layer, changes)
    reader.check_rest(strict)
    changes.make()
    return target


class Reader:
    """What a state dict holds, and what of it was read.

    Parameters
    ----------
    source : dict, or str or path
    """

    def __init__(self, source):
        self._arrays, self._read = _opened(source), set()

    def has(self, name):
        """Return whether there is an array `name`."""
        return name in self._arrays

    def take(self, name, shape, who):
        """Return the array `name` in float64; None for `shape` takes any."""
        if name not in self._arrays:
            raise ValueError(f"{who} needs {name!r}, which is not there"
                             f"{hint(name, self._arrays)}; there is: {_some(self._arrays)}.")
        array = _array(self._arrays[name])
        if shape is not None and array.shape != tuple(shape):
            raise ValueError(f"{who} got {name} of shape {array.shape}, wanted {tuple(shape)}.")
        self._read.add(name)
        return array

    def check_rest(self, strict):
        """Raise a ValueError if `strict` and something was not read."""
        rest = [name for name in self._arrays if name not in self._read
                and name.rpartition(".")[2] != BATCH_NORM_COUNT]
        if strict and rest:
            raise ValueError(f"from_torch has no place for {_some(rest)}; say which layers they "
                             f"are by names={{layer id: module}}, or strict=False to ignore them.")


def _opened(source):
    if hasattr(source, "keys"):
        return dict(source)
    path = pathlib.Path(source)
    if path.suffix in (".pt", ".pth", ".bin", ".ckpt"):
        raise ValueError(f"{path} looks like a file of torch.save, which is a pickle and may run "
                         f"any code; in PyTorch say safetensors.torch.save_file("
                         f"model.state_dict(), 'model.safetensors') and give that.")
    return load_params(path)


def _array(value):
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    return np.asarray(value, dtype="float64")


def _some(names, most=6):
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(map(repr, names[:most])) or "nothing") + rest


# -- a module ----------------------------------------------------------------------------------

class Changes:
    """What is to be set once everything fits.

    Attributes
    ----------
    params : dict
        Parameter -> (array, who wants it).
    weights : list of (layer, name, array)
        Weights whose parameters the layer finds.
    """

    def __init__(self):
        self.params, self.weights = {}, []

    def add(self, layer, name, array):
        """Let the parameter `name` of `layer` become `array`."""
        param = param_of(layer, name)
        who = f"{layer.who} ({name})"
        if not hasattr(param, "set_value"):
            raise ValueError(f"from_torch can't set {who}, which is made of other parameters; "
                             f"leave the layer out by layers=[...].")
        known, other = self.params.setdefault(param, (array, who))
        if known.shape != array.shape or not np.array_equal(known, array, equal_nan=True):
            raise ValueError(f"from_torch found different values for {other} and {who}, which are "
                             f"one parameter; leave one of the layers out by layers=[...].")

    def make(self):
        """Set everything."""
        for param, (array, _) in self.params.items():
            param.set_value(array.astype(param.dtype).reshape(param.get_value().shape))
        for layer, name, array in self.weights:
            set_weight(layer, name, array)


def _read(reader, module, layer, changes):
    """Add to `changes` what `reader` has of `module` for `layer`."""
    layout = layout_of(layer)
    if isinstance(layer, BatchNorm):
        _read_batch_norm(reader, module, layer, changes)
        return
    for name in layout.weights:
        _read_weight(reader, module, layer, name, changes)
    changes.add(layer, "b", sum(_bias(reader, under(module, name), layer)
                                for name in layout.biases))
    if getattr(layer, "batch_norm", False):
        _read_batch_norm(reader, f"{module}_bn" if module else "bn", layer, changes)


def _bias(reader, name, layer):
    shape = value_of(layer.b).shape
    return reader.take(name, shape, layer.who) if reader.has(name) else np.zeros(shape)


def _read_batch_norm(reader, module, layer, changes):
    for ours, theirs in BATCH_NORM.items():
        size = value_of(param_of(layer, ours)).size
        changes.add(layer, ours, reader.take(under(module, theirs), (size,), layer.who))


def _read_weight(reader, module, layer, name, changes):
    layout = layout_of(layer)
    theirs, arrange = layout.weights[name], layout.arrange
    shape = arrange(np.empty(_weight_shape(layer, name), "int8")).shape
    style = _style(reader, module, theirs, layer)
    if style == "plain":
        w = arrange(reader.take(under(module, theirs), shape, layer.who))
    else:
        g_name, v_name = (under(module, n) for n in normalised_names(theirs, style))
        v, g = reader.take(v_name, shape, layer.who), reader.take(g_name, None, layer.who)
        if getattr(layer, "form", None) == "l2":
            _check_length(layer, layout, g_name, g, arrange(_length_of(layer, name)).shape)
            for part, array in zip(parts_of(layer, name), (v, g)):
                changes.add(layer, part, arrange(array))
            return
        w = arrange(_composed(layer, g_name, v, g))
    if is_normalised(type(layer)):
        changes.weights.append((layer, name, w))
    else:
        changes.add(layer, name, w)


def _weight_shape(layer, name):
    return layer.weight_shapes[name] if hasattr(layer, "weight_shapes") else layer.weight_shape


def _length_of(layer, name):
    return value_of(param_of(layer, parts_of(layer, name)[1]))


def _style(reader, module, weight, layer):
    """Return the style in which `reader` has the weight: 'plain' or one of STYLES."""
    names = {"plain": (under(module, weight),)}
    names.update((style, tuple(under(module, name) for name in normalised_names(weight, style)))
                 for style in STYLES)
    found = [style for style, wanted in names.items() if any(map(reader.has, wanted))]
    if len(found) != 1:
        what = " and ".join(repr(names[style][-1]) for style in found) or "none of them"
        raise ValueError(f"{layer.who} needs {names['plain'][0]!r}, or one of the pairs "
                         f"{' / '.join(map(repr, names['parametrizations']))} and "
                         f"{' / '.join(map(repr, names['weight_norm']))}; there is {what}. Say "
                         f"by names={{layer id: module}} what the module is called.")
    return found[0]


def _check_length(layer, layout, name, g, wanted):
    """Raise a ValueError unless the lengths `g` have the shape `wanted`."""
    if g.shape == wanted:
        return
    dim = max(range(len(wanted)), key=wanted.__getitem__)
    default = " (its default, dim=0, is one length an input channel)" \
        if layout.module == "ConvTranspose2d" and len(g) > 1 and g.size == len(g) else ""
    raise ValueError(f"{layer.who} got {name} of shape {g.shape}, wanted {wanted}, one length an "
                     f"output: in PyTorch normalise the {layout.module} with dim={dim}{default}; "
                     f"or take the weight norm off there and give the plain weight.")


def _composed(layer, name, v, g):
    """Return the weight of directions `v` and lengths `g`, whichever axes the latter lie along."""
    if g.ndim and (g.ndim != v.ndim or any(n not in (1, m) for n, m in zip(g.shape, v.shape))):
        raise ValueError(f"{layer.who} got {name} of shape {g.shape} for directions of shape "
                         f"{v.shape}; wanted a length for each entry of one axis.")
    axes = tuple(axis for axis in range(v.ndim) if not g.ndim or g.shape[axis] == 1)
    return compose(v, g, axes)
