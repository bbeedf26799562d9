"""YANN's parameter files: written as YANN writes them, read without running what they say."""

import pathlib
import pickle as standard
from collections import OrderedDict

import numpy as np
import theano

from yann_weightnorm.files import write_atomically
from yann_weightnorm.toolbox.datasets.safe_pickle import read_pickle
from yann_weightnorm.toolbox.storage import load_params

__all__ = ["load", "pickle", "shared_params"]

PICKLE_BEGINS = b"\x80"  # of protocol 2 and later
# A layer's parameters in the order of `params`; a safetensors file has them in another.
ORDER = ["w", "v", "g", "b", "gamma", "beta", "running_mean", "running_var"]


def pickle(net, filename, verbose=2):
    """Write the parameters of the network `net`: layer id -> list of arrays.

    The file is a pickle that Python 2 reads as well. It appears whole or not at all.

    Parameters
    ----------
    net : network
    filename : str or path
    verbose : int, optional
    """
    write_atomically(pathlib.Path(filename), standard.dumps(net.get_params(), protocol=2))


def load(infile, verbose=2):
    """Return the parameters in a file, ready to be a layer's `input_params`.

    Parameters
    ----------
    infile : str or path
        What :func:`pickle` wrote, here or with YANN on Python 2, or one of the toolbox's
        ``params/epoch_<n>.safetensors``.
    verbose : int, optional

    Returns
    -------
    OrderedDict
        Layer id -> list of shared variables, in the order of the layer's `params`.

    Raises
    ------
    ValueError
        If the file holds anything but arrays, or is damaged. Nothing that it says is run.
    OSError
        If it can't be read.
    """
    with open(infile, "rb") as file:
        is_pickle = file.read(1) == PICKLE_BEGINS
    return shared_params(_checked(read_pickle(infile), infile) if is_pickle
                         else _by_layer(load_params(infile)))


def shared_params(params, verbose=2):
    """Make each array in `params`, layer id -> list of arrays, a shared variable; return `params`.

    Variables in the list stay what they are.
    """
    for id, values in params.items():
        params[id] = [value if hasattr(value, "get_value") else
                      theano.shared(np.asarray(value, dtype=theano.config.floatX))
                      for value in values]
    return params


def _checked(params, path):
    if not isinstance(params, dict) or not all(
            isinstance(values, (list, tuple)) and all(isinstance(v, np.ndarray) for v in values)
            for values in params.values()):
        raise ValueError(f"{path} holds no parameters of a network: wanted a dictionary, layer id "
                         f"-> list of arrays.")
    return OrderedDict(params)


def _by_layer(values):
    """Return `values`, ``<layer id>.<parameter>`` -> array, as layer id -> list of arrays."""
    layers = OrderedDict()
    for name in sorted(values, key=_place):
        layers.setdefault(_place(name)[0], []).append(values[name])
    return layers


def _place(name):
    layer, _, parameter = name.rpartition(".")
    known = ORDER.index(parameter) if parameter in ORDER else len(ORDER)
    return layer, known, parameter
