"""Data sets on disk as this package writes them: arrays to map, and a small JSON header.

A folder holds ``dataset.json`` and ``train/x.npy``, ``train/y.npy``, ... ``valid/``, ``test/``. A
block is a stretch of rows that is read from the map when it is its turn, so that a data set may be
larger than memory. :func:`open_dataset` opens YANN's format as well.
"""

import contextlib
import zlib
from pathlib import Path

import numpy as np

from yann_weightnorm.folders import new_folder, unfinished
from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.datasets.header import HEADER, header_text, read_header
from yann_weightnorm.toolbox.datasets.npy import NpyWriter, check_npy, map_rows
from yann_weightnorm.toolbox.datasets.yann_format import PARAMETERS, open_yann_dataset

__all__ = ["MappedDataset", "open_dataset", "save_dataset"]

LABELS = "<i4"


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
            blocks=tuple(facts[split]["blocks"] for split in SPLITS))
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
        x = self._rows(split, "x", block)
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
                               for block in range(self._parts[split]["blocks"])])

    def _label_rows(self, split, block):
        who = f"{self._array(split, 'y')[0]}, block {block}"
        return checks.checked_labels(who, self._rows(split, "y", block), self.rows_in_block[split])

    def _rows(self, split, kind, block):
        """Return the rows of one block, still mapped."""
        path, dtype, shape = self._array(split, kind)
        count = self.rows_in_block[split]
        rows = map_rows(path, dtype, shape, block * count, (block + 1) * count)
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
        path, rows = _array_path(self.folder, split, kind), self.rows(split)
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


def save_dataset(dataset, folder, extra=None):
    """Write `dataset` to a new `folder`, to be read back by :func:`open_dataset`.

    It is written block by block, in the memory of one, and read back with the same numbers, blocks
    and name. The folder appears whole or not at all; what became of one whose writer was killed is
    told by :func:`~yann_weightnorm.folders.new_folder`. Images that are kept as bytes stay bytes,
    and are divided when they are loaded; others are stored as they load. Rows of a training block
    that make no whole mini batch are left out, as in training.

    Parameters
    ----------
    dataset : Dataset
    folder : str or path-like
        Made here, with its parents; it must not exist.
    extra : dict or None, default None
        More that is worth knowing, such as how images were preprocessed: what JSON can say, and
        NumPy arrays, which become lists.

    Returns
    -------
    pathlib.Path
        `folder`.

    Raises
    ------
    FileExistsError
        If `folder` exists.
    ValueError
        If `extra` can't be written, or the blocks of a split differ in type, size or labels.
    OSError
        If the disk is full; it names `folder`.

    Examples
    --------
    >>> save_dataset(dataset, "digits", extra={"zero_mean": False})   # doctest: +SKIP
    >>> network.add_module("datastream", {"dataset": "digits"})       # doctest: +SKIP
    """
    header_text(dataset, {}, extra)     # what can't be written is told before the long work
    with new_folder(folder) as place:
        parts = {split: _write_split(dataset, split, place) for split in SPLITS}
        (place / HEADER).write_text(header_text(dataset, parts, extra), encoding="utf-8")
    return Path(folder)


def _write_split(dataset, split, place):
    """Write the arrays of `split`; return what the header says of them."""
    part = {"rows_per_block": dataset.rows_in_block[split], "blocks": dataset.blocks(split)}
    with contextlib.ExitStack() as stack:
        files = {}
        for block in range(part["blocks"]):
            x, y, scale = dataset.stored(split, block)
            if not files:   # the first block says of what type all are
                part.update(dtype=x.dtype.newbyteorder("<").str, scale=scale,
                            labelled=y is not None)
                files = _open_files(dataset, split, part, place, stack)
            arrays = _checked(dataset, split, block, part, x, y, scale)
            for kind, file in files.items():
                part["checksums"][kind].append(zlib.crc32(file.append(arrays[kind])))
    return part


def _open_files(dataset, split, part, place, stack):
    """Begin the files of `split`, which `stack` closes; return them as kind -> file."""
    (place / split).mkdir()
    shapes = {"x": (part["dtype"], (dataset.rows(split), dataset.columns))}
    if part["labelled"]:
        shapes["y"] = LABELS, (dataset.rows(split),)
    part["checksums"] = {kind: [] for kind in shapes}
    return {kind: stack.enter_context(NpyWriter(_array_path(place, split, kind), *shape))
            for kind, shape in shapes.items()}


def _checked(dataset, split, block, part, x, y, scale):
    """Return the arrays of a block, kind -> array, if they are as `part` says."""
    who = f"dataset {dataset.name!r}, split {split!r}, block {block}"
    wanted = (part["rows_per_block"], dataset.columns), np.dtype(part["dtype"]).name, part["scale"]
    found = x.shape, x.dtype.name, scale
    if found != wanted or (y is not None) != part["labelled"]:
        raise ValueError(
            f"{who}: wanted images of (shape, type, scale) {wanted} "
            f"{'with' if part['labelled'] else 'without'} labels, as in the first block, got "
            f"{found} {'without' if y is None else 'with'} labels; make all blocks alike.")
    checks.finite(who, x)
    return {"x": x, "y": None if y is None else checks.checked_labels(who, y, len(x))}


def _array_path(folder, split, kind):
    return Path(folder) / split / f"{kind}.npy"
