"""The measures by name, and which of them the user has switched off."""

import os
from difflib import get_close_matches
from typing import NamedTuple

__all__ = ["DISABLE", "NAMES", "Measure", "applied", "disabled", "remember"]

DISABLE = "YANN_WEIGHTNORM_DISABLE"
NAMES = ("floatx", "blas", "threads", "malloc", "vector", "scan", "opencl", "cache",
         "headers")


_applied = []


class Measure(NamedTuple):
    """What became of one measure: its name, whether it is on, and why."""

    name: str
    on: bool
    why: str


def remember(measures):
    """Note what became of the measures of this process."""
    _applied.extend(measures)


def applied():
    """Return the measures of this process, in the order they were taken; none before that."""
    return list(_applied)


def disabled(environ=os.environ):
    """Return the names of the measures that the environment switches off.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    names = [name.strip() for name in environ.get(DISABLE, "").split(",") if name.strip()]
    for name in names:
        if name not in NAMES:
            near = get_close_matches(name, NAMES, n=1)
            hint = f" (perhaps you meant {near[0]!r})" if near else ""
            raise ValueError(
                f"{DISABLE} takes names of measures separated by commas, got {name!r}{hint}; "
                f"known: {', '.join(NAMES)}.")
    return frozenset(names)
