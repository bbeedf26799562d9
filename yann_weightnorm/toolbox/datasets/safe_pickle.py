"""Read a pickle of numbers and arrays without running anything that it says.

A pickle is a program: the standard reader calls whatever function the file names. This reader
interprets the few instructions that files of numbers, text, tuples, lists, dicts, ordered dicts and
NumPy arrays consist of (as :func:`pickletools.genops` lists them). No object of the interpreter is
callable or importable from the file; the few names that such files mention are recognised, never
looked up.
"""

import pickletools
import re
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np

__all__ = ["read_pickle"]

# What a name in the file stands for. NumPy 2 writes numpy._core; `bytes` makes an empty array's
# content in protocol 2.
NAMES = {
    "numpy.core.multiarray _reconstruct": "array",
    "numpy._core.multiarray _reconstruct": "array",
    "numpy.core.multiarray scalar": "scalar",
    "numpy._core.multiarray scalar": "scalar",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
    "__builtin__ bytes": "empty",
    "builtins bytes": "empty",
    "collections OrderedDict": "ordered dict",
}
LITERALS = {
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINSTRING", "SHORT_BINSTRING",
    "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
PAIR = 4            # bytes that a file needs at the least for a [key, value]
PLAIN_DTYPE = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248])")


def read_pickle(path):
    """Return what the pickle at `path` holds, of Python 2 or 3, protocols 2 to 4.

    Text of Python 2 is read as latin-1. Arrays are of booleans, integers or floats, read-only, and
    their NumPy scalars come as Python numbers. An OrderedDict stays one.

    Parameters
    ----------
    path : str or path-like

    Raises
    ------
    ValueError
        If the file is damaged or asks for anything else. Nothing that it names is run.
    OSError
        If it can't be read.
    """
    data = Path(path).read_bytes()
    try:
        with warnings.catch_warnings():
            # Of a garbled name, pickletools warns that its backslashes mean nothing.
            warnings.simplefilter("ignore", DeprecationWarning)
            return _Reader(data).run()
    except (LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{path}: damaged pickle ({type(error).__name__}: {error}).") from error
    except ValueError as error:
        raise ValueError(f"{path}: not a pickle of plain numbers and arrays: {error}.") from error


class _Name:
    """A name of `NAMES`, by what it stands for."""

    def __init__(self, kind):
        self.kind = kind


class _Pending(_Name):
    """An array or dtype whose state is still to come; `slots` are its places in the memo."""

    def __init__(self, kind, code=None):
        super().__init__(kind)
        self.code, self.slots = code, []


class _Reader:
    """The interpreter: a stack, the marks on it, and the memo."""

    def __init__(self, data):
        self.data, self.stack, self.marks, self.memo = data, [], [], {}
        # Bytes made from text, and of pairs made entries, in all: an honest file makes no more
        # than it has, a hostile one could convert the same text or list again and again.
        self.allowance = len(data)

    def run(self):
        for instruction, argument, _ in pickletools.genops(self.data):
            name = instruction.name
            if name in LITERALS:
                self.stack.append(argument)
            elif name in CONSTANTS:
                self.stack.append(CONSTANTS[name])
            elif name in OPERATIONS:
                OPERATIONS[name](self, argument)
            elif name not in ("PROTO", "FRAME", "STOP"):
                raise ValueError(f"it uses the instruction {name}, which such files never need")
        if len(self.stack) != 1 or self.marks:
            raise ValueError("it doesn't end with one value")
        return self.stack.pop()

    def pop(self, count):
        """Take `count` values off the stack, which must be above the last mark."""
        floor = self.marks[-1] if self.marks else 0
        if len(self.stack) - count < floor:
            raise ValueError("it takes more values than it made")
        values = self.stack[len(self.stack) - count:]
        del self.stack[len(self.stack) - count:]
        return values

    def pop_mark(self):
        """Take the values above the last mark, and the mark."""
        values = self.pop(len(self.stack) - self.marks[-1])
        self.marks.pop()
        return values

    def mark(self, _):
        self.marks.append(len(self.stack))

    def tuple_of(self, values):
        self.stack.append(tuple(values))

    def extend(self, values):
        if type(self.stack[-1]) is not list:
            raise ValueError("it appends to something that isn't a list")
        self.stack[-1].extend(values)

    def update(self, values):
        if type(self.stack[-1]) not in (dict, OrderedDict):
            raise ValueError("it sets a key of something that isn't a dict")
        for key, value in zip(values[::2], values[1::2]):
            self.set_key(self.stack[-1], key, value)

    @staticmethod
    def set_key(target, key, value):
        if type(key) not in (str, int):
            raise ValueError(f"it has a {type(key).__name__} as a key")
        target[key] = value

    def put(self, slot):
        value = self.stack[-1]
        slot = len(self.memo) if slot is None else slot
        self.memo[slot] = value
        if isinstance(value, _Pending):
            value.slots.append(slot)

    def get(self, slot):
        self.stack.append(self.memo[slot])

    def name(self, name):
        if name not in NAMES:
            raise ValueError(f"it asks for {name[:80].replace(' ', '.')}, which such files never "
                             f"need (nothing was run)")
        self.stack.append(_Name(NAMES[name]))

    def reduce(self, _):
        """What would be a call: make the one thing that the name stands for."""
        name, arguments = self.pop(2)
        if type(name) is not _Name or name.kind not in MAKERS:
            raise ValueError("it calls something that can't be called")
        self.stack.append(MAKERS[name.kind](self, *arguments))

    def build(self, _):
        """Give the pending value under the state its final form, there and in the memo."""
        pending, state = self.pop(2)
        if type(pending) is not _Pending:
            raise ValueError("it gives a state to something that has none")
        value = _dtype(pending, *state) if pending.kind == "dtype" else self.array(*state)
        for slot in pending.slots:
            self.memo[slot] = value
        self.stack.append(value)

    def array(self, _version, shape, dtype, fortran, raw):
        size = _itemsize(dtype)
        for length in shape:
            if type(length) is not int or length < 0:
                raise ValueError("an array's shape isn't made of integers from 0")
            size *= length
        raw = raw if type(raw) is bytes else self.encode(raw)
        if len(raw) != size:
            raise ValueError(f"an array of {size} bytes comes with {len(raw)}")
        return np.ndarray(shape, dtype, raw, order="F" if fortran else "C")

    def scalar(self, dtype, raw):
        return self.array(None, (), dtype, False, raw).item()

    def encode(self, text, encoding="latin1"):
        if type(text) is not str or encoding != "latin1":
            raise ValueError("an array's content isn't bytes")
        self.spend(len(text))
        return text.encode("latin1")

    def spend(self, count):
        self.allowance -= count
        if self.allowance < 0:
            raise ValueError("what it makes is more than the file holds")

    def ordered_dict(self, pairs=()):
        """Return the dict of a list of [key, value] lists, as Python 2 wrote it."""
        if type(pairs) not in (list, tuple):
            raise ValueError("an ordered dict isn't made of a list")
        self.spend(PAIR * len(pairs))
        made = OrderedDict()
        for pair in pairs:
            if type(pair) not in (list, tuple) or len(pair) != 2:
                raise ValueError("an ordered dict isn't made of pairs")
            self.set_key(made, *pair)
        return made


def _pending_array(_reader, _kind, _shape, _code):
    return _Pending("array")


def _pending_dtype(_reader, code, _align, _copy):
    if type(code) is not str or not PLAIN_DTYPE.fullmatch(code):
        raise ValueError(f"it has an array of dtype {str(code)[:20]!r}; "
                         f"wanted booleans, integers or floats")
    return _Pending("dtype", code)


def _dtype(pending, _version, order, *_rest):
    if order not in ("<", ">", "=", "|"):
        raise ValueError("a dtype has no byte order")
    return np.dtype(pending.code).newbyteorder(order)


def _itemsize(dtype):
    # Only what `_dtype` made has come through the list of plain types.
    if not isinstance(dtype, np.dtype):
        raise TypeError("an array has no dtype")
    return dtype.itemsize


MAKERS = {"array": _pending_array, "dtype": _pending_dtype, "scalar": _Reader.scalar,
          "encode": _Reader.encode, "empty": lambda _reader: b"",
          "ordered dict": _Reader.ordered_dict}

OPERATIONS = {
    "MARK": _Reader.mark,
    "TUPLE": lambda reader, _: reader.tuple_of(reader.pop_mark()),
    "TUPLE1": lambda reader, _: reader.tuple_of(reader.pop(1)),
    "TUPLE2": lambda reader, _: reader.tuple_of(reader.pop(2)),
    "TUPLE3": lambda reader, _: reader.tuple_of(reader.pop(3)),
    "EMPTY_LIST": lambda reader, _: reader.stack.append([]),
    "APPEND": lambda reader, _: reader.extend(reader.pop(1)),
    "APPENDS": lambda reader, _: reader.extend(reader.pop_mark()),
    "EMPTY_DICT": lambda reader, _: reader.stack.append({}),
    "SETITEM": lambda reader, _: reader.update(reader.pop(2)),
    "SETITEMS": lambda reader, _: reader.update(reader.pop_mark()),
    "BINPUT": _Reader.put,
    "LONG_BINPUT": _Reader.put,
    "MEMOIZE": _Reader.put,
    "BINGET": _Reader.get,
    "LONG_BINGET": _Reader.get,
    "GLOBAL": _Reader.name,
    "STACK_GLOBAL": lambda reader, _: reader.name(" ".join(reader.pop(2))),
    "REDUCE": _Reader.reduce,
    "BUILD": _Reader.build,
}
