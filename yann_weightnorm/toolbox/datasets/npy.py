"""Arrays in .npy files: rows are appended, and mapped after a look at what lies there.

The files are NumPy's own, version 1.0 of the format, which ``np.load`` reads. The header of a file
isn't interpreted: from its type and shape, which are known, follows what the file must begin with.
Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import os
import struct
import zlib

import numpy as np

__all__ = ["NpyWriter", "check_npy", "map_rows"]

MAGIC = b"\x93NUMPY\x01\x00"
ALIGNMENT = 64      # of the first value, as the format wants it


def npy_header(dtype, shape):
    """Return the bytes before the values of an array of `dtype` and `shape`, in C order."""
    text = repr({"descr": dtype.str, "fortran_order": False, "shape": tuple(shape)})
    unpadded = len(MAGIC) + 2 + len(text) + 1
    text += " " * (-unpadded % ALIGNMENT) + "\n"
    return MAGIC + struct.pack("<H", len(text)) + text.encode("latin1")


class NpyWriter:
    """A new file for an array of `dtype` and `shape`, of which rows are appended.

    Parameters
    ----------
    path : path-like
    dtype : str or numpy.dtype
        With its byte order, such as '<f4'.
    shape : tuple of int
    every : int
        Rows to a checksum.

    Attributes
    ----------
    checksums : list of int
        CRC-32 of every `every` rows, and of the rest.
    """

    def __init__(self, path, dtype, shape, every):
        self.dtype, self.every, self.checksums, self._rows = np.dtype(dtype), every, [], 0
        self._file = open(path, "xb")
        self._file.write(npy_header(self.dtype, shape))

    def append(self, rows):
        """Write `rows`, an array of any number type."""
        rows = np.ascontiguousarray(rows, self.dtype)
        self._file.write(memoryview(rows).cast("B"))
        while len(rows):
            summed = self._rows % self.every
            here, rows = rows[:self.every - summed], rows[self.every - summed:]
            before = self.checksums.pop() if summed else 0
            self.checksums.append(zlib.crc32(memoryview(here).cast("B"), before))
            self._rows += len(here)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()


def check_npy(path, dtype, shape):
    """Raise an error unless `path` is a file that holds an array of `dtype` and `shape`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If its header or its size is another.
    """
    dtype = np.dtype(dtype)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"{path} is missing; write the dataset again.")
    header = npy_header(dtype, shape)
    with open(path, "rb") as file:
        _check_size(file, dtype, shape)
        if file.read(len(header)) != header:
            raise ValueError(f"{path}: it doesn't begin as an .npy file of {_words(dtype, shape)}; "
                             f"it is damaged, write the dataset again.")


def map_rows(path, dtype, shape, start, stop):
    """Return rows of the array in the file at `path`, read-only, read when they are used.

    The size of the file is checked first, since a map of one that is too short ends the process.

    Parameters
    ----------
    path, dtype, shape
        As :func:`check_npy` found them.
    start, stop : int
        The rows, along the first axis.
    """
    dtype, shape = np.dtype(dtype), tuple(shape)
    offset = len(npy_header(dtype, shape)) + start * _bytes(dtype, shape[1:])
    with open(path, "rb", buffering=0) as file:
        _check_size(file, dtype, shape)
        rows = np.memmap(file, dtype, "r", offset=offset, shape=(stop - start, *shape[1:]))
    return np.asarray(rows)     # plain, since copies of a memmap call themselves memmaps too


def _check_size(file, dtype, shape):
    wanted = len(npy_header(dtype, shape)) + _bytes(dtype, shape)
    size = os.fstat(file.fileno()).st_size
    if size != wanted:
        raise ValueError(f"{file.name}: wanted {wanted} bytes, for {_words(dtype, shape)}, got "
                         f"{size}; it is damaged, write the dataset again.")


def _bytes(dtype, shape):
    size = dtype.itemsize
    for length in shape:    # Python integers: no product is too large
        size *= int(length)
    return size


def _words(dtype, shape):
    return f"{'x'.join(map(str, shape))} values of type {dtype.name}"
