"""YANN's format on disk: one pickle of facts, and one of (x, y) for every block.

A folder holds ``data_params.pkl`` and ``train/batch_0.pkl``, ... ``valid/``, ``test/``. Reading
runs nothing that a file says (see :mod:`.safe_pickle`); writing is understood by upstream YANN.
"""

import pickle
from pathlib import Path

import numpy as np

from yann_weightnorm.folders import new_folder
from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.datasets.safe_pickle import read_pickle

__all__ = ["YannDataset", "open_yann_dataset", "save_yann_dataset"]

PARAMETERS = "data_params.pkl"
BLOCKS = {"train": "batches2train", "valid": "batches2validate", "test": "batches2test"}
SIZES = ("mini_batch_size", "height", "width", "channels")


class YannDataset(Dataset):
    """A :class:`Dataset` that reads one file a block. Made by :func:`open_yann_dataset`."""

    def __init__(self, folder, **facts):
        super().__init__(**facts)
        self.folder = folder

    def load(self, split, block=0):
        self.check_block(split, block)
        rows = self.rows_in_block[split]
        path = _block_path(self.folder, split, block)
        x, y = _read_block(path, self.height * self.width * self.channels)
        if len(x) < rows:
            raise ValueError(f"{path}: holds {len(x)} rows, but {split}/batch_0.pkl gave {rows}; "
                             f"every file of a split needs as many. Write the dataset again.")
        return checks.as_float(x[:rows]), y[:rows]

    load.__doc__ = Dataset.load.__doc__


def open_yann_dataset(folder, *, name=None):
    """Return the dataset that YANN, or :func:`save_yann_dataset`, wrote to `folder`.

    The number of mini batches in a block is counted from the first file of each split rather than
    taken from 'cache_batches': of what upstream wrote there, (train, valid, test), Matlab imports
    have the last two exchanged and combined sets carry six numbers.

    Parameters
    ----------
    folder : str or path-like
        Holds data_params.pkl.
    name : str or None, default None
        What records and error messages call the set; None takes the folder's name.

    Returns
    -------
    YannDataset

    Raises
    ------
    FileNotFoundError
        If data_params.pkl or a block's file is missing.
    ValueError
        If a file is damaged, lacks a key, holds arrays of a wrong shape, or anything but plain
        values and arrays. Nothing in it is run.
    """
    folder = Path(folder)
    facts = _read_parameters(folder / PARAMETERS)
    columns = facts["height"] * facts["width"] * facts["channels"]
    rows = tuple(_first_rows(folder, split, facts[BLOCKS[split]], columns) for split in SPLITS)
    _check_promise(folder / PARAMETERS, facts, rows)
    return YannDataset(
        folder, name=folder.resolve().name if name is None else name, rows_per_block=rows,
        blocks=tuple(facts[BLOCKS[split]] for split in SPLITS), splits=facts.get("splits"),
        mini_batch_size=facts["mini_batch_size"],
        shape=(facts["height"], facts["width"], facts["channels"]))


def _read_parameters(path):
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; give the folder that YANN made for one "
                                f"dataset, such as _datasets/_dataset_12345.")
    facts = read_pickle(path)
    wanted = (*SIZES, *BLOCKS.values(), "cache_batches")
    missing = [key for key in wanted if type(facts) is not dict or key not in facts]
    if missing:
        raise ValueError(f"{path}: wanted a dict, got a {type(facts).__name__} that lacks "
                         f"{', '.join(map(repr, missing))}; write the dataset again.")
    for key in (*SIZES, *(key for key in BLOCKS.values() if facts[key] != 0)):
        checks.positive_int(str(path), key, facts[key])
    if type(facts.get("splits", {})) is not dict:
        raise ValueError(f"{path}: 'splits' must be a dict, got a "
                         f"{type(facts['splits']).__name__}; write the dataset again.")
    return facts


def _first_rows(folder, split, blocks, columns):
    """Return the rows in the first file of `split`, after a look that all its files exist."""
    for block in range(blocks):
        path = _block_path(folder, split, block)
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing, but {PARAMETERS} says that {split} has "
                                    f"{blocks} file(s) from batch_0.pkl on.")
    return len(_read_block(_block_path(folder, split, 0), columns)[0]) if blocks else 0


def _check_promise(path, facts, held):
    """Refuse blocks that hold fewer mini batches, or rows, than the facts say."""
    promised, size = facts["cache_batches"], facts["mini_batch_size"]
    if not isinstance(promised, (tuple, list)) or len(promised) not in (3, 6) \
            or not all(isinstance(count, int) for count in promised):
        raise ValueError(f"{path}: 'cache_batches' must be three integers (train, valid, test), "
                         f"got a {type(promised).__name__}; write the dataset again.")
    if held[0] < size:
        raise ValueError(f"{path}: 'mini_batch_size' is {size}, but a file of the training split "
                         f"holds {held[0]} rows; write the dataset again.")
    train, valid, test = promised[:3]
    for order in ((train, valid, test), (train, test, valid)):
        if all(count * size <= rows or not rows for count, rows in zip(order, held)):
            return
    raise ValueError(f"{path}: 'cache_batches' promises {promised[:3]} mini batches of {size} rows "
                     f"a file in train, valid and test, but batch_0.pkl holds {held} rows; "
                     f"write the dataset again.")


def _block_path(folder, split, block):
    return Path(folder) / split / f"batch_{block}.pkl"


def _read_block(path, columns):
    pair = read_pickle(path)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 \
            or not all(isinstance(part, np.ndarray) for part in pair):
        raise ValueError(f"{path}: wanted a pair of arrays (x, y), got a {type(pair).__name__}; "
                         f"write the dataset again.")
    x, y = pair
    if x.ndim != 2 or x.shape[1] != columns or not len(x):
        raise ValueError(f"{path}: wanted x of shape (rows, {columns}), as height, width and "
                         f"channels say, got {x.shape}.")
    checks.finite(str(path), x)
    return x, checks.checked_labels(str(path), y, len(x))


def save_yann_dataset(dataset, folder):
    """Write `dataset` to a new `folder`, in the format that YANN reads.

    The folder appears complete or not at all, see :func:`~yann_weightnorm.folders.new_folder`.
    Images are written as they load (uint8 ones as float32, divided by 255 where `normalize` says
    so), labels as int32, unlabelled images with label 0, as upstream does. 'cache_batches' counts
    whole mini batches: upstream ignores a short last one, while :func:`open_yann_dataset` counts
    its rows.

    Parameters
    ----------
    dataset : Dataset
    folder : str or path-like
        Made here, with its parents; it must not exist.

    Raises
    ------
    FileExistsError
        If `folder` exists.
    ValueError
        If the last block of a split has fewer rows than the others, which YANN can't read.
    """
    for split in SPLITS:
        if dataset.rows(split) != dataset.rows_in_block[split] * dataset.blocks(split):
            raise ValueError(f"dataset {dataset.name!r}, split {split!r}: the last of its blocks "
                             f"of {dataset.rows_in_block[split]} rows is shorter, and YANN needs "
                             f"all files alike; save it as another number of blocks first.")
    with new_folder(folder) as place:
        for split in SPLITS:
            (place / split).mkdir()
            for block in range(dataset.blocks(split)):
                _write(_block_path(place, split, block), _labelled(*dataset.load(split, block)))
        _write(place / PARAMETERS, _parameters(dataset, folder))


def _labelled(x, y):
    return x, (np.zeros(len(x), "int32") if y is None else y)


def _parameters(dataset, folder):
    counts = {key: getattr(dataset, key) for key in (*SIZES, *BLOCKS.values(), "cache")}
    blocks = (max(1, counts[BLOCKS[split]]) for split in SPLITS)
    whole = tuple(dataset.rows(split) // count // dataset.mini_batch_size
                  for split, count in zip(SPLITS, blocks))
    splits = {} if dataset.splits is None else {"splits": dataset.splits}
    return {"location": str(folder), "cache_batches": whole, **counts, **splits}


def _write(path, value):
    with open(path, "wb") as stream:
        pickle.dump(value, stream, protocol=2)  # the last that Python 2 reads
