"""Make Theano import and run fast on today's Python, whatever the machine.

``prepare()`` runs before Theano is imported. It applies a handful of measures, each in a module
of its own, and never touches what the user has set:

=========  ==========================================================================
floatx     float32, unless the user asked for something else
blas       a fast matrix product: the user's, the system's, else ``scipy-openblas32``
threads    OpenMP on; threads that wait don't spin; BLAS threads per function
malloc     glibc keeps the memory that Theano frees and asks for at every step
vector     exp, tanh, sigmoid and log take glibc's vector functions
scan       Theano's C loop for scan compiles on Python 3.11
opencl     kernels that don't build on an OpenCL device do
cache      a second process finds what a first one compiled
headers    C++ compiles in half the time: common headers are read once, no debugging symbols
=========  ==========================================================================

``YANN_WEIGHTNORM_DISABLE=vector,malloc`` switches measures off by name.
"""

from yann_weightnorm.theano_setup.measures import Measure, applied
from yann_weightnorm.theano_setup.preparation import prepare

__all__ = ["Measure", "applied", "prepare"]
