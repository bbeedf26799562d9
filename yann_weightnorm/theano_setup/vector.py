"""Let exp, tanh, sigmoid and log use the vector functions of glibc.

Theano's loops call the scalar functions of libm, one number at a time. glibc declares vector twins
(libmvec) only where ``__FAST_MATH__`` is defined; gcc's own -ffast-math would define it, and would
also assume that there are no NaN, no infinities and no denormals. These flags keep all three. The
twins are exact to 4 units in the last place.
"""

import ctypes
import platform
import sys

from yann_weightnorm.theano_setup import toolchain
from yann_weightnorm.theano_setup.malloc import glibc_version

__all__ = ["CXXFLAGS", "NAME", "apply"]

NAME = "vector"
CXXFLAGS = ("-fno-math-errno", "-fno-trapping-math", "-D__FAST_MATH__")


def apply(flags):
    """Add the compiler flags, where compiler, libc and processor have vector functions."""
    missing = what_is_missing(flags)
    if missing:
        return False, missing
    flags.extend("gcc.cxxflags", CXXFLAGS)
    return True, "exp, tanh, sigmoid and log use libmvec"


def what_is_missing(flags):
    """Return why there are no vector functions here, or an empty string."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "only for Linux on x86-64"
    if (glibc_version() or (0, 0)) < (2, 35):
        return "needs glibc 2.35, which brought the vector tanh"
    if not toolchain.is_gcc(toolchain.compiler(flags)):
        return "needs gcc"
    try:
        ctypes.CDLL("libmvec.so.1")
    except OSError:
        return "glibc comes without libmvec here"
    return ""
