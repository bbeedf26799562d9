"""What a record's header says about where its numbers come from. No host names, no paths."""

import functools
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from yann_weightnorm.studies import clock
from yann_weightnorm.theano_setup.threads import cores

__all__ = ["machine", "provenance", "revision", "versions"]

DISTRIBUTIONS = {"theano": "Theano", "numpy": "numpy", "scipy": "scipy"}
GIB = 2 ** 30


@functools.lru_cache(maxsize=1)
def provenance():
    """Return a dict: versions, machine, git, and which seconds are counted."""
    return {"versions": versions(), "machine": machine(), "git": revision(),
            "clock": clock.kind()}


def versions():
    """Return the versions of what computes, by name; None for what isn't there."""
    import yann_weightnorm
    found = {"yann_weightnorm": yann_weightnorm.__version__, "python": platform.python_version()}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            found[name] = None
    return dict(found, blas=_blas())


def machine():
    """Return the class of machine in words: cores, processor, memory, system."""
    words = [f"{cores()} cores" if cores() != 1 else "1 core", _processor()]
    try:
        words.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / GIB:.0f} GiB")
    except (AttributeError, ValueError, OSError):
        pass
    return ", ".join(word for word in [*words, platform.system()] if word)


def revision():
    """Return the git revision of the package's own checkout, '+' for changes on top, or None."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    commit = _git(root, "rev-parse", "--short=12", "HEAD")
    if not commit:
        return None
    changes = _git(root, "status", "--porcelain", "--untracked-files=no", "--", "yann_weightnorm")
    return commit + ("+" if changes else "")


def _git(root, *words):
    try:
        done = subprocess.run(["git", "-C", str(root), *words], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip()


def _blas():
    from yann_weightnorm.theano_setup import blas
    chosen = blas.choice()
    return None if chosen is None else blas.describe(chosen)


def _processor():
    """Return the processor's name and its widest vector instructions."""
    names, flags = "", ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            key, _, value = line.partition(":")
            names = names or (value.strip() if key.strip() == "model name" else "")
            flags = flags or (value if key.strip() == "flags" else "")
    except OSError:
        pass
    widest = [word for flag, word in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"))
              if flag in flags.split()]
    return ", ".join([names or platform.machine()] + widest[:1])
