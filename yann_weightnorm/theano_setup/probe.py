"""Try a BLAS out: link it as Theano would, check a product's numbers, measure its speed."""

import json
import os
import subprocess
import sys
import tempfile
from typing import NamedTuple

from yann_weightnorm.theano_setup import toolchain

__all__ = ["SOURCE", "Verdict", "probe"]

SOURCE = os.path.join(os.path.dirname(__file__), "probe.c")
CHILD = os.path.join(os.path.dirname(__file__), "probe_child.py")
SLOW = 0.4          # of the peak, on one thread; OpenBLAS on the right kernel reaches 0.9


class Verdict(NamedTuple):
    """What was found out about a BLAS.

    Attributes
    ----------
    ok : bool
        It links, loads, and its products are right.
    why : str
        What failed, if it isn't.
    rate, peak : float
        GFLOP/s of a float32 product on one thread; of the processor at its best.
    kernel : str
        The kernel it picked for this processor, '' where it doesn't tell.
    version : str
        Its name and version by its own account, such as 'OpenBLAS 0.3.34'; or ''.
    """

    ok: bool
    why: str = ""
    rate: float = 0.0
    peak: float = 0.0
    kernel: str = ""
    version: str = ""

    @property
    def slow(self):
        """Whether the processor could do far better."""
        return self.ok and self.rate < SLOW * self.peak


def probe(compiler, candidate):
    """Return the verdict on `candidate`, linked by `compiler`, tried in a process of its own.

    A library that crashes or hangs on this processor takes only that process with it.
    """
    with tempfile.TemporaryDirectory(prefix="yann_weightnorm_") as folder:
        library = os.path.join(folder, "probe.so")
        for native in (["-march=native"], []):      # not every compiler knows the flag
            command = [compiler, "-O3", *native, "-x", "c++", "-shared", "-fPIC",
                       *candidate.cxxflags, SOURCE, "-x", "none", "-o", library,
                       *candidate.ldflags.split(), "-ldl", "-lm"]
            if toolchain.run(command) is not None:
                return ask(library, candidate.prefix)
    return Verdict(False, "it doesn't link")


def ask(library, prefix):
    """Return the verdict on the compiled probe at `library`."""
    command = [sys.executable, "-I", "-S", CHILD, library, prefix]
    # One thread: what is compared with the peak of one must not depend on who else is running.
    environ = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    try:
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60, universal_newlines=True)
        found = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return Verdict(False, "it doesn't load, or lacks routines of BLAS")
    if found.pop("wrong") > 0:
        return Verdict(False, "its products are wrong")
    return Verdict(True, **found)
