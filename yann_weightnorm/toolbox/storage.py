"""Parameters on disk: safetensors files, written whole or not at all."""

import pathlib
from collections import OrderedDict

from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as tensor_bytes

from yann_weightnorm.files import write_atomically

__all__ = ["load_params", "save_params"]


def save_params(params, path):
    """Write the shared variables `params` to `path`, each under its own name.

    Parameters
    ----------
    params : iterable of shared variables
        Named ``<layer id>.<parameter>``, such as ``fc1.v``.
    path : str or path
    """
    values = {p.name: p.get_value(borrow=True).copy(order="C") for p in params}
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, tensor_bytes(values))


def load_params(path):
    """Return what :func:`save_params` wrote: an OrderedDict, name -> array.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or of another kind.
    """
    content = pathlib.Path(path).read_bytes()
    try:
        return OrderedDict(sorted(read_tensors(content).items()))
    except SafetensorError as error:
        raise ValueError(f"{path} holds no parameters in safetensors format ({error}); it may be "
                         f"damaged or of another kind.") from error
