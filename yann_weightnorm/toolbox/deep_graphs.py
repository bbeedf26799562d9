"""Room for what Theano does by recursion: the gradients of networks of 100 layers and more."""

import contextlib
import sys

__all__ = ["LIMIT", "room_for_deep_graphs"]

LIMIT = 10000   # Python's own 1000 is used up by some 60 dense layers; a C stack holds 20000


@contextlib.contextmanager
def room_for_deep_graphs():
    """Let functions call each other to a depth of `LIMIT` for a while.

    Theano walks down a graph by functions that call themselves, three for each operation, so a
    deep network comes to Python's limit long before it comes to that of memory. A limit that is
    higher already stays.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
