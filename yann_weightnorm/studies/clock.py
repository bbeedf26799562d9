"""What the seconds of a run are: its own, however many programs share the machine with it.

A worker computes in one thread, unless it was told otherwise: then what counts is the time that a
processor gave that thread. Several threads, or a GPU, can only be timed by the wall's clock.
"""

import os
import time

import theano

__all__ = ["PROCESSOR", "WALL", "kind", "now"]

PROCESSOR, WALL = "of the processor", "by the wall's clock"


def kind():
    """Return which seconds :func:`now` counts here: `PROCESSOR` or `WALL`."""
    alone = os.environ.get("OMP_NUM_THREADS") == "1" and theano.config.device == "cpu"
    return PROCESSOR if alone else WALL


def now():
    """Return the seconds since some moment, for differences within one thread."""
    return time.thread_time() if kind() == PROCESSOR else time.perf_counter()
