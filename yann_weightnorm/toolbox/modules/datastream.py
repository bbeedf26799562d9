"""The module that brings a data set's blocks to the compiled functions."""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets import SPLITS, Dataset, check_labels, open_dataset

__all__ = ["Datastream"]


class Datastream:
    """A data set, one block of it in shared variables that the compiled functions slice.

    Parameters
    ----------
    id : str
    dataset : Dataset or str or path
        From :func:`yann_weightnorm.dataset_from_arrays` and its like, or the folder of a data set
        on disk, see :func:`yann_weightnorm.open_dataset`. Required.
    data_type : {'xy', 'x'}, default 'xy'
        With labels, or without. ``add_module`` calls it `type`.
    svm : bool, default False
        YANN's switch for one-hot labels; the hinge loss makes its own here, so nothing reads it.
    n_classes : int or False, default False
        Number of classes: labels outside 0 ... n_classes - 1 are refused. False takes it from the
        labels.
    shuffle : bool, default False
        Take the rows of each training block in another order every time it is loaded.
    rng : numpy.random.RandomState, optional
        Draws those orders.

    Attributes
    ----------
    x : (mini batch, height * width * channels), symbolic, floatX
    y : (mini batch,), symbolic int32
    data_x, data_y : shared
        The loaded block.
    mini_batch_size, mini_batches_per_batch, batches2train, batches2validate, batches2test,
    height, width, channels, cache
        As in :class:`~yann_weightnorm.toolbox.datasets.Dataset`.

    Raises
    ------
    ValueError
        If the data set is missing or of another kind, or has a label out of range.
    """

    def __init__(self, id, *, dataset=None, data_type="xy", svm=False, n_classes=False,
                 shuffle=False, rng=np.random):
        self.id, self.svm, self.shuffle, self.rng = id, svm, shuffle, rng
        self.type = one_of(data_type, ("xy", "x"), "type", f"datastream {id!r}")
        self.dataset = self._open(dataset)
        self.n_classes = n_classes
        if n_classes:
            self.check_classes(n_classes)
        self.x, self.y = T.matrix("x"), T.ivector("y")
        self.data_x = theano.shared(np.zeros((0, 0), theano.config.floatX), name=f"{id}.x")
        self.data_y = theano.shared(np.zeros(0, "int32"), name=f"{id}.y")
        self.loaded = None

    def __getattr__(self, name):
        if name == "dataset":
            raise AttributeError(name)
        return getattr(self.dataset, name)

    def _open(self, dataset):
        if isinstance(dataset, Dataset):
            return dataset
        if dataset is None or not hasattr(dataset, "__fspath__") and not isinstance(dataset, str):
            raise ValueError(f"datastream {self.id!r} got dataset {dataset!r}; it must be what "
                             f"dataset_from_arrays() returns, or the folder of a data set.")
        return open_dataset(dataset)

    def check_classes(self, n_classes):
        """Raise a ValueError if a label is not one of 0 ... n_classes - 1."""
        if self.type == "xy":
            check_labels(self.dataset, n_classes)

    def blocks(self, split):
        """Return how many blocks `split` ('train', 'valid' or 'test') has."""
        return {"train": self.batches2train, "valid": self.batches2validate,
                "test": self.batches2test}[split]

    def load_data(self, type="train", batch=0):
        """Return (x, y) of a block: floatX rows and int32 labels, or None for no labels."""
        x, y = self.dataset.load(one_of(type, SPLITS, "split", f"datastream {self.id!r}"), batch)
        x = np.asarray(x, dtype=theano.config.floatX)
        return x, None if y is None else np.asarray(y, dtype="int32")

    def set_data(self, type="train", batch=0):
        """Put a block into the shared variables, unless it is there already.

        A shuffled training block is loaded anew, in another order.
        """
        shuffled = self.shuffle and type == "train"
        if self.loaded == (type, batch) and not shuffled:
            return
        x, y = self.load_data(type, batch)
        if shuffled:
            order = self.rng.permutation(len(x))
            x, y = x[order], None if y is None else y[order]
        self.data_x.set_value(x, borrow=True)
        if y is not None:
            self.data_y.set_value(y, borrow=True)
        self.loaded = type, batch

    def mini_batches(self):
        """Return how many mini batches the loaded block has."""
        rows = len(self.data_x.get_value(borrow=True))
        if self.loaded[0] == "train":  # every training step sees as many rows as the next
            return rows // self.mini_batch_size
        return -(-rows // self.mini_batch_size)

    def givens(self, index):
        """Return what a compiled function puts in for `x` and `y`: mini batch `index`."""
        start, stop = index * self.mini_batch_size, (index + 1) * self.mini_batch_size
        givens = {self.x: self.data_x[start:stop]}
        if self.type == "xy":
            givens[self.y] = self.data_y[start:stop]
        return givens

    def restart(self, rng):
        """Draw the orders from `rng` from now on."""
        self.rng, self.loaded = rng, None
