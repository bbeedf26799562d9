"""What the figures were measured on, and what is set and unset for the programs that are measured.

OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for every program: some machines set them for the
sake of old versions, and they choose the kernel that runs. Of Theano's flags only the one that says
where to compile stays.
"""

import datetime
import os
import platform
from pathlib import Path

__all__ = ["BUSY", "UNSET", "environ", "machine", "today"]

BUSY = 0.1  # the share of other programs above which a figure doesn't count
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
PLACES = ("base_compiledir", "compiledir")
ROOT = Path(__file__).resolve().parent.parent


def environ(path=None, flags=None, **variables):
    """Return the variables to set for a program, or to unset (None).

    Parameters
    ----------
    path : str, optional
        A folder where Python is to look before all others.
    flags : str, optional
        Flags of Theano's, besides where to compile.
    **variables : str
    """
    kept = [flag for flag in os.environ.get("THEANO_FLAGS", "").split(",")
            if flag.split("=")[0].strip() in PLACES]
    paths = filter(None, [path, str(ROOT), os.environ.get("PYTHONPATH")])
    found = dict.fromkeys(UNSET)
    found.update(THEANO_FLAGS=",".join(filter(None, [*kept, flags])) or None,
                 PYTHONPATH=os.pathsep.join(paths), **variables)
    return found


def machine():
    """Return the class of this machine in a few words."""
    model = platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        words = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines()
                     if ":" in line)
        words = {name.strip(): text.strip() for name, text in words.items()}
        model = words.get("model name", model)
        if "avx512f" in words.get("flags", "").split():
            model += " with AVX-512"
    return f"{processors()} cores, {model}, Python {platform.python_version()}"


def processors():
    """Return how many processors this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count()


def today():
    """Return the date."""
    return datetime.date.today().isoformat()
