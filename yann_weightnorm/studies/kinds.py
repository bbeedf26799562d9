"""Kinds of settings: how the text of a value is read, and what to say of one that isn't of it."""

import math
from typing import Callable, NamedTuple

__all__ = ["COUNT", "FLAG", "NAME", "NONNEGATIVE", "NUMBER", "ROWS", "WHOLE", "Kind"]


class Kind(NamedTuple):
    """A kind of value.

    Attributes
    ----------
    one, many : str
        What is wanted, in words: of a setting with one value, and of one with several.
    read : function (str)
        Returns the value, or raises a ValueError for a text that isn't of the kind.
    """

    one: str
    many: str
    read: Callable


def _name(text):
    if not text:
        raise ValueError
    return text


def _whole(text, least=0):
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ValueError
    return int(text)


def _count(text):
    return _whole(text, least=1)


def _rows(text):
    return None if text.lower() in ("all", "none") else _count(text)


def _nonnegative(text):
    number = float(text)
    if not 0 <= number < math.inf:
        raise ValueError
    return number


def _number(text):
    number = _nonnegative(text)
    if not number:
        raise ValueError
    return number


def _flag(text):
    return {"yes": True, "no": False}[text.lower()]


NAME = Kind("a name", "names separated by commas", _name)
COUNT = Kind("a whole number, 1 or more", "whole numbers, 1 or more, separated by commas", _count)
WHOLE = Kind("a whole number, 0 or more", "whole numbers, 0 or more, separated by commas", _whole)
ROWS = Kind("a whole number, 1 or more, or 'all'",
            "whole numbers, 1 or more, or 'all', separated by commas", _rows)
NUMBER = Kind("a number above 0", "numbers above 0 separated by commas, such as 0.001,0.003",
              _number)
NONNEGATIVE = Kind("a number, 0 or more", "numbers, 0 or more, separated by commas", _nonnegative)
FLAG = Kind("'yes' or 'no'", "'yes', 'no' or both, separated by a comma", _flag)
