"""What the datastream asks of a set of labelled images."""

import numpy as np

__all__ = ["SPLITS", "Dataset", "check_labels", "mini_batches"]

SPLITS = ("train", "valid", "test")


class Dataset:
    """Labelled images in three splits, read in blocks of whole mini batches.

    A block is what fits in memory at once: the split itself for arrays, one file for YANN's
    format on disk. Subclasses provide `load`; this class holds the facts every reader needs.

    Parameters
    ----------
    name : str
        What records and error messages call the set.
    mini_batch_size : int
        Rows in a mini batch.
    shape : (int, int, int)
        Height, width and channels of an image.
    rows_per_block : (int, int, int)
        Rows in one block of train, valid and test; 0 where a split has no rows. Of a block of
        the training split only whole mini batches are used and the remainder is left out; a block
        of the other two may end with a short mini batch, so that every row counts.
    blocks : (int, int, int), default (1, 1, 1)
        Blocks in train, valid and test. A split without rows has no blocks.
    splits : dict or None, default None
        YANN's record of a class split ('base', 'shot', 'p'), where there is one.
    rows : (int, int, int) or None, default None
        Used rows of train, valid and test in all, where the last block has fewer than the others;
        None if all blocks are full.

    Attributes
    ----------
    mini_batch_size, height, width, channels : int
        As above.
    batches2train, batches2validate, batches2test : int
        Blocks in each split (YANN calls a block a batch).
    mini_batches_per_batch : (int, int, int)
        Mini batches in one block of train, valid and test.
    cache : bool
        Whether some split has more than one block.
    rows_in_block : dict
        Used rows in one block, by the split's name; :meth:`block_rows` tells those of the last.
    name, splits
        As above.

    Raises
    ------
    ValueError
        If the training split has no whole mini batch.
    """

    def __init__(self, *, name, mini_batch_size, shape, rows_per_block, blocks=(1, 1, 1),
                 splits=None, rows=None):
        self.name, self.splits = name, splits
        self.mini_batch_size = mini_batch_size
        self.height, self.width, self.channels = shape
        self.mini_batches_per_batch = tuple(
            mini_batches(rows, mini_batch_size, whole=split == "train")
            for split, rows in zip(SPLITS, rows_per_block))
        if not self.mini_batches_per_batch[0]:
            raise ValueError(
                f"dataset {name!r}: a mini batch has {mini_batch_size} rows, but the training "
                f"split holds {rows_per_block[0]}; give more rows or a smaller mini_batch_size.")
        whole = self.mini_batches_per_batch[0] * mini_batch_size
        self.rows_in_block = dict(zip(SPLITS, (whole,) + tuple(rows_per_block[1:])))
        self._blocks = {split: count if self.rows_in_block[split] else 0
                        for split, count in zip(SPLITS, blocks)}
        self._rows = {split: self.rows_in_block[split] * self._blocks[split] for split in SPLITS} \
            if rows is None else dict(zip(SPLITS, rows))
        self.batches2train = self._blocks["train"]
        self.batches2validate = self._blocks["valid"]
        self.batches2test = self._blocks["test"]
        self.cache = max(self._blocks.values()) > 1

    @property
    def columns(self):
        """Values in an image."""
        return self.height * self.width * self.channels

    def blocks(self, split):
        """Return how many blocks `split` ('train', 'valid' or 'test') has."""
        return self._blocks[self._known(split)]

    def rows(self, split):
        """Return how many rows of `split` ('train', 'valid' or 'test') are used."""
        return self._rows[self._known(split)]

    def block_rows(self, split, block):
        """Return how many rows of block number `block` of `split` are used."""
        self.check_block(split, block)
        return min(self.rows_in_block[split], self._rows[split] - block * self.rows_in_block[split])

    def load(self, split, block=0):
        """Return one block as new arrays, which the caller may change.

        Parameters
        ----------
        split : {'train', 'valid', 'test'}
        block : int, default 0
            From 0 to the number of blocks of the split, excluded.

        Returns
        -------
        x : (rows, height * width * channels), float32, or float64 if the source is
            A row is an image flattened in the order (height, width, channels).
        y : (rows,), int32, or None
            Class numbers from 0; None for unlabelled images.

        Raises
        ------
        ValueError
            If the split or the block doesn't exist.
        """
        raise NotImplementedError

    def stored(self, split, block=0):
        """Return one block as it is kept, for a copy on disk; as it loads, where nothing is kept.

        Returns
        -------
        x : (rows, height * width * channels), uint8, float32 or float64
            To be left unchanged.
        y : (rows,), int32, or None
        scale : number or None
            What :meth:`load` divides `x` by.
        """
        return (*self.load(split, block), None)

    def labels(self, split):
        """Return the labels of all used rows of `split`, or None for unlabelled images."""
        parts = [self.load(split, block)[1] for block in range(self._blocks[self._known(split)])]
        if any(part is None for part in parts):
            return None
        return np.concatenate(parts) if parts else np.zeros(0, "int32")

    def check_block(self, split, block):
        """Raise ValueError unless `split` has a block of number `block`."""
        count = self._blocks[self._known(split)]
        if not count:
            raise ValueError(
                f"dataset {self.name!r} has no rows in its {split!r} split; "
                f"give it some when the dataset is made.")
        if block not in range(count):
            raise ValueError(
                f"dataset {self.name!r}, split {split!r}: no block {block!r}; "
                f"wanted an integer from 0 to {count - 1}.")

    def _known(self, split):
        if split not in SPLITS:
            raise ValueError(
                f"dataset {self.name!r} has no split {split!r}; "
                f"wanted one of {', '.join(map(repr, SPLITS))}.")
        return split

    def __repr__(self):
        rows = ", ".join(f"{split} {self.rows(split)}" for split in SPLITS)
        return (f"<{type(self).__name__} {self.name!r}: {self.height}x{self.width}x"
                f"{self.channels}, {rows}, mini batches of {self.mini_batch_size}>")


def mini_batches(rows, size, *, whole):
    """Return how many mini batches `rows` make, with or without a short last one."""
    return rows // size if whole else -(-rows // size)


def check_labels(dataset, n_classes):
    """Raise ValueError if a label of `dataset` isn't below `n_classes`.

    Parameters
    ----------
    dataset : Dataset
        Every used row of its three splits is looked at. Unlabelled splits pass.
    n_classes : int
        Classes that the network tells apart.
    """
    for split in SPLITS:
        labels = dataset.labels(split)
        if labels is not None and labels.size and labels.max() >= n_classes:
            raise ValueError(
                f"dataset {dataset.name!r}, split {split!r}: labels go up to {labels.max()}, "
                f"but {n_classes} classes allow 0 to {n_classes - 1}; "
                f"raise the number of classes or renumber the labels.")
