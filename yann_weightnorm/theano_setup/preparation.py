"""The order of things: measures, Theano's import, the mending that needs Theano."""

import os
import sys

from yann_weightnorm.theano_setup import (
    blas, cache, floatx, headers, malloc, opencl, quiet, scan, threads, vector)
from yann_weightnorm.theano_setup.flags import Flags, LateFlags
from yann_weightnorm.theano_setup.measures import DISABLE, Measure, applied, disabled, remember

__all__ = ["prepare"]

MODULES = (floatx, blas, threads, malloc, vector, scan, opencl, cache, headers)


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
    if not applied():
        off = disabled()
        late = "theano" in sys.modules
        flags = LateFlags() if late else Flags()
        measures = [take(module, off, flags) for module in MODULES]
        if not late:
            import_theano(flags.text())
        mend(measures)
        quiet.from_now_on()
        remember(measures)
    return applied()


def take(module, off, flags):
    """Apply one measure, unless it is switched off; return what became of it."""
    if module.NAME in off:
        leave = getattr(module, "leave", None)      # what must happen even when switched off
        if leave is not None:
            leave(flags)
        return Measure(module.NAME, False, f"switched off by {DISABLE}")
    return Measure(module.NAME, *module.apply(flags))


def mend(measures):
    """Do what the measures that are on have to do to an imported Theano."""
    for module, measure in zip(MODULES, measures):
        if measure.on and hasattr(module, "mend"):
            module.mend()


def import_theano(text):
    """Import Theano with `text` as its flags, and leave the environment as it was.

    A child process must find the user's own flags, so that it adds ours to them once.
    """
    for name in [name for name in sys.modules if name.startswith("theano.")]:
        del sys.modules[name]       # left by an import that failed for want of this preparation
    before = os.environ.get("THEANO_FLAGS")
    os.environ["THEANO_FLAGS"] = text
    try:
        with quiet.harmless():
            import theano  # noqa: F401
    finally:
        if before is None:
            del os.environ["THEANO_FLAGS"]
        else:
            os.environ["THEANO_FLAGS"] = before
