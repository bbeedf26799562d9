"""What a careful user has who only made Theano import: the package's measures are off."""

from importlib.util import find_spec
from pathlib import Path

__all__ = ["theanos_defaults"]

OFF = "floatx,blas,threads,malloc,vector,scan,cache"


def theanos_defaults():
    """Return what :func:`benchmarks.machine.environ` takes for plain Theano.

    That is float32, and SciPy's own OpenBLAS linked by hand.

    The package isn't imported here: its settings would reach the programs that are to do without.

    Raises
    ------
    RuntimeError
        If SciPy brings none that Theano can link.
    """
    found = sorted(Path(find_spec("scipy").origin).parent.parent.glob("scipy.libs/libopenblasp*"))
    if not found or " " in str(found[0]):
        raise RuntimeError("SciPy here brings no OpenBLAS with standard names that Theano can "
                           "link: pip install 'scipy<1.11', so that there is something to compare "
                           "with.")
    folder, name = found[0].parent, found[0].stem[3:]
    return {"YANN_WEIGHTNORM_DISABLE": OFF,
            "flags": rf"floatX=float32,blas.ldflags=-L{folder} -l{name} -Wl\,-rpath\,{folder}"}
