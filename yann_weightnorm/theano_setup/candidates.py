"""Where a BLAS may be, best first.

1. ``YANN_WEIGHTNORM_BLAS``: link flags, named by the user for us.
2. What the system names: ``BLAS_LIBS``, the variable by which clusters and build scripts do that; a
   conda environment's own BLAS; Debian's alternative for libblas, if the administrator has
   *chosen* it. A library that merely lies in /usr/lib names nothing: half of all packages
   pull the slow reference BLAS in.
3. PyPI's ``scipy-openblas32``, which comes with this package.
4. The library inside SciPy's wheel, if it has standard names and 32-bit integers.
5. A library that merely lies there: OpenBLAS, then whatever ``-lblas`` finds.

The user's own ``blas.ldflags`` comes before all of them and isn't looked for here.
"""

import glob
import importlib.util
import os
import sys
from typing import NamedTuple

__all__ = ["NAMED", "Candidate", "candidates", "renames"]

NAMED = "YANN_WEIGHTNORM_BLAS"
ALTERNATIVES = "/var/lib/dpkg/alternatives/libblas.so-*-linux-gnu"

# What Theano's C code calls. scipy-openblas32 gives each a prefix, so that it can live in one
# process with another OpenBLAS.
ROUTINES = [kind + name for name in (
    "gemm", "gemv", "ger", "dot", "axpy", "scal", "swap", "copy", "rot", "nrm2", "asum")
    for kind in "sd"] + ["isamax", "idamax"]
CONTROLS = ("openblas_get_num_threads", "openblas_set_num_threads")


class Candidate(NamedTuple):
    """A BLAS that may be there: how to link it, and what that takes."""

    name: str
    ldflags: str
    cxxflags: tuple = ()
    library: str = ""           # the file, where it is known
    prefix: str = ""            # of its symbols
    named: bool = False         # somebody asked for it: say so if it fails


def candidates(environ=os.environ):
    """Yield every candidate, best first."""
    yield from named(environ)
    yield from conda()
    yield from chosen_alternative()
    yield from scipy_openblas32()
    yield from bundled_with_scipy()
    yield Candidate("the system's OpenBLAS", "-lopenblas")
    yield Candidate("the system's BLAS", "-lblas")


def named(environ):
    """Yield what environment variables name."""
    for variable in (NAMED, "BLAS_LIBS"):
        if environ.get(variable, "").strip():
            yield Candidate(variable, environ[variable].strip(), named=True)


def conda():
    """Yield the BLAS of the conda environment that Python runs in."""
    lib = os.path.join(sys.prefix, "lib")
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")) and " " not in lib:
        for name in ("mkl_rt", "openblas", "blas"):
            for path in glob.glob(os.path.join(lib, f"lib{name}.so")):
                yield Candidate(f"conda's {name}", link(lib, name), library=path)


def chosen_alternative(pattern=ALTERNATIVES):
    """Yield ``-lblas`` where a Debian administrator has chosen what that is."""
    for path in glob.glob(pattern):
        with open(path) as file:
            if file.readline().strip() == "manual":
                yield Candidate("the administrator's libblas", "-lblas")


def scipy_openblas32():
    """Yield the library of the package scipy-openblas32."""
    for folder in package_folders("scipy_openblas32", "lib"):
        for path in glob.glob(os.path.join(folder, "libscipy_openblas.*")):
            yield Candidate("scipy-openblas32", link(folder, "scipy_openblas"),
                            renames("scipy_"), path, "scipy_")
            return


def bundled_with_scipy():
    """Yield the OpenBLAS that lies in SciPy's wheel."""
    for folder in package_folders("scipy", os.pardir, "scipy.libs"):
        for path in sorted(glob.glob(os.path.join(folder, "libopenblasp-*.so"))):
            name = os.path.basename(path)[3:-3]
            yield Candidate("SciPy's OpenBLAS", link(folder, name), library=path)


def package_folders(package, *below):
    """Yield the folder `below` an installed package, without importing the package."""
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        folder = os.path.normpath(os.path.join(root, *below))
        # Theano splits link flags at blanks and knows no quotes.
        if os.path.isdir(folder) and " " not in folder:
            yield folder


def link(folder, name):
    """Return the flags that link lib`name` in `folder` and find it again at run time."""
    return f"-L{folder} -l{name} -Wl,-rpath,{folder}"


def renames(prefix):
    """Return the compiler flags that put `prefix` before the names of BLAS routines."""
    names = [f"{routine}_" for routine in ROUTINES] + list(CONTROLS)
    return tuple(f"-D{name}={prefix}{name}" for name in names)
