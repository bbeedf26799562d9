"""Arrays of numbers out of Matlab's files, versions 5 to 7.

SciPy's reader takes the memory that a damaged file promises, and some crash it, so that no error
can be told. This one reads arrays of real numbers and nothing else. Source: "MAT-File Format",
MathWorks, level 5.
"""

import os
import struct
import zlib
from typing import NamedTuple

import numpy as np

from yann_weightnorm.toolbox.datasets.idx import CHUNK, DEFLATE_RATIO, read_exactly

__all__ = ["read_mat"]

HEADER, ORDERS, VERSION = 128, {b"IM": "<", b"MI": ">"}, 0x0100
MATRIX, COMPRESSED = 14, 15
COMPLEX = 0x0800    # bit of a variable's flags
LONGEST_NAME, MAX_DIMENSIONS = 255, 32
INT8, INT32, UINT32 = 1, 5, 6
# How numbers are stored, and the classes they are of in Matlab, which may be wider.
STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8",
          13: "u8"}
CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8",
           15: "u8"}


class _Variable(NamedTuple):
    """What a variable's beginning says, and the stream that goes on with its numbers."""

    name: str
    shape: tuple
    kind: int
    real: bool
    stream: object
    most: int       # bytes that the file can hold of it


def read_mat(path, names):
    """Return the arrays called `names` of the Matlab file at `path`, in that order.

    Memory is taken as data arrives, so a header that promises too much costs nothing.

    Parameters
    ----------
    path : str or path-like
    names : sequence of str

    Returns
    -------
    list of numpy.ndarray
        As Matlab holds them: of two dimensions at least, of the type of their class.

    Raises
    ------
    ValueError
        If the file is damaged or of version 4 or 7.3, lacks one of them, or has it as something
        else than real numbers; its name is in the message.
    OSError
        If it can't be opened.
    """
    found, arrays = [], {}
    with open(path, "rb") as stream:
        order = _byte_order(path, stream)
        try:
            for variable in _variables(path, stream, order):
                found.append(variable.name)
                if variable.name in names:
                    arrays[variable.name] = _numbers(path, variable, order)
        except zlib.error as error:
            raise ValueError(f"{path}: damaged ({error}); fetch it again.") from error
    for name in names:
        if name not in arrays:
            raise ValueError(f"{path}: no variable {name!r}; it has "
                             f"{', '.join(map(repr, found)) or 'none'}.")
    return [arrays[name] for name in names]


def _byte_order(path, stream):
    head = stream.read(HEADER)
    if len(head) < HEADER or head[-2:] not in ORDERS:
        raise ValueError(f"{path}: not a Matlab file of version 5 to 7; save it with -v7.")
    order = ORDERS[head[-2:]]
    if struct.unpack(order + "H", head[-4:-2])[0] != VERSION:
        raise ValueError(f"{path}: a Matlab file of version 7.3 or later can't be read; save it "
                         f"with -v7.")
    return order


def _variables(path, stream, order):
    """Yield a :class:`_Variable` for each; its stream is good until the next is asked for."""
    at, size = HEADER, os.fstat(stream.fileno()).st_size
    while at < size:
        stream.seek(at)
        kind, count = _tag(path, stream, order)
        at += 8 + count
        if at > size or kind not in (MATRIX, COMPRESSED):
            raise ValueError(f"{path}: a part of type {kind} and {count} bytes, where "
                             f"{size - at + count} are left; it is damaged.")
        yield (_variable(path, stream, count, order) if kind == MATRIX
               else _packed(path, _Inflated(stream, count), count, order))


def _packed(path, stream, count, order):
    kind, promised = _tag(path, stream, order)
    if kind != MATRIX:
        raise ValueError(f"{path}: a packed part of type {kind}; wanted {MATRIX}; it is damaged.")
    return _variable(path, stream, min(promised, count * DEFLATE_RATIO), order)


def _variable(path, stream, most, order):
    flags = _part(path, stream, order, UINT32, 8)[1]
    flags = int.from_bytes(flags[:4], "little" if order == "<" else "big")
    sizes = _part(path, stream, order, INT32, 4 * MAX_DIMENSIONS)[1]
    shape = struct.unpack(f"{order}{len(sizes) // 4}i", sizes[:len(sizes) // 4 * 4])
    name = _part(path, stream, order, INT8, LONGEST_NAME)[1].decode("latin1")
    return _Variable(name, shape, flags & 0xFF, not flags & COMPLEX, stream, most)


def _numbers(path, variable, order):
    who, sizes = f"{path}: variable {variable.name!r}", "x".join(map(str, variable.shape))
    if variable.kind not in CLASSES or not variable.real:
        raise ValueError(f"{who} is no array of real numbers (Matlab's class {variable.kind}"
                         f"{'' if variable.real else ', complex'}); wanted one.")
    values = 1
    for length in variable.shape:   # Python integers: no overflow
        values *= length
    if len(variable.shape) < 2 or min(variable.shape) < 1 or values > variable.most:
        raise ValueError(f"{who} promises {sizes} values, which the file can't hold; it is empty "
                         f"or damaged.")
    stored, data = _part(path, variable.stream, order, None, variable.most)
    if stored not in STORED or len(data) != values * np.dtype(STORED[stored]).itemsize:
        raise ValueError(f"{who} promises {sizes} values, but has {len(data)} bytes of type "
                         f"{stored}; it is damaged.")
    _finish(who, variable.stream)
    array = np.frombuffer(data, order + STORED[stored]).reshape(variable.shape, order="F")
    return array.astype(CLASSES[variable.kind], copy=False)


def _finish(who, stream):
    """Read a packed variable to its end, where its checksum is."""
    if isinstance(stream, _Inflated) and (len(stream.read(8)) == 8 or not stream.whole):
        raise ValueError(f"{who} does not end where it should; it is damaged.")


def _tag(path, stream, order):
    return struct.unpack(order + "II", read_exactly(path, stream, 8))


def _part(path, stream, order, wanted, most):
    """Return the type and the bytes of the next part, and pass over what fills it up."""
    tag = read_exactly(path, stream, 8)
    kind, length = struct.unpack(order + "II", tag)
    small = kind >> 16      # then the data, at most 4 bytes, is in the tag
    kind, length = (kind & 0xFFFF, small) if small else (kind, length)
    if length > (4 if small else most) or wanted not in (None, kind):
        raise ValueError(f"{path}: a part of type {kind} and {length} bytes, where "
                         f"{'numbers are' if wanted is None else f'type {wanted} is'} due; it is "
                         f"damaged.")
    if small:
        return kind, bytearray(tag[4:4 + length])
    data = read_exactly(path, stream, length)
    stream.read(-length % 8)
    return kind, data


class _Inflated:
    """The unpacked bytes of the next `count` bytes of a stream."""

    def __init__(self, stream, count):
        self._stream, self._left, self._inflate = stream, count, zlib.decompressobj()

    def read(self, size):
        """Return 1 to `size` bytes, fewer than there are only at the end."""
        data = b""
        while len(data) < size and not self._inflate.eof:
            raw = self._inflate.unconsumed_tail or self._next()
            more = self._inflate.decompress(raw, size - len(data))
            if not (raw or more):
                break
            data += more
        return data

    @property
    def whole(self):
        """Whether the packed data came to its end, and its checksum was right."""
        return self._inflate.eof

    def _next(self):
        raw = self._stream.read(min(self._left, CHUNK))
        self._left -= len(raw)
        return raw
