"""YANN's small tools for data sets: shuffling, pickling, shared variables, fetching a file."""

import os
import pickle
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import theano

from yann_weightnorm.files import write_atomically
from yann_weightnorm.toolbox.making.images import check_type

__all__ = ["create_shared_memory_dataset", "download_data", "pickle_dataset", "shuffle"]


def shuffle(data, verbose=1):
    """Return the rows of a pair of arrays in one random order.

    Parameters
    ----------
    data : (x, y)
        Arrays of equal length.
    verbose : int, default 1
        Taken for YANN's scripts; nothing is printed.

    Returns
    -------
    (x, y)
        New arrays. The order is drawn by NumPy's global generator.

    Raises
    ------
    ValueError
        If the lengths differ.
    """
    x, y = data
    if len(x) != len(y):
        raise ValueError(f"shuffle got {len(x)} rows of x but {len(y)} of y; give one y a row.")
    order = np.random.permutation(len(x))
    return x[order], y[order]


def pickle_dataset(loc, batch, data):
    """Write `data` to the file ``<loc>batch_<batch>.pkl``, whole or not at all.

    Parameters
    ----------
    loc : str
        The folder, with a slash at its end: it is put before the name as it is.
    batch : int
    data : (x, y)
        Any value that pickle takes; written so that Python 2 reads it.
    """
    write_atomically(f"{loc}batch_{batch}.pkl", pickle.dumps(data, protocol=2))


def create_shared_memory_dataset(data_xy, borrow=True, verbose=1, svm=False):
    """Return Theano's shared variables that hold the arrays of `data_xy`, as floatX.

    Parameters
    ----------
    data_xy : (x, y) or (x, y, one_hot_y)
        Arrays; three if `svm`.
    borrow : bool, default True
        Let a variable keep the very array it is given, if that is of floatX already.
    verbose : int, default 1
        Taken for YANN's scripts; nothing is printed.
    svm : bool, default False
        Return the one-hot labels too.

    Returns
    -------
    tuple of two or three shared variables

    Raises
    ------
    ValueError
        If `data_xy` doesn't have two parts, or three with `svm`.
    """
    if len(data_xy) != (3 if svm else 2):
        raise ValueError(f"create_shared_memory_dataset takes (x, y), or (x, y, one_hot_y) with "
                         f"svm=True; got {len(data_xy)} parts and svm={svm!r}.")
    return tuple(theano.shared(check_type(np.asarray(part), theano.config.floatX), borrow=borrow)
                 for part in data_xy)


def download_data(url, location):
    """Fetch `url` to ``<location><its last part>``, with a bar of progress.

    The file appears whole or not at all.

    Parameters
    ----------
    url : str
    location : str
        The folder, with a slash at its end: it is put before the name as it is.

    Returns
    -------
    str
        Path of the file.

    Raises
    ------
    ValueError
        If the address has no file name.
    OSError
        If it can't be fetched.
    """
    import pooch
    name = os.path.basename(urlsplit(url).path)
    if not name:
        raise ValueError(f"download_data got {url!r}, which doesn't end in a file's name.")
    target = Path(f"{location}{name}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as beside:
        fetched = os.path.join(beside, name)
        pooch.HTTPDownloader(progressbar=True)(url, fetched, None)
        os.replace(fetched, target)
    return str(target)
