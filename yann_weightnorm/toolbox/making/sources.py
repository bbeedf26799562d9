"""Where the rows of a new data set come from, and how they are cut into its blocks."""

import numpy as np

from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset

__all__ = ["Cut", "DatasetSource", "Preprocessed", "Source"]


class Source:
    """Labelled images in three splits, in pieces of any length that fit in memory.

    Parameters
    ----------
    name : str
        What error messages call it.
    shape : (int, int, int)
        Height, width and channels of an image.
    pieces : dict
        By split, the number of rows of every piece in order.

    Attributes
    ----------
    name, shape, pieces
        As above.
    """

    def __init__(self, name, shape, pieces):
        self.name, self.shape, self.pieces = name, tuple(shape), pieces

    def rows(self, split):
        """Return how many rows `split` ('train', 'valid' or 'test') has."""
        return sum(self.pieces[split])

    def read(self, split, piece):
        """Return piece number `piece` of `split`.

        Returns
        -------
        x : (rows, height * width * channels), float
        y : (rows,), int32
            Class numbers from 0; zeros where there are no labels.
        """
        raise NotImplementedError

    def labels(self, split, piece):
        """Return the `y` of a piece; a source that can leaves the images unread."""
        return self.read(split, piece)[1]


class DatasetSource(Source):
    """The used rows of a :class:`~yann_weightnorm.toolbox.datasets.Dataset`; a piece is a block."""

    def __init__(self, dataset):
        super().__init__(dataset.name, (dataset.height, dataset.width, dataset.channels),
                         {split: [dataset.block_rows(split, block)
                                  for block in range(dataset.blocks(split))] for split in SPLITS})
        self.dataset = dataset

    def read(self, split, piece):
        x, y = self.dataset.load(split, piece)
        return x, np.zeros(len(x), "int32") if y is None else y


class Cut(Dataset):
    """The rows of a source in blocks of equal length, in order.

    Parameters
    ----------
    source : Source
    mini_batch_size : int
    rows : (int, int, int)
        Rows in a block of train, valid and test; together no more than `source` has.
    blocks : (int, int, int)
        Blocks in train, valid and test.
    splits : dict or None, default None
        YANN's record of a class split.
    """

    def __init__(self, source, *, mini_batch_size, rows, blocks, splits=None):
        super().__init__(name=source.name, mini_batch_size=mini_batch_size, shape=source.shape,
                         rows_per_block=rows, blocks=blocks, splits=splits)
        self._source = source
        self._starts = dict(zip(SPLITS, rows))
        self._ends = {split: np.cumsum(source.pieces[split]) for split in SPLITS}
        self._last = None, None     # blocks in order read each piece once

    def load(self, split, block=0):
        self.check_block(split, block)
        start = block * self._starts[split]
        parts = list(self._between(split, start, start + self.rows_in_block[split]))
        return tuple(np.concatenate(part) for part in zip(*parts))

    load.__doc__ = Dataset.load.__doc__

    def _between(self, split, start, stop):
        """Yield the rows from `start` to `stop` of `split`, a part for every piece they lie in."""
        ends = self._ends[split]
        while start < stop:
            piece = int(np.searchsorted(ends, start, side="right"))
            begin, end = ends[piece] - self._source.pieces[split][piece], min(stop, ends[piece])
            x, y = self._piece(split, piece)
            yield x[start - begin:end - begin], y[start - begin:end - begin]
            start = end

    def _piece(self, split, piece):
        if self._last[0] != (split, piece):
            self._last = None, None     # the old piece goes before the new one comes
            self._last = (split, piece), self._source.read(split, piece)
        return self._last[1]


class Preprocessed(Dataset):
    """A data set whose images go through a fitted preprocessor when they are loaded.

    Parameters
    ----------
    dataset : Dataset
    preprocessor : ~yann_weightnorm.toolbox.making.preprocess.Preprocessor
    dtype : str
        Of the images that `load` returns.
    tell : callable, default None
        Called with (split, block) before a block is loaded.
    """

    def __init__(self, dataset, preprocessor, dtype, tell=None):
        counts = dataset.batches2train, dataset.batches2validate, dataset.batches2test
        super().__init__(
            name=dataset.name, mini_batch_size=dataset.mini_batch_size, shape=preprocessor.shape,
            rows_per_block=tuple(dataset.rows_in_block[split] for split in SPLITS), blocks=counts,
            splits=dataset.splits)
        self._dataset, self._preprocessor, self._dtype = dataset, preprocessor, dtype
        self._tell = tell

    def load(self, split, block=0):
        self.check_block(split, block)
        if self._tell:
            self._tell(split, block)
        x, y = self._dataset.load(split, block)
        return self._preprocessor.apply(x).astype(self._dtype, copy=False), y

    load.__doc__ = Dataset.load.__doc__

    def labels(self, split):
        """Return the labels of all used rows of `split`."""
        return self._dataset.labels(split)
