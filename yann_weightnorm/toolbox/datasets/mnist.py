"""MNIST and Fashion-MNIST, read from the files their authors publish.

Sources: http://yann.lecun.com/exdb/mnist/, https://github.com/zalandoresearch/fashion-mnist
"""

import numpy as np

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.download import ready
from yann_weightnorm.toolbox.datasets.folders import find_file
from yann_weightnorm.toolbox.datasets.idx import read_idx
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out

__all__ = ["fashion_mnist", "mnist"]

ZIPPED = ".gz"


def mnist(folder=None, *, mini_batch_size=100, valid_rows=10000, train_rows=None, test_rows=None,
          normalize=True):
    """Return MNIST: 60,000 images of 28x28 handwritten digits to train, 10,000 to test.

    As in YANN, the first 50,000 training images train and the last 10,000 validate.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds ``mnist/train-images-idx3-ubyte.gz`` and its three companions, each with
        or without the ``.gz``. None reads $YANN_WEIGHTNORM_DATA. Files that are nowhere are
        fetched, see :func:`~yann_weightnorm.toolbox.datasets.download.ready`.
    mini_batch_size : int, default 100
        Rows in a mini batch.
    valid_rows : int, default 10000
        Training images held out, from the end, to validate; 0 for none.
    train_rows, test_rows : int or None, default None
        Use only so many rows, from the start; None uses all.
    normalize : bool, default True
        Divide the bytes by 255.

    Returns
    -------
    Dataset

    Raises
    ------
    FileNotFoundError
        If a file is missing and can't be fetched; says which, and where it may be put.
    ValueError
        If a file is damaged, or a limit doesn't fit its rows.
    """
    return _mnist_like("mnist", folder, valid_rows, train_rows, test_rows,
                       mini_batch_size=mini_batch_size, normalize=normalize)


def fashion_mnist(folder=None, *, mini_batch_size=100, valid_rows=10000, train_rows=None,
                  test_rows=None, normalize=True):
    """Return Fashion-MNIST: articles of clothing, in the sizes, splits and files of MNIST.

    Read from ``fashion-mnist/`` in `folder`. Parameters, value and errors are those of
    :func:`mnist`.
    """
    return _mnist_like("fashion-mnist", folder, valid_rows, train_rows, test_rows,
                       mini_batch_size=mini_batch_size, normalize=normalize)


def _mnist_like(name, folder, valid_rows, train_rows, test_rows, **options):
    place, who = ready(name, folder, _has), f"dataset {name!r}"
    train, valid = hold_out(who, _pair(place, "train"),
                            train_rows=train_rows, valid_rows=valid_rows)
    test = first_rows(who, "test_rows", _pair(place, "t10k"), test_rows)
    return dataset_from_arrays(train, valid, test, name=name, **options)


def _has(place, name):
    return any((place / each).is_file() for each in _either(name))


def _either(name):
    """Return the two names that a file may have."""
    return name, name[:-len(ZIPPED)]


def _pair(place, part):
    images = _read(place, f"{part}-images-idx3-ubyte", rank=3)
    labels = _read(place, f"{part}-labels-idx1-ubyte", rank=1)
    if len(images) != len(labels):
        raise ValueError(f"{place}: {part} has {len(images)} images but {len(labels)} labels; "
                         f"fetch both files again.")
    return images, labels


def _read(place, name, rank):
    path = find_file(place, _either(name + ZIPPED))
    array = read_idx(path)
    if array.ndim != rank or array.dtype != np.uint8:
        raise ValueError(f"{path}: wanted bytes in {rank} dimension(s), got {array.dtype} "
                         f"of shape {array.shape}; it is another kind of file.")
    return array
