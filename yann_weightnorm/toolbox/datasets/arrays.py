"""A dataset made of arrays that are in memory already."""

from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset

__all__ = ["ArrayDataset", "dataset_from_arrays"]


class ArrayDataset(Dataset):
    """A :class:`Dataset` over checked arrays, one block a split.

    Made by :func:`dataset_from_arrays`. Images keep the type they came in (MNIST as bytes takes
    47 MB rather than 188) and become floats when they are loaded.
    """

    def __init__(self, images, labels, *, normalize, **facts):
        rows = tuple(len(images[split]) if split in images else 0 for split in SPLITS)
        super().__init__(shape=images["train"].shape[1:], rows_per_block=rows, **facts)
        self._images, self._labels, self._normalize = images, labels, normalize

    def load(self, split, block=0):
        images, labels, scale = self.stored(split, block)
        return checks.as_float(images, scale), labels

    load.__doc__ = Dataset.load.__doc__

    def stored(self, split, block=0):
        self.check_block(split, block)
        images = self._images[split][:self.rows(split)]
        scale = 255 if self._normalize and images.dtype == "uint8" else None
        return images.reshape(len(images), -1), self.labels(split), scale

    stored.__doc__ = Dataset.stored.__doc__

    def labels(self, split):
        """Return the labels of all used rows of `split`, or None for unlabelled images."""
        rows = self.rows(split)
        if not rows:
            return super().labels(split)
        labels = self._labels[split]
        return None if labels is None else labels[:rows].copy()


def dataset_from_arrays(train, valid=None, test=None, *, mini_batch_size=100, normalize=True,
                        name="arrays"):
    """Return a dataset over arrays of images and labels.

    Parameters
    ----------
    train, valid, test : (images, labels) or None
        `images` are (n, height, width), (n, height, width, channels) or (n, features), uint8 or
        float; features become images of height 1, width n and one channel. `labels` are (n,)
        class numbers from 0 (floats without a fraction will do), or None for unlabelled images.
        None in place of a pair leaves a split without rows; `train` needs some.
        Arrays are kept, not copied: leave them as they are while the dataset is in use.
    mini_batch_size : int, default 100
        Rows in a mini batch. Training uses whole mini batches and leaves the last
        ``n % mini_batch_size`` rows out; the other splits use every row.
    normalize : bool, default True
        Divide uint8 images by 255. Floats are taken as they are.
    name : str, default 'arrays'
        What records and error messages call the set.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        For every input that isn't as above, naming the split and the way out.

    Examples
    --------
    >>> import numpy as np
    >>> images, labels = np.zeros((250, 28, 28), "uint8"), np.arange(250) % 10
    >>> dataset_from_arrays((images, labels), test=(images[:30], labels[:30]))
    <ArrayDataset 'arrays': 28x28x1, train 200, valid 0, test 30, mini batches of 100>
    """
    size = checks.positive_int(f"dataset {name!r}", "mini_batch_size", mini_batch_size)
    if train is None:
        raise ValueError(f"dataset {name!r}: train is None, and there is nothing to learn from; "
                         f"give (images, labels).")
    images, labels = {}, {}
    for split, pair in zip(SPLITS, (train, valid, test)):
        if pair is not None:
            who = f"dataset {name!r}, split {split!r}"
            images[split], labels[split] = _checked_pair(who, pair)
            _same_shape(who, images[split], images["train"])
    return ArrayDataset(images, labels, normalize=normalize, name=name, mini_batch_size=size)


def _checked_pair(who, pair):
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        length = f" of length {len(pair)}" if isinstance(pair, (tuple, list)) else ""
        raise ValueError(f"{who}: wanted a pair (images, labels), got a "
                         f"{type(pair).__name__}{length}; labels may be None.")
    images = checks.checked_images(who, pair[0])
    return images, None if pair[1] is None else checks.checked_labels(who, pair[1], len(images))


def _same_shape(who, images, train):
    if images.shape[1:] != train.shape[1:]:
        raise ValueError(
            f"{who}: images are (height, width, channels) = {images.shape[1:]}, but those of "
            f"'train' are {train.shape[1:]}; every split needs the same.")
