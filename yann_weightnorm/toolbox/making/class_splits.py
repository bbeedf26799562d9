"""Data sets in which some classes have all their images and others few or none.

For experiments that learn classes one after another. YANN's `split_all` and `split_only_train`.
"""

import numbers

import numpy as np

from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.making.maker import setup_dataset
from yann_weightnorm.toolbox.making.sources import Source

__all__ = ["ClassSource", "read_splits", "split_all", "split_only_train"]

KEYS = ("base", "shot", "p")
PREPROCESS = {"normalize": True, "ZCA": False, "grayscale": False, "zero_mean": True}


class ClassSource(Source):
    """The rows of a source whose class is wanted, in their order.

    Parameters
    ----------
    source : Source
    splits : dict
        All rows of the classes in 'base' are kept, and the first 'p' of each class in 'shot'.
    only : tuple of str
        The splits that this is done to; the others stay as they are.

    Attributes
    ----------
    n_classes : int
        Classes of `source`, kept or not.
    """

    def __init__(self, source, splits, only):
        self.source, self.n_classes, self.kept = source, 0, {}
        for split in SPLITS:
            left = dict.fromkeys(splits["shot"], splits["p"]) if split in only else None
            self.kept[split] = [self._choose(split, piece, splits["base"], left)
                                for piece in range(len(source.pieces[split]))]
        super().__init__(source.name, source.shape, {
            split: [len(rows) for rows in self.kept[split]] for split in SPLITS})

    def _choose(self, split, piece, base, left):
        """Return the rows of a piece to keep; count `left`, the rows a class may still have."""
        labels = self.source.labels(split, piece)
        self.n_classes = max(self.n_classes, int(labels.max()) + 1)
        if left is None:
            return np.arange(len(labels))
        keep = np.isin(labels, base)
        for label in left:
            rows = np.flatnonzero(labels == label)[:left[label]]
            keep[rows] = True
            left[label] -= len(rows)
        return np.flatnonzero(keep)

    def read(self, split, piece):
        x, y = self.source.read(split, piece)
        rows = self.kept[split][piece]
        return x[rows], y[rows]


class split_all(setup_dataset):
    """Make a data set in which all three splits hold some classes whole and others in part.

    Where rows run short after that, blocks get smaller, or fewer, instead of an error.

    Parameters
    ----------
    dataset_init_args, save_directory, verbose, format
        As in :class:`~yann_weightnorm.toolbox.making.setup_dataset`, but for verbose, default 0.
    preprocess_init_args : dict, optional
        As there; default normalize and zero_mean.
    split_args : dict, optional
        'base', a list of classes that are kept whole; 'shot', a list of classes of which the first
        'p' images are kept in each split. Default ``{'base': [0, 1, 2, 3, 4, 5],
        'shot': [6, 7, 8, 9], 'p': 0}``.

    Attributes
    ----------
    splits : dict
        'base', 'shot' and 'p', which the data set records too.
    n_classes : int
        Classes of the source, kept or not.

    Raises
    ------
    ValueError
        If `split_args` isn't such a dict, if no whole mini batch is left to train on, and as in
        :class:`~yann_weightnorm.toolbox.making.setup_dataset`.
    """

    filtered = SPLITS
    default_splits = {"base": [0, 1, 2, 3, 4, 5], "shot": [6, 7, 8, 9], "p": 0}
    own_options = ("split_args",)

    def __init__(self, dataset_init_args, save_directory="_datasets", verbose=0, **kwargs):
        kwargs.setdefault("preprocess_init_args", PREPROCESS)
        self.splits = read_splits(type(self).__name__,
                                  kwargs.get("split_args", self.default_splits))
        super().__init__(dataset_init_args, save_directory, verbose, **kwargs)

    def _select(self, source):
        chosen = ClassSource(source, self.splits, self.filtered)
        self.n_classes = chosen.n_classes
        return chosen

    def _fit_layout(self, source):
        return self._layout.as_many(source)

    def _splits(self):
        return self.splits


class split_only_train(split_all):
    """Make a data set of which only the training split is cut to some classes.

    The other two keep every class. Parameters, attributes and errors are those of
    :class:`~yann_weightnorm.toolbox.making.split_all`; `split_args` is ``{'base': [6, 7, 8, 9],
    'shot': [0, 1, 2, 3, 4, 5], 'p': 0}`` by default.
    """

    filtered = SPLITS[:1]
    default_splits = {"base": [6, 7, 8, 9], "shot": [0, 1, 2, 3, 4, 5], "p": 0}


def read_splits(who, splits):
    """Return `splits`, a dict of 'base', 'shot' and 'p', with plain integers.

    Raises
    ------
    ValueError
        If it is anything else, or a class is in both lists.
    """
    if not isinstance(splits, dict) or set(splits) != set(KEYS):
        raise ValueError(f"{who}: a class split is a dict of 'base', 'shot' and 'p', got "
                         f"{splits!r}.")
    base, shot = (_classes(who, key, splits[key]) for key in ("base", "shot"))
    if set(base) & set(shot):
        raise ValueError(f"{who}: class {min(set(base) & set(shot))} is in 'base' and in 'shot'; "
                         f"it can be in one.")
    p = splits["p"]
    return {"base": base, "shot": shot, "p": p if _is_zero(p) else checks.positive_int(who, "p", p)}


def _is_zero(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and value == 0


def _classes(who, key, values):
    if not isinstance(values, (list, tuple, range, np.ndarray)) or not all(
            isinstance(value, numbers.Integral) and value >= 0 for value in values):
        raise ValueError(f"{who}: {key!r} must be a list of class numbers from 0, got {values!r}.")
    return [int(value) for value in values]
