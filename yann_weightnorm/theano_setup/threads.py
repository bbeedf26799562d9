"""Threads that help each other: OpenMP on, nobody spins, BLAS takes the threads that suit.

Three parties start threads: Theano's own loops (OpenMP), the convolutions (one image per OpenMP
thread, each calling BLAS) and BLAS. A thread that waits by spinning keeps a processor from
the party whose turn it is; told to sleep, the threads of a training step let each other work.
"""

import ctypes
import functools
import math
import os

from yann_weightnorm.theano_setup import blas
from yann_weightnorm.theano_setup.measures import applied

__all__ = ["NAME", "WORTH_THREADS", "apply", "blas_threads", "cores", "tuned"]

NAME = "threads"

# OpenMP's threads sleep when they wait; OpenBLAS's do after 2^20 ticks (0.3 ms) instead of 2^26.
# (Fewer ticks make them sleep between two products of one dense layer.)
SLEEP = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "20"}
# What a user sets to say the same otherwise.
USERS = {"OMP_WAIT_POLICY": ("GOMP_SPINCOUNT",), "OPENBLAS_THREAD_TIMEOUT": ()}
# To wake a thread takes some 40 microseconds, in which one that is awake works through a million
# numbers, unless it takes their exponentials: Theano's own 200,000 are right for those alone.
WORTH_THREADS = 1_000_000
COUNTS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GOTO_NUM_THREADS", "MKL_NUM_THREADS")


def apply(flags, environ=os.environ):
    """Turn OpenMP on, let waiting threads sleep, and start no more than there are cores."""
    late = openmp_is_loaded()
    for name, value in SLEEP.items():
        if not any(given in environ for given in (name, *USERS[name])):
            environ[name] = value
    if cores() < available() and not any(name in environ for name in COUNTS):
        environ["OMP_NUM_THREADS"] = str(cores())
    if environ.get("OMP_NUM_THREADS", str(cores())) == "1":
        return True, "one thread"
    flags.offer("openmp", "True")
    flags.offer("openmp_elemwise_minsize", str(WORTH_THREADS))
    if late:
        return True, ("OpenMP on; another package loaded it first, so its threads may spin: import "
                      "yann_weightnorm before it")
    return True, "OpenMP on; waiting threads sleep"


def openmp_is_loaded():
    """Return whether the OpenMP that gcc links is in this process already, with its settings read.

    Packages that carry a copy under another name (scikit-learn, PyTorch) don't matter.
    """
    try:
        with open("/proc/self/maps") as file:
            return any("/libgomp.so" in line for line in file)
    except OSError:
        return False


def available():
    """Return the number of processors that this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:                              # macOS
        return os.cpu_count() or 1


@functools.lru_cache(maxsize=None)
def cores(quota="/sys/fs/cgroup/cpu.max"):
    """Return the number of processors that this process gets, a container's share considered."""
    try:
        with open(quota) as file:
            share, period = file.read().split()
        return max(1, min(available(), math.ceil(int(share) / int(period))))
    except (OSError, ValueError):                       # no such file, or 'max': no limit
        return available()


class Tuned:
    """A compiled Theano function that runs with one BLAS thread; otherwise the same function."""

    def __init__(self, function, set_threads, threads):
        self._function, self._set, self._threads = function, set_threads, threads

    def __call__(self, *args, **kwargs):
        self._set(1)
        try:
            return self._function(*args, **kwargs)
        finally:
            self._set(self._threads)

    def __getattr__(self, name):
        if name.startswith("__") or name in ("_function", "_set", "_threads"):
            raise AttributeError(name)                  # while being copied or unpickled
        return getattr(self._function, name)


def tuned(function):
    """Return `function`, to be called with the number of BLAS threads that suits it.

    Theano's convolutions run each image in a thread of its own, and the BLAS inside must not start
    more (ours, in :mod:`yann_weightnorm.ops.convolution`, call none). A function without keeps all
    of them and is returned as it is. Nothing is done if the user has set a number of threads, or if
    BLAS can't be told.
    """
    control = blas_threads()
    if control is None or not has_convolution(function):
        return function
    get_threads, set_threads = control
    return Tuned(function, set_threads, get_threads())


def has_convolution(function):
    """Return whether a compiled function has one of Theano's own convolutions for a processor."""
    from theano.tensor.nnet.corr import BaseCorrMM
    from theano.tensor.nnet.corr3d import BaseCorr3dMM
    return any(isinstance(node.op, (BaseCorrMM, BaseCorr3dMM))
               for node in function.maker.fgraph.toposort())


def blas_threads(environ=os.environ):
    """Return the two functions that get and set the number of BLAS threads, or None."""
    on = {measure.name for measure in applied() if measure.on}
    if NAME not in on or any(name in environ for name in COUNTS) or blas.choice() is None:
        return None
    return controls(blas.choice().candidate)


def controls(candidate):
    """Return (get, set) of the OpenBLAS behind `candidate`, or None."""
    if "openblas" not in os.path.basename(candidate.library):
        return None
    library = ctypes.CDLL(candidate.library)
    try:
        return tuple(getattr(library, f"{candidate.prefix}openblas_{verb}_num_threads")
                     for verb in ("get", "set"))
    except AttributeError:
        return None
