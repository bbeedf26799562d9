"""The arrays of one split, written to a data set's folder block by block."""

import contextlib
from pathlib import Path

import numpy as np

from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.npy import NpyWriter

__all__ = ["LABELS", "array_path", "write_split"]

LABELS = "<i4"      # the type in which labels are stored


def array_path(folder, split, kind):
    """Return the path of the images ('x') or labels ('y') of `split`."""
    return Path(folder) / split / f"{kind}.npy"


def write_split(dataset, split, place, length):
    """Write the arrays of `split`, in blocks of `length` rows; return what the header says of them.

    The blocks of `dataset` may be of another length.

    Raises
    ------
    ValueError
        If two blocks differ in type, size or labels, or hold what can't be trained on.
    """
    rows = dataset.rows(split)
    part = {"rows": rows, "rows_per_block": length, "blocks": -(-rows // length) if rows else 0}
    with contextlib.ExitStack() as stack:
        files = {}
        for block in range(dataset.blocks(split)):
            x, y, scale = dataset.stored(split, block)
            if not files:   # the first block says of what type all are
                part.update(dtype=x.dtype.newbyteorder("<").str, scale=scale,
                            labelled=y is not None)
                files = _open_files(dataset, split, part, place, stack)
            who = f"dataset {dataset.name!r}, split {split!r}, block {block}"
            _check_kind(who, (dataset.block_rows(split, block), dataset.columns), part, x, y, scale)
            _append(who, files, x, y, length)
        if files:
            part["checksums"] = {kind: file.checksums for kind, file in files.items()}
    return part


def _open_files(dataset, split, part, place, stack):
    """Begin the files of `split`, which `stack` closes; return them as kind -> file."""
    (place / split).mkdir()
    arrays = {"x": (part["dtype"], (part["rows"], dataset.columns))}
    if part["labelled"]:
        arrays["y"] = LABELS, (part["rows"],)
    return {kind: stack.enter_context(NpyWriter(array_path(place, split, kind), *array,
                                                every=part["rows_per_block"]))
            for kind, array in arrays.items()}


def _check_kind(who, shape, part, x, y, scale):
    """Refuse a block that isn't as `part` says."""
    wanted = shape, np.dtype(part["dtype"]).name, part["scale"]
    found = x.shape, x.dtype.name, scale
    if found != wanted or (y is not None) != part["labelled"]:
        raise ValueError(
            f"{who}: wanted images of (shape, type, scale) {wanted} "
            f"{'with' if part['labelled'] else 'without'} labels, as in the first block, got "
            f"{found} {'without' if y is None else 'with'} labels; make all blocks alike.")


def _append(who, files, x, y, length):
    """Write a block, no more of it in memory at a time than one of the new blocks."""
    if y is not None:
        files["y"].append(checks.checked_labels(who, y, len(x)))
    for start in range(0, len(x), length):
        piece = x[start:start + length]
        checks.finite(who, piece)
        files["x"].append(piece)
