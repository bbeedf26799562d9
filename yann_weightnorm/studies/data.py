"""Data sets as runs ask for them: cut to so many rows, whitened; and their sizes, for estimates."""

import functools

import numpy as np
import scipy.linalg

from yann_weightnorm.toolbox.datasets import SPLITS, dataset_from_arrays, load_dataset

__all__ = ["dataset_of", "image_of", "rows_of", "whitened"]

MIDDLE, HALF = 127.5, 128.0  # the paper's code: (bytes - 127.5) / 128
FLOOR = 1e-5                 # its addition to the eigenvalues

# Rows of training splits and shapes of images where they are not those of mnist-5k.
ROWS = {"mnist": 50000, "fashion-mnist": 50000, "cifar10": 40000, "cifar100": 40000,
        "svhn": 60000, "digits": 1445}
IMAGES = {"cifar10": (32, 32, 3), "cifar100": (32, 32, 3), "svhn": (32, 32, 3),
          "digits": (8, 8, 1)}


def rows_of(name, train_rows=None):
    """Return about how many training rows :func:`dataset_of` gives.

    >>> rows_of("digits"), rows_of("digits", 500), rows_of("digits", 10000)
    (1445, 500, 1445)
    """
    rows = ROWS.get(name, 4000)
    return rows if train_rows is None else min(rows, train_rows)


def image_of(name):
    """Return (height, width, channels) of a data set's images.

    >>> image_of("cifar10")
    (32, 32, 3)
    """
    return IMAGES.get(name, (28, 28, 1))


@functools.lru_cache(maxsize=1)
def dataset_of(name, mini_batch_size, train_rows=None, data=None, zca=False):
    """Return the data set `name`, the last one asked for without reading it again.

    Parameters
    ----------
    name : str
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    data : str or None
        Folder of data sets.
    zca : bool
        Whether to whiten, see :func:`whitened`.

    Raises
    ------
    ValueError
        If there is no such data set, or the rows don't fill a mini batch.
    """
    dataset = load_dataset(name, data, mini_batch_size=mini_batch_size)
    if train_rows is not None and train_rows < mini_batch_size:
        raise ValueError(f"train_rows of {name} must fill a mini batch, of {mini_batch_size} rows, "
                         f"got {train_rows}.")
    if train_rows is None and not zca:
        return dataset
    parts = {split: _images(dataset, split) for split in SPLITS if dataset.rows(split)}
    parts["train"] = tuple(part[:train_rows] for part in parts["train"])
    if zca:
        parts = whitened(parts)
    return dataset_from_arrays(*[parts.get(split) for split in SPLITS], name=name,
                               mini_batch_size=mini_batch_size, normalize=False)


def whitened(parts):
    """Return the splits with their images whitened as the training images ask for.

    The paper's ZCA: with the pixels x between -1 and 1, their mean m, and eigenvectors U and
    eigenvalues s of their covariance, ``(x - m) U diag(1 / sqrt(s + 1e-5)) U'``.

    Parameters
    ----------
    parts : dict of str to (images, labels)
        'train' and others. Images are (n, height, width, channels), from 0 to 1.
    """
    rows = {split: _rows(images) for split, (images, _) in parts.items()}
    mean = rows["train"].mean(axis=0)
    centred = rows["train"] - mean
    values, vectors = scipy.linalg.eigh(centred.T.dot(centred) / len(centred))
    matrix = (vectors / np.sqrt(np.maximum(values, 0) + FLOOR)).dot(vectors.T)
    return {split: ((rows[split] - mean).dot(matrix).astype("float32").reshape(images.shape),
                    labels) for split, (images, labels) in parts.items()}


def _rows(images):
    """Return the images as rows of the paper's pixels, float64."""
    return (images.reshape(len(images), -1).astype("float64") * 255 - MIDDLE) / HALF


def _images(dataset, split):
    """Return (images, labels) of a split of one block."""
    x, y = dataset.load(split)
    return x.reshape(-1, dataset.height, dataset.width, dataset.channels), y
