"""Checks of option values, with errors that say who, what was wanted, what came."""

import numbers
from collections.abc import Hashable

__all__ = ["one_of", "pair", "positive_int", "positive_number"]

from yann_weightnorm.toolbox.registry import hint


def positive_int(value, name, who):
    """Return `value` if it is a positive integer; else raise a ValueError that names `who`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{who} got {name} {value!r}; it must be a positive integer.")
    return int(value)


def positive_number(value, name, who):
    """Return `value` as a float if it is positive and finite; else raise a ValueError."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (number and 0 < value < float("inf")):
        raise ValueError(f"{who} got {name} {value!r}; it must be a positive number.")
    return float(value)


def pair(value, name, who, least=1):
    """Return `value` as two integers of at least `least`; else raise a ValueError."""
    entries = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    if len(entries) != 2 or not all(
            isinstance(e, numbers.Integral) and not isinstance(e, bool) and e >= least
            for e in entries):
        raise ValueError(f"{who} got {name} {value!r}; it must be two integers of at least "
                         f"{least}, such as (2, 2).")
    return tuple(int(e) for e in entries)


def one_of(value, known, name, who):
    """Return `value` if it is one of `known`; else raise a ValueError with the nearest one."""
    if not isinstance(value, Hashable) or value not in known:  # an array compares by elements
        raise ValueError(f"{who} got {name} {value!r}{hint(value, known)}; "
                         f"known: {', '.join(map(repr, known))}.")
    return value
