"""The header of a data set on disk, dataset.json: what is written, and how it is checked."""

import json
import math

from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS

__all__ = ["HEADER", "header_text", "read_header"]

HEADER = "dataset.json"
FORMAT, VERSION = "yann_weightnorm dataset", 1
SIZES = ("mini_batch_size", "height", "width", "channels")
TYPES = ("|u1", "<f4", "<f8")
MOST_BYTES = 1 << 24    # room for the checksums of half a million blocks
MOST_DIGITS = 20


def header_text(dataset, parts, extra):
    """Return the header of `dataset` as JSON text.

    Parameters
    ----------
    dataset : Dataset
    parts : dict
        For each split 'rows', 'rows_per_block' and 'blocks' and, where there are some, 'dtype',
        'scale' (what to divide by, or None), 'labelled', and 'checksums': for 'x' and 'y' the
        CRC-32 of each block.
    extra : dict or None
    """
    if not isinstance(extra, (dict, type(None))):
        raise ValueError(f"dataset {dataset.name!r}: extra must be a dict, got {extra!r}.")
    facts = {"format": FORMAT, "version": VERSION, "name": str(dataset.name),
             **{key: int(getattr(dataset, key)) for key in SIZES}, **parts,
             "splits": dataset.splits, "extra": extra or {}}
    try:
        return json.dumps(facts, indent=1, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"dataset {dataset.name!r}: extra and splits must be of what JSON can "
                         f"say, or NumPy's arrays and numbers ({error}).") from error


def _plain(value):
    """Return a NumPy array or number as Python's."""
    if not hasattr(value, "tolist"):
        raise TypeError(f"a {type(value).__name__}")
    return value.tolist()


def read_header(path):
    """Return the facts of the header at `path`, each of the type that :func:`header_text` wrote.

    Raises
    ------
    ValueError
        If something is missing, of another type, or too large; the message names the file.
    """
    facts = _json(path)
    if type(facts) is not dict or facts.get("format") != FORMAT:
        raise ValueError(f"{path}: wanted an object with \"format\": {FORMAT!r}; it isn't the "
                         f"header of such a dataset.")
    if facts.get("version") != VERSION:
        raise ValueError(f"{path}: it is of version {facts.get('version')!r}, and this package "
                         f"reads {VERSION}; use a newer package, or write the dataset again.")
    for key in SIZES:
        checks.positive_int(str(path), key, facts.get(key))
    _wanted(path, type(facts.get("name")) is str, "name", "text", facts.get("name"))
    for key, types in (("splits", (dict, type(None))), ("extra", (dict,))):
        _wanted(path, type(facts.get(key, ())) in types, key, "an object", facts.get(key))
    for split in SPLITS:
        _check_part(path, split, facts.get(split))
    train, size = facts["train"], facts["mini_batch_size"]
    for key in ("rows", "rows_per_block"):
        _wanted(f"{path}, 'train'", train[key] and train[key] % size == 0, key,
                f"a multiple of mini_batch_size, {size}", train[key])
    return facts


def _json(path):
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{path}: it has {size} bytes, too many for a header, which is below "
                         f"{MOST_BYTES}.")
    try:
        return json.loads(path.read_bytes().decode("utf-8"), parse_int=_int, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: damaged header ({error}); write the dataset again.") from error


def _int(digits):
    if len(digits) > MOST_DIGITS:       # the time to read one grows with its square
        raise ValueError(f"an integer of {len(digits)} digits")
    return int(digits)


def _refuse(constant):
    raise ValueError(f"{constant} isn't JSON")


def _check_part(path, split, part):
    who = f"{path}, {split!r}"
    _wanted(path, type(part) is dict, split, "an object", part)
    for key in ("rows", "rows_per_block", "blocks"):
        if type(part.get(key)) is not int or part[key] != 0:
            checks.positive_int(who, key, part.get(key))
    rows, length = part["rows"], part["rows_per_block"]
    needed = -(-rows // length) if length else 0
    _wanted(who, part["blocks"] == needed and (length or not rows), "blocks",
            f"{needed}, for {rows} rows in blocks of {length}", part["blocks"])
    if rows:
        _check_arrays(who, part)


def _check_arrays(who, part):
    _wanted(who, part.get("dtype") in TYPES, "dtype", f"one of {TYPES}", part.get("dtype"))
    scale = part.get("scale")
    _wanted(who, scale is None or type(scale) in (int, float) and 0 < scale < math.inf, "scale",
            "null or a number above 0", scale)
    labelled, sums = part.get("labelled"), part.get("checksums")
    _wanted(who, type(labelled) is bool, "labelled", "true or false", labelled)
    _wanted(who, type(sums) is dict, "checksums", "an object", sums)
    for kind in ("x", "y") if labelled else ("x",):
        found = sums.get(kind)
        _wanted(who, type(found) is list and len(found) == part["blocks"]
                and all(type(one) is int for one in found), f"checksums, {kind!r}",
                f"a list of {part['blocks']} integers", found)


def _wanted(who, right, key, wanted, found):
    if not right:
        raise ValueError(f"{who}: {key!r} must be {wanted}, got {repr(found)[:60]}; write the "
                         f"dataset again.")
