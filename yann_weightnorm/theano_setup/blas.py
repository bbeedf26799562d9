"""Choose the BLAS that Theano links: the user's, the system's, else a fast one that is there.

Which BLAS runs decides the speed of a training step more than anything else. Each candidate is
tried once on a machine (see :mod:`.probe`), and the verdict is kept beside Theano's compiled
modules.
"""

import logging
import os
import platform
import warnings
from typing import NamedTuple

from yann_weightnorm.theano_setup import memory, toolchain
from yann_weightnorm.theano_setup.candidates import Candidate, candidates
from yann_weightnorm.theano_setup.probe import SOURCE, Verdict, probe

__all__ = ["NAME", "Choice", "apply", "choice", "describe", "leave"]

NAME = "blas"
LDFLAGS = "blas.ldflags"
# What steers the kernel that OpenBLAS picks, and so the verdict.
STEERING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_VERBOSE", "LD_LIBRARY_PATH",
            "LIBRARY_PATH")

_log = logging.getLogger(__name__)
_chosen = []


class Choice(NamedTuple):
    """The BLAS in use, and what is known about it."""

    candidate: Candidate
    verdict: Verdict


def choice():
    """Return the BLAS that was chosen in this process, or None."""
    return _chosen[0] if _chosen else None


def apply(flags):
    """Set ``blas.ldflags`` to the first candidate that passes, unless the user has set it."""
    compiler = toolchain.compiler(flags)
    if compiler is None:
        flags.offer(LDFLAGS, "")
        return False, "needs a C++ compiler (g++)"
    if flags.user(LDFLAGS) is not None:
        return keep_users(flags, compiler)
    for candidate in candidates():
        verdict = judge(flags, compiler, candidate)
        if verdict.ok:
            return use(flags, Choice(candidate, verdict))
        if candidate.named:
            warnings.warn(f"{candidate.name}={candidate.ldflags!r} names a BLAS, but "
                          f"{verdict.why}; looking for another.", RuntimeWarning, stacklevel=2)
    flags.offer(LDFLAGS, "")
    _log.warning("No BLAS was found, matrix products will be slow: pip install scipy-openblas32")
    return False, "no BLAS was found"


def leave(flags):
    """Let Theano look for a BLAS itself; where its search would crash, set none."""
    try:
        from numpy.distutils import __config__
        searchable = hasattr(__config__, "blas_opt_info")
    except ImportError:
        searchable = False
    if not searchable:
        flags.offer(LDFLAGS, "")


def keep_users(flags, compiler):
    """Leave the user's BLAS alone; tell if it is wrong."""
    where = f"{LDFLAGS} is set in {flags.where(LDFLAGS)}"
    if not flags.user(LDFLAGS).strip():
        return False, f"{where}, to none"
    words = tuple(word for word in (flags.user("gcc.cxxflags") or "").split() if word[:2] == "-D")
    candidate = Candidate("the user's", flags.user(LDFLAGS), words)
    verdict = judge(flags, compiler, candidate)
    if not verdict.ok:
        warnings.warn(f"{where} to {candidate.ldflags!r}, but {verdict.why}.",
                      RuntimeWarning, stacklevel=2)
    _chosen.append(Choice(candidate, verdict))
    return False, where


def use(flags, chosen):
    """Put the chosen BLAS into Theano's flags."""
    _chosen.append(chosen)
    flags.offer(LDFLAGS, chosen.candidate.ldflags)
    if chosen.candidate.cxxflags:
        flags.extend("gcc.cxxflags", chosen.candidate.cxxflags)
    return True, describe(chosen)


def describe(chosen):
    """Return the name of a BLAS, with version and kernel where it tells."""
    verdict = chosen.verdict
    return ", ".join(filter(None, (
        chosen.candidate.name, verdict.version, verdict.kernel and f"kernel {verdict.kernel}")))


def judge(flags, compiler, candidate):
    """Return the verdict on `candidate`, from the notes if it was tried on this machine before."""
    def find_out():
        verdict = probe(compiler, candidate)
        if verdict.slow:
            _log.warning("%s is slow here: %.0f of %.0f GFLOP/s on one thread; "
                         "`yann-weightnorm info` tells more.",
                         candidate.name, verdict.rate, verdict.peak)
        return verdict._asdict()

    facts = {"candidate": candidate._asdict(), "processor": processor(),
             "files": [stamp(path) for path in (SOURCE, compiler, candidate.library)],
             "environment": {name: os.environ.get(name) for name in STEERING}}
    return Verdict(**memory.recall(memory.folder(flags), facts, find_out))


def stamp(path):
    """Return what changes when the file at `path` does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return [path, found.st_size, int(found.st_mtime)]


def processor():
    """Return the processor's name; a home directory may be shared by several kinds."""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith(("model name", "CPU part", "flags", "Features")):
                    return line.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
