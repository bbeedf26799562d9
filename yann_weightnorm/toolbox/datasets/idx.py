"""The IDX file format, in which MNIST and Fashion-MNIST are published.

Two zero bytes, a type code, the number of dimensions, the sizes as big-endian 32-bit integers,
then the values. Source: http://yann.lecun.com/exdb/mnist/, "THE IDX FILE FORMAT".
"""

import gzip
import os
import zlib

import numpy as np

__all__ = ["read_exactly", "read_idx"]

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"
DEFLATE_RATIO = 1032    # no deflate stream grows by more (zlib's technical notes)
MAX_DIMENSIONS = 32     # NumPy's limit
CHUNK = 1 << 20


def read_idx(path):
    """Return the array that the IDX file at `path` holds.

    A gzip file is told by its content, not its name. Memory is taken as data arrives, so a
    header that promises too much costs nothing.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    numpy.ndarray
        Of the file's sizes and number type, in native byte order.

    Raises
    ------
    ValueError
        If the file isn't IDX, is damaged, too short or too long; its name is in the message.
    OSError
        If it can't be opened.
    """
    with open(path, "rb") as raw:
        zipped = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        most = os.fstat(raw.fileno()).st_size * (DEFLATE_RATIO if zipped else 1)
        try:
            return _read(path, gzip.GzipFile(fileobj=raw) if zipped else raw, most)
        # gzip.BadGzipFile is an OSError; those of the disk itself carry an errno.
        except (EOFError, OSError, zlib.error) as error:
            if getattr(error, "errno", None) is not None:
                raise
            raise ValueError(f"{path}: damaged gzip file ({error}); fetch it again.") from error


def _read(path, stream, most):
    dtype, shape = _header(path, stream)
    size = dtype.itemsize
    for length in shape:    # Python integers: sizes of any product, no overflow
        size *= length
    sizes = "x".join(map(str, shape))
    if not size:
        raise ValueError(f"{path}: the header promises nothing, sizes {sizes}; "
                         f"wanted every size above 0.")
    if size > most:
        raise ValueError(f"{path}: the header promises {sizes} values of {dtype.itemsize} bytes, "
                         f"more than the file can hold; it is cut short or not IDX.")
    data = read_exactly(path, stream, size)
    if stream.read(1):
        raise ValueError(f"{path}: data goes on after the promised {sizes} values; "
                         f"it is damaged or not IDX.")
    return np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _header(path, stream):
    start = read_exactly(path, stream, 4)
    if start[:2] != b"\0\0" or start[2] not in TYPES:
        raise ValueError(f"{path}: not an IDX file; wanted it to begin with 00 00 and a type code "
                         f"of {', '.join(f'{code:02x}' for code in TYPES)}, "
                         f"got {start[:3].hex(' ')}.")
    if not 1 <= start[3] <= MAX_DIMENSIONS:
        raise ValueError(f"{path}: the header promises {start[3]} dimensions; "
                         f"wanted 1 to {MAX_DIMENSIONS}.")
    sizes = np.frombuffer(read_exactly(path, stream, 4 * start[3]), ">u4")
    return np.dtype(TYPES[start[2]]), tuple(int(size) for size in sizes)


def read_exactly(path, stream, size):
    """Return the next `size` bytes of `stream`, or raise ValueError that names `path`.

    Reads in chunks, so no more memory is taken than there is data.
    """
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(CHUNK, size - len(data)))
        if not chunk:
            raise ValueError(f"{path}: cut short; wanted {size} more bytes, got {len(data)}; "
                             f"fetch the file again.")
        data += chunk
    return data
