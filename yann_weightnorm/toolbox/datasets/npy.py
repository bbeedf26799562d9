"""Arrays in .npy files: written row by row, mapped after a look at what lies there.

The files are NumPy's own, version 1.0 of the format, which ``np.load`` reads. The header of a file
isn't interpreted: from its type and shape, which are known, follows what the file must begin with.
Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import os
import struct

import numpy as np

__all__ = ["NpyWriter", "check_npy", "map_npy"]

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

    Raises
    ------
    OSError
        If the file can't be made or the disk is full; it names the file.
    """

    def __init__(self, path, dtype, shape):
        self.path, self.dtype, self.shape = path, np.dtype(dtype), tuple(shape)
        self._file = open(path, "xb")
        self._write(npy_header(self.dtype, self.shape))

    def append(self, rows):
        """Write `rows`, an array of any number type; return their bytes as they stand there."""
        data = memoryview(np.ascontiguousarray(rows, self.dtype)).cast("B")
        self._write(data)
        return data

    def _write(self, data):
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:        # which comes without the file's name
            raise OSError(error.errno, os.strerror(error.errno), str(self.path)) from error

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
    header = npy_header(np.dtype(dtype), shape)
    size = len(header) + _bytes(np.dtype(dtype), shape)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"{path} is missing; write the dataset again.")
    if os.path.getsize(path) != size:
        raise ValueError(f"{path}: wanted {size} bytes, for {_words(dtype, shape)}, got "
                         f"{os.path.getsize(path)}; it is damaged, write the dataset again.")
    with open(path, "rb") as file:
        if file.read(len(header)) != header:
            raise ValueError(f"{path}: it doesn't begin as an .npy file of "
                             f"{_words(dtype, shape)}; it is damaged, write the dataset again.")


def map_npy(path, dtype, shape):
    """Return the array in the file at `path`, read-only, its values read when they are used.

    The file is checked first, since a map of a file that is too short ends the process.
    """
    dtype = np.dtype(dtype)
    check_npy(path, dtype, shape)
    offset = len(npy_header(dtype, shape))
    # As a plain array, since copies of a memmap call themselves memmaps too.
    return np.asarray(np.memmap(path, dtype, "r", offset=offset, shape=tuple(shape)))


def _bytes(dtype, shape):
    size = dtype.itemsize
    for length in shape:    # Python integers: no product is too large
        size *= int(length)
    return size


def _words(dtype, shape):
    return f"{'x'.join(map(str, shape))} values of type {np.dtype(dtype).name}"
