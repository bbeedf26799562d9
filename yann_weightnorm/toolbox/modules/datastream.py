"""The module that brings a data set's blocks to the compiled functions."""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets import SPLITS, Dataset, check_labels, open_dataset
from yann_weightnorm.toolbox.reading_ahead import ReadingAhead

__all__ = ["Datastream"]


class Datastream:
    """A data set, one block of it in shared variables that the compiled functions slice.

    While a block of a data set of several is in use, the next one is read in the background, so
    that two are in memory. Numbers and order are those of reading each when it is needed.

    Parameters
    ----------
    id : str
    dataset : Dataset or str or path
        From :func:`yann_weightnorm.dataset_from_arrays` and its like, or the folder of a data set
        on disk, see :func:`~yann_weightnorm.toolbox.datasets.mapped.open_dataset`. Required.
    data_type : {'xy', 'x'}, default 'xy'
        With labels, or without. ``add_module`` calls it `type`.
    svm : bool, default False
        YANN's switch for one-hot labels; they are always here, and the hinge loss makes its own.
    n_classes : int or False, default False
        Number of classes: labels outside 0 ... n_classes - 1 are refused. False lets all pass.
    shuffle : bool, default False
        Take the rows of each training block in another order every time it is loaded.
    rng : numpy.random.RandomState, optional
        Draws those orders.

    Attributes
    ----------
    x : (mini batch, height * width * channels), symbolic, floatX
    y : (mini batch,), symbolic int32
        For an unlabelled stream, `x` itself: what an autoencoder aims at.
    one_hot_y : (mini batch, n_classes), symbolic, floatX
        1 in the column of the label, -1 elsewhere.
    data_x, data_y, data_one_hot_y : shared; the last symbolic
        The loaded block.
    current_type, batch : str, int
        Which block that is, or will be: 'train' and 0 at first.
    data_cache_size : int
        Rows in a training block.
    dataset_location : str
        The folder of the data set, or its name if it is in memory.
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
        self.x = T.matrix("x")
        self.y = T.ivector("y") if self.type == "xy" else self.x
        self.data_x = theano.shared(np.zeros((0, 0), theano.config.floatX), name=f"{id}.x")
        self.data_y = theano.shared(np.zeros(0, "int32"), name=f"{id}.y")
        self.loaded = None
        self._ahead = ReadingAhead(self._read, self._next_block)

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

    @property
    def current_type(self):
        """Split of the loaded block."""
        return (self.loaded or ("train", 0))[0]

    @property
    def batch(self):
        """Number of the loaded block."""
        return (self.loaded or ("train", 0))[1]

    @property
    def data_cache_size(self):
        """Rows in a training block."""
        return self.dataset.rows_in_block["train"]

    @property
    def dataset_location(self):
        """Folder of the data set, or its name if it is in memory."""
        return str(getattr(self.dataset, "folder", self.dataset.name))

    @property
    def one_hot_y(self):
        """The labels of a mini batch as rows of -1 with a 1."""
        return self._hot(self.y)

    @property
    def data_one_hot_y(self):
        """The labels of the loaded block as rows of -1 with a 1."""
        return self._hot(self.data_y)

    def _hot(self, labels):
        if self.type == "x":
            raise AttributeError(f"datastream {self.id!r} is of type 'x' and has no labels.")
        hit = T.eq(labels.dimshuffle(0, "x"), np.arange(self._count_classes(), dtype="int32"))
        return T.switch(hit, 1, -1).astype(theano.config.floatX)

    def one_hot_labels(self, y, verbose=1):
        """Return class numbers `y` as rows of -1 with a 1, (rows, classes), floatX."""
        hit = np.asarray(y, "int64")[:, None] == np.arange(self._count_classes())
        return np.where(hit, 1, -1).astype(theano.config.floatX)

    def _count_classes(self):
        labels = [] if self.n_classes else map(self.dataset.labels, SPLITS)
        highest = (int(some.max()) for some in labels if some is not None and len(some))
        return self.n_classes or 1 + max(highest, default=-1)

    def initialize_dataset(self, verbose=1):
        """Load the first training block."""
        self.set_data("train", 0)

    def blocks(self, split):
        """Return how many blocks `split` ('train', 'valid' or 'test') has."""
        return self.dataset.blocks(split)

    def load_data(self, type="train", batch=0, verbose=2):
        """Return (x, y) of a block: floatX rows and int32 labels, or None for no labels."""
        self._ahead.wait()      # a data set is never asked for two blocks at once
        return self._read(one_of(type, SPLITS, "split", f"datastream {self.id!r}"), batch)

    def _read(self, split, block):
        x, y = self.dataset.load(split, block)
        x = np.asarray(x, dtype=theano.config.floatX)
        return x, None if y is None else np.asarray(y, dtype="int32")

    def _next_block(self, key):
        """Guess which block is needed after `key`: training, validation, training, ..."""
        split, block = key
        if block + 1 < self.blocks(split):
            return split, block + 1
        return ("valid" if split == "train" and self.blocks("valid") else "train"), 0

    def set_data(self, type="train", batch=0, verbose=2):
        """Put a block into the shared variables, unless it is there already.

        A shuffled training block is loaded anew, in another order.
        """
        shuffled = self.shuffle and type == "train"
        if self.loaded == (type, batch) and not shuffled:
            return
        x, y = self._next(one_of(type, SPLITS, "split", f"datastream {self.id!r}"), batch)
        if shuffled:
            order = self.rng.permutation(len(x))
            x, y = x[order], None if y is None else y[order]
        self.data_x.set_value(x, borrow=True)
        if y is not None:
            self.data_y.set_value(y, borrow=True)
        self.loaded = type, batch

    def _next(self, split, block):
        # A data set of one block a split was made to be held in memory once, not twice.
        return (self._ahead if self.cache else self._ahead.now)((split, block))

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
