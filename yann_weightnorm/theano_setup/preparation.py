"""The order of things: measures before Theano's import, the import, measures after it."""

import os
import sys
import warnings

from yann_weightnorm.theano_setup import (
    blas, cache, floatx, late, malloc, quiet, scan, threads, vector)
from yann_weightnorm.theano_setup.flags import Flags
from yann_weightnorm.theano_setup.measures import DISABLE, Measure, disabled

__all__ = ["applied", "prepare"]

BEFORE_IMPORT = (floatx, blas, threads, malloc, vector)
AFTER_IMPORT = (scan, cache)

_applied = []


def prepare():
    """Prepare Theano, import it, and return what was done; a second call does nothing.

    Returns
    -------
    list of Measure

    Raises
    ------
    ValueError
        If ``YANN_WEIGHTNORM_DISABLE`` names an unknown measure.
    """
    if not _applied:
        _applied.extend(_prepare(disabled()))
    return list(_applied)


def applied():
    """Return the measures of this process, in the order they were taken."""
    return list(_applied)


def _prepare(off):
    if "theano" in sys.modules:
        before = [late.take(module, module.NAME in off) for module in BEFORE_IMPORT]
        late.warn(before)
    else:
        flags = Flags()
        before = [take(module, off, flags) for module in BEFORE_IMPORT]
        import_theano(flags.text())
    return before + [take(module, off, None) for module in AFTER_IMPORT]


def take(module, off, flags):
    """Apply one measure, unless it is switched off; return what became of it."""
    if module.NAME in off:
        leave = getattr(module, "leave", None)      # what must happen even when switched off
        if leave is not None:
            leave(flags)
        return Measure(module.NAME, False, f"switched off by {DISABLE}")
    on, why = module.apply(flags)
    return Measure(module.NAME, on, why)


def import_theano(text):
    """Import Theano with `text` as its flags, and leave the environment as it was.

    A child process must find the user's own flags, and add ours to them once.
    """
    before = os.environ.get("THEANO_FLAGS")
    os.environ["THEANO_FLAGS"] = text
    try:
        with warnings.catch_warnings(), quiet.harmless():
            import theano  # noqa: F401
    finally:
        if before is None:
            del os.environ["THEANO_FLAGS"]
        else:
            os.environ["THEANO_FLAGS"] = before
