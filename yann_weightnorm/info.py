"""What ``yann-weightnorm info`` prints: versions, BLAS and its speed, threads, measures."""

import argparse
import os
import platform
import sys
import time

import numpy as np

from yann_weightnorm import theano_setup
from yann_weightnorm.theano_setup import blas, threads

__all__ = ["describe", "main", "product_rate"]

SIZE = 1536         # of the product that is timed: some milliseconds to a tenth of a second


def main(argv=None):
    """Print the description; return 0."""
    parser = argparse.ArgumentParser(
        prog="yann-weightnorm info", description="Tell what the package runs on and how fast.")
    parser.add_argument("--no-speed", action="store_true",
                        help="leave the measured speed of a matrix product out")
    print(describe(speed=not parser.parse_args(argv).no_speed))
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


def the_blas(speed):
    """Return rows about the BLAS: which, how linked, how fast."""
    import theano
    chosen = blas.choice()
    name = "Theano's own choice" if chosen is None else blas.describe(chosen)
    rows = [("BLAS", name), ("  linked by", theano.config.blas.ldflags or "nothing")]
    if chosen is not None and chosen.verdict.ok:
        rows.append(("  one thread", f"{chosen.verdict.rate:.0f} GFLOP/s when it was chosen, the "
                                     f"processor reaches {chosen.verdict.peak:.0f}"))
    if speed:
        rows.append(("  now", f"{product_rate():.0f} GFLOP/s ({SIZE} x {SIZE}, "
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
    return [("device", theano.config.device), ("floatX", theano.config.floatX),
            ("compile directory", theano.config.compiledir)]


def product_rate(size=SIZE, rounds=5):
    """Return the GFLOP/s of Theano's product of two matrices, the best of `rounds`."""
    import theano
    import theano.tensor as T
    matrix = theano.shared(np.ones((size, size), theano.config.floatX))
    product = theano.function([], [], updates=[(matrix, T.dot(matrix, matrix) / size)])
    best = min(seconds(product) for _ in range(rounds))
    return 2e-9 * size ** 3 / best


def seconds(function):
    """Return the time that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
