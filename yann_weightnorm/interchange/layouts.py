"""What a layer's parameters are called in PyTorch, and how their axes lie there."""

from collections import namedtuple

import numpy as np

from yann_weightnorm.toolbox.activations import activation_params
from yann_weightnorm.toolbox.layers import (
    LSTM,
    RNN,
    BatchNorm,
    Classifier,
    ConvPool,
    Deconv,
    DotProduct,
)

__all__ = ["BATCH_NORM", "BATCH_NORM_COUNT", "Layout", "layout_of"]


class Layout(namedtuple("Layout", "module weights biases arrange")):
    """How one kind of layer is laid out in PyTorch.

    Attributes
    ----------
    module : str
        The PyTorch class.
    weights : dict
        Our name of a weight -> PyTorch's.
    biases : tuple of str
        PyTorch's biases, of which ours is the sum.
    arrange : function
        Turns an array from one layout into the other, either way: a weight, a direction, or a
        length, which has as many axes.
    """

    __slots__ = ()


def _transposed(array):
    return np.ascontiguousarray(array.T)


def _flipped(array):
    """Return filters turned by half a turn: a convolution here is a correlation there."""
    return np.ascontiguousarray(array[:, :, ::-1, ::-1])


RECURRENT = {"w_x": "weight_ih_l0", "w_h": "weight_hh_l0"}, ("bias_ih_l0", "bias_hh_l0")
LAYOUTS = {
    DotProduct: Layout("Linear", {"w": "weight"}, ("bias",), _transposed),
    Classifier: Layout("Linear", {"w": "weight"}, ("bias",), _transposed),
    ConvPool: Layout("Conv2d", {"w": "weight"}, ("bias",), _flipped),
    Deconv: Layout("ConvTranspose2d", {"w": "weight"}, ("bias",), _flipped),
    LSTM: Layout("LSTM", *RECURRENT, _transposed),
    RNN: Layout("RNN", *RECURRENT, _transposed),
    BatchNorm: Layout("BatchNorm", {}, (), None),
}
# Our name -> PyTorch's, in a module of its own.
BATCH_NORM = {"gamma": "weight", "beta": "bias", "running_mean": "running_mean",
              "running_var": "running_var"}
BATCH_NORM_COUNT = "num_batches_tracked"  # an integer that PyTorch keeps and nothing here needs


def layout_of(layer):
    """Return the :class:`Layout` of `layer`.

    Raises
    ------
    ValueError
        If PyTorch has no such module, or the layer has parameters that the module doesn't have.
    """
    found = next((LAYOUTS[cls] for cls in type(layer).__mro__ if cls in LAYOUTS), None)
    if found is None:
        raise ValueError(f"{layer.who} has no counterpart in PyTorch that its parameters would "
                         f"fit; leave it out by layers=[...].")
    odd = [name for name in layer.param_names if _is_odd(layer, name)]
    if odd:
        raise ValueError(f"{layer.who} has {', '.join(odd)}, which PyTorch's {found.module} does "
                         f"not have; leave it out by layers=[...].")
    return found


def _is_odd(layer, name):
    """Return whether no PyTorch module has the parameter `name` of `layer`."""
    learnt = [name for name, _ in activation_params(getattr(layer, "activation", None))]
    steps = name.startswith(("gamma_", "beta_", "mean_", "var_"))  # of batch norm through time
    mean_only = getattr(layer, "mean_only_batch_norm", False) and name == "running_mean"
    return steps or mean_only or name in learnt
