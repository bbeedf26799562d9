"""What ``yann-weightnorm info`` prints: versions, BLAS and its speed, threads, measures."""

import argparse
import os
import platform
import sys

import numpy as np

from yann_weightnorm import speed, theano_setup
from yann_weightnorm.theano_setup import blas, threads

__all__ = ["DESCRIPTION", "add_options", "describe", "main", "show"]


DESCRIPTION = "Tell what the package runs on and how fast."


def main(argv=None):
    """Print what the options `argv` ask for; return 0."""
    parser = argparse.ArgumentParser(prog="yann-weightnorm info", description=DESCRIPTION)
    add_options(parser)
    return show(parser.parse_args(argv))


def add_options(parser):
    """Add the command's options to `parser`."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--no-speed", action="store_true",
                     help="leave the measured speed of a matrix product out")
    how.add_argument("--benchmark", action="store_true",
                     help="tell in ten seconds or so, more the first time, whether this set-up is "
                          "fast, and what to do if not")


def show(options):
    """Print what the parsed `options` ask for; return 0."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    print(describe(speed=not (options.no_speed or options.benchmark)))
    if options.benchmark:
        print("\nis it fast?")
        print(speed.told(speed.find_out(), load))
    return 0


def describe(speed=True):
    """Return the description, a few lines of text.

    Parameters
    ----------
    speed : bool, default True
        Whether to time a matrix product, which may compile for some seconds.
    """
    measures = theano_setup.prepare()
    rows = versions() + the_blas(speed) + the_threads() + the_configuration()
    width = max(len(label) for label, _ in rows)
    lines = [f"{label:<{width}}  {text}" for label, text in rows]
    lines += ["", "measures (YANN_WEIGHTNORM_DISABLE=name,name switches off):"]
    lines += [f"  {measure.name:<8} {'on ' if measure.on else 'off'}  {measure.why}"
              for measure in measures]
    return "\n".join(lines)


def versions():
    """Return rows of versions."""
    import scipy
    import theano
    import yann_weightnorm
    compiler = theano.config.cxx or "none: everything runs in Python, slowly"
    return [("yann_weightnorm", yann_weightnorm.__version__),
            ("Python", f"{platform.python_version()}, {platform.platform()}"),
            ("Theano", f"{theano.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}"),
            ("C++ compiler", f"{compiler} {theano.configdefaults.gcc_version_str}".strip())]


def the_blas(timed):
    """Return rows about the BLAS: which, how linked, and how fast if it is to be timed."""
    import theano
    chosen = blas.choice()
    name = "Theano's own choice" if chosen is None else blas.describe(chosen)
    rows = [("BLAS", name), ("  linked by", theano.config.blas.ldflags or "nothing")]
    if chosen is not None and chosen.verdict.ok:
        rows.append(("  one thread", f"{chosen.verdict.rate:.0f} GFLOP/s when it was chosen, the "
                                     f"processor reaches {chosen.verdict.peak:.0f}"))
    if timed:
        size = speed.SIZE
        rows.append(("  now", f"{speed.product_rate():.0f} GFLOP/s ({size} x {size}, "
                              f"{theano.config.floatX})"))
    return rows


def the_threads():
    """Return rows about threads."""
    import theano
    control = threads.blas_threads()
    count = "as the environment says" if control is None else str(control[0]())
    given = " ".join(f"{name}={value}" for name, value in sorted(os.environ.items())
                     if name.startswith(("OMP_", "GOMP_", "OPENBLAS_", "MKL_")))
    return [("OpenMP", "on" if theano.config.openmp else "off"),
            ("threads", f"{threads.cores()} processors, {count} for BLAS"),
            ("environment", given or "nothing about threads or kernels")]


def the_configuration():
    """Return rows of Theano's configuration."""
    import theano
    return [("device", the_device()), ("floatX", theano.config.floatX),
            ("compile directory", theano.config.compiledir)]


def the_device():
    """Return the device's flag, and the name that a GPU's driver gives it."""
    import theano
    flag = theano.config.device
    if flag == "cpu":
        return flag
    from theano.gpuarray.type import ContextNotDefined, get_context
    try:
        name = get_context(None).devname
    except ContextNotDefined:
        return f"cpu: Theano could not use {flag}, see its message"
    return f"{flag}: {name.decode() if isinstance(name, bytes) else name}"


if __name__ == "__main__":
    sys.exit(main())
