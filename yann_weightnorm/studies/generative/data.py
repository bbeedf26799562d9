"""Images of bits: what a Bernoulli likelihood is a likelihood of."""

import functools

import numpy as np

from yann_weightnorm.studies.data import dataset_of
from yann_weightnorm.toolbox.datasets import SPLITS, dataset_from_arrays

__all__ = ["bits_of"]

SEED = 42  # one sample for all runs, as the binarised MNIST that papers use is one


@functools.lru_cache(maxsize=1)
def bits_of(name, mini_batch_size, train_rows=None, other_rows=None, data=None):
    """Return the data set `name` with each pixel drawn once: 1 with its grey as the probability.

    Parameters
    ----------
    name : str
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    other_rows : int or None
        At most so many rows for each other split; None for all.
    data : str or None
        Folder of data sets.

    Raises
    ------
    ValueError
        If there is no such data set, or the rows don't fill a mini batch.
    """
    dataset, rng = dataset_of(name, mini_batch_size, train_rows, data), np.random.RandomState(SEED)
    parts = {}
    for split in SPLITS:
        rows = None if split == "train" else other_rows
        images, labels = dataset.load(split)
        images = images.reshape(-1, dataset.height, dataset.width, dataset.channels)
        bits = (rng.uniform(size=images.shape) < images).astype("float32")
        parts[split] = bits[:rows], labels[:rows]
    return dataset_from_arrays(*[parts[split] for split in SPLITS], name=name,
                               mini_batch_size=mini_batch_size, normalize=False)
