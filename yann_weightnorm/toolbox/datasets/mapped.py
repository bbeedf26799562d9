"""Data sets on disk as this package writes them: arrays to map, and a small JSON header.

A folder holds ``dataset.json`` and ``train/x.npy``, ``train/y.npy``, ... ``valid/``, ``test/``. A
block is a stretch of rows that is read from the map when it is its turn, so that a data set may be
larger than memory. :func:`open_dataset` opens YANN's format as well.
"""

import zlib
from pathlib import Path

import numpy as np

from yann_weightnorm.folders import new_folder, unfinished
from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.datasets.header import HEADER, header_text, read_header
from yann_weightnorm.toolbox.datasets.npy import check_npy, map_rows
from yann_weightnorm.toolbox.datasets.split_writer import LABELS, array_path, write_split
from yann_weightnorm.toolbox.datasets.yann_format import PARAMETERS, open_yann_dataset

__all__ = ["MappedDataset", "open_dataset", "save_dataset"]

class MappedDataset(Dataset):
    """A :class:`Dataset` whose blocks are read from mapped files. Made by :func:`open_dataset`.

    A file is mapped only while a block is read from it. The first time that a block is read, its
    checksums are compared.

    Attributes
    ----------
    folder : pathlib.Path
    extra : dict
        What :func:`save_dataset` was given under this name.
    """

    def __init__(self, folder, facts, *, name=None):
        self.folder, self.extra, self._parts = folder, facts["extra"], facts
        super().__init__(
            name=facts["name"] if name is None else name, splits=facts["splits"],
            mini_batch_size=facts["mini_batch_size"],
            shape=(facts["height"], facts["width"], facts["channels"]),
            rows_per_block=tuple(facts[split]["rows_per_block"] for split in SPLITS),
            blocks=tuple(facts[split]["blocks"] for split in SPLITS),
            rows=tuple(facts[split]["rows"] for split in SPLITS))
        self._compared = set()
        for split in SPLITS:
            for kind in self._kinds(split):
                check_npy(*self._array(split, kind))

    def load(self, split, block=0):
        x, y, scale = self.stored(split, block)
        return checks.as_float(x, scale), y

    load.__doc__ = Dataset.load.__doc__

    def stored(self, split, block=0):
        self.check_block(split, block)
        x = self._mapped(split, "x", block)
        y = self._label_rows(split, block) if self._parts[split]["labelled"] else None
        return x, y, self._parts[split]["scale"]

    stored.__doc__ = Dataset.stored.__doc__

    def labels(self, split):
        """Return the labels of all rows of `split`, or None; images are left unread."""
        if not self.rows(split):
            return super().labels(split)
        if not self._parts[split]["labelled"]:
            return None
        return np.concatenate([self._label_rows(split, block)
                               for block in range(self.blocks(split))])

    def _label_rows(self, split, block):
        who = f"{self._array(split, 'y')[0]}, block {block}"
        return checks.checked_labels(who, self._mapped(split, "y", block),
                                     self.block_rows(split, block))

    def _mapped(self, split, kind, block):
        """Return the rows of one block, still mapped."""
        path, dtype, shape = self._array(split, kind)
        start = block * self.rows_in_block[split]
        rows = map_rows(path, dtype, shape, start, start + self.block_rows(split, block))
        if (split, kind, block) not in self._compared:
            self._compare(f"{path}, block {block}", rows,
                          self._parts[split]["checksums"][kind][block])
            self._compared.add((split, kind, block))
        return rows

    @staticmethod
    def _compare(who, rows, checksum):
        if zlib.crc32(memoryview(rows).cast("B")) != checksum:
            raise ValueError(f"{who}: the values aren't those that were written (their checksum "
                             f"is another); the file is damaged, write the dataset again.")
        checks.finite(who, rows)

    def _kinds(self, split):
        if not self.rows(split):
            return ()
        return ("x", "y") if self._parts[split]["labelled"] else ("x",)

    def _array(self, split, kind):
        """Return path, type and shape of an array."""
        path, rows = array_path(self.folder, split, kind), self.rows(split)
        if kind == "y":
            return path, LABELS, (rows,)
        return path, self._parts[split]["dtype"], (rows, self.columns)


def open_dataset(folder, *, name=None):
    """Return the data set in `folder`, in the format of :func:`save_dataset` or in YANN's.

    Parameters
    ----------
    folder : str or path-like
        Holds dataset.json or, written by YANN or :func:`save_yann_dataset`, data_params.pkl.
    name : str or None, default None
        What records and error messages call the set; None takes the name it was saved with, for
        YANN's format the folder's.

    Returns
    -------
    MappedDataset or YannDataset

    Raises
    ------
    FileNotFoundError
        If neither file is there, or one with arrays is missing.
    ValueError
        If a file is damaged or wrong; the message names it. Nothing in it is run.
    """
    folder = Path(folder)
    if (folder / HEADER).is_file():
        return MappedDataset(folder, read_header(folder / HEADER), name=name)
    if (folder / PARAMETERS).is_file():
        return open_yann_dataset(folder, name=name)
    left = ""
    if unfinished(folder.parent, folder.name):
        left = " One was begun beside it and never finished: its writer is at work or was killed."
    raise FileNotFoundError(f"{folder} has neither {HEADER} nor {PARAMETERS}; give the folder of a "
                            f"dataset that save_dataset() or YANN wrote.{left}")


def save_dataset(dataset, folder, extra=None, *, mini_batches_per_batch=None):
    """Write `dataset` to a new `folder`, to be read back by :func:`open_dataset`.

    It is written block by block and read back with the same numbers and name. The folder appears
    whole or not at all; what became of one whose writer was killed is told by
    :func:`~yann_weightnorm.folders.new_folder`. Images that are kept as bytes stay bytes, and are
    divided when they are loaded; others are stored as they load. Training rows that make no whole
    mini batch are left out, as in training.

    Parameters
    ----------
    dataset : Dataset
    folder : str or path-like
        Made here, with its parents; it must not exist.
    extra : dict or None, default None
        More that is worth knowing, such as how images were preprocessed: what JSON can say, and
        NumPy arrays, which become lists.
    mini_batches_per_batch : int, (int, int, int) or None, default None
        Mini batches in a block, which is what a network holds in memory, of train, valid and test
        or of each. None keeps the blocks of `dataset`, which is one for arrays.

    Returns
    -------
    pathlib.Path
        `folder`.

    Raises
    ------
    FileExistsError
        If `folder` exists.
    ValueError
        If an option is wrong, or the blocks of a split differ in type, size or labels.
    OSError
        If the disk is full; it names `folder`.

    Examples
    --------
    >>> save_dataset(dataset, "digits", mini_batches_per_batch=50)    # doctest: +SKIP
    >>> net.add_module("datastream", {"dataset": "digits"})           # doctest: +SKIP
    """
    header_text(dataset, {}, extra)     # what can't be written is told before the long work
    lengths = _block_lengths(dataset, mini_batches_per_batch)
    with new_folder(folder) as place:
        parts = {split: write_split(dataset, split, place, lengths[split]) for split in SPLITS}
        (place / HEADER).write_text(header_text(dataset, parts, extra), encoding="utf-8")
    return Path(folder)


def _block_lengths(dataset, mini_batches):
    """Return the rows in a block of each split."""
    if mini_batches is None:
        return dataset.rows_in_block
    triple = mini_batches if isinstance(mini_batches, (tuple, list)) else (mini_batches,) * 3
    who = f"dataset {dataset.name!r}"
    if len(triple) != len(SPLITS):
        raise ValueError(f"{who}: mini_batches_per_batch must be an integer, or three for train, "
                         f"valid and test, got {mini_batches!r}.")
    size = dataset.mini_batch_size
    return {split: min(dataset.rows(split), size * checks.positive_int(
        who, "mini_batches_per_batch", count)) for split, count in zip(SPLITS, triple)}
