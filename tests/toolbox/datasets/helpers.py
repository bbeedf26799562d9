"""What the tests of the datasets share."""

import os
import random
import struct
import tempfile
import tracemalloc
from contextlib import contextmanager
from pathlib import Path

import numpy as np

SEED = 20160225
KINDS = ("flip", "set", "cut", "insert")
CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D,
         "float64": 0x0E}


@contextmanager
def environment(**names):
    """Set variables of the environment, or unset those given as None, and put them back."""
    before = {name: os.environ.pop(name, None) for name in names}
    try:
        os.environ.update({name: str(value) for name, value in names.items() if value is not None})
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def nothing_cached():
    """Let no folder of data sets be named, and the cache folder be an empty one; give that."""
    with tempfile.TemporaryDirectory() as folder, \
            environment(XDG_CACHE_HOME=folder, YANN_WEIGHTNORM_DATA=None):
        yield Path(folder) / "yann_weightnorm"


@contextmanager
def raises(error, *words):
    """Expect exactly `error`, with each of `words` in its message."""
    try:
        yield
    except Exception as raised:  # noqa: BLE001 - the next line looks which it is
        assert type(raised) is error, f"{type(raised).__name__}: {raised}"
        missing = [word for word in words if word not in str(raised)]
        assert not missing, f"{missing} not in: {raised}"
    else:
        raise AssertionError(f"no {error.__name__}")


def image_rows(rows, shape=(4, 3), seed=0):
    """Return `rows` random uint8 images and labels below 10."""
    rng = np.random.RandomState(seed)
    return rng.randint(0, 256, (rows,) + shape).astype("uint8"), rng.randint(0, 10, rows)


def idx_bytes(array):
    """Return the IDX file of `array`, put together by hand."""
    head = bytes([0, 0, CODES[array.dtype.name], array.ndim])
    sizes = b"".join(struct.pack(">I", size) for size in array.shape)
    return head + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def damaged(data, count):
    """Yield `count` random truncations, byte changes and insertions of `data`."""
    rng = random.Random(SEED)
    for _ in range(count):
        wrong = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            at, kind = rng.randrange(len(wrong)), rng.choice(KINDS)
            if kind == "flip":
                wrong[at] ^= 1 << rng.randrange(8)
            elif kind == "set":
                wrong[at] = rng.choice((0, 1, 127, 128, 255))
            elif kind == "cut":
                del wrong[max(1, at):]
            else:
                wrong[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        yield bytes(wrong)


def only_value_errors(read, path, data, count):
    """Check that `read` gives a value or ValueError for damaged files, in little memory.

    Returns how many were refused.
    """
    refused = 0
    tracemalloc.start()
    try:
        for wrong in damaged(data, count):
            path.write_bytes(wrong)
            try:
                read(path)
            except ValueError as error:
                refused += 1
                assert str(path) in str(error), error
            peak = tracemalloc.get_traced_memory()[1]
            assert peak < 50e6, f"{peak} bytes for {wrong!r}"
    finally:
        tracemalloc.stop()
    return refused
