"""Matlab's files, read with SciPy after a look at what they promise."""

import os
import zlib

import numpy as np

__all__ = ["read_mat"]

DEFLATE_RATIO = 1032    # no deflate stream grows by more (zlib's technical notes)


def read_mat(path, names):
    """Return the numeric arrays called `names` of the Matlab file at `path`, in that order.

    Their sizes are looked at before anything is read, so a header that promises too much costs
    nothing. Version 4 to 7 of the format; 7.3 is HDF5 and is refused.

    Parameters
    ----------
    path : str or path-like
    names : sequence of str

    Returns
    -------
    list of numpy.ndarray
        As Matlab holds them: at least two dimensions.

    Raises
    ------
    ValueError
        If the file is damaged, lacks one of them, or has it as something else than numbers.
    OSError
        If it can't be opened.
    """
    with open(path, "rb") as stream:
        promised = {name: (shape, kind) for name, shape, kind in _parsed(path, "whosmat", stream)}
        most = os.fstat(stream.fileno()).st_size * DEFLATE_RATIO
        for name in names:
            _check_promise(path, name, promised, most)
        stream.seek(0)
        found = _parsed(path, "loadmat", stream, variable_names=list(names))
    return [_array(path, name, found) for name in names]


def _parsed(path, function, stream, **options):
    """Call a function of scipy.io; whatever a damaged file makes it say is a ValueError."""
    import scipy.io
    try:
        return getattr(scipy.io, function)(stream, **options)
    except NotImplementedError as error:
        raise ValueError(f"{path}: a Matlab file of version 7.3 can't be read; save it again with "
                         f"-v7.") from error
    except (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, TypeError,
            ValueError, zlib.error) as error:
        raise ValueError(f"{path}: damaged, or not a Matlab file ({error}).") from error
    except OSError as error:     # what SciPy says of a stream that ends early has no errno
        if error.errno is not None:
            raise
        raise ValueError(f"{path}: damaged, or not a Matlab file ({error}).") from error


def _check_promise(path, name, promised, most):
    if name not in promised:
        raise ValueError(f"{path}: no variable {name!r}; it has "
                         f"{', '.join(map(repr, promised)) or 'none'}.")
    shape, kind = promised[name]
    values = 1
    for length in shape:    # Python integers: no overflow
        values *= int(length)
    if not 0 < values <= most or min(shape) < 0:
        raise ValueError(f"{path}: variable {name!r} promises {'x'.join(map(str, shape))} values, "
                         f"which the file can't hold; it is damaged.")
    if not (kind in ("single", "double", "logical") or kind.lstrip("u").startswith("int")):
        raise ValueError(f"{path}: variable {name!r} is of Matlab's class {kind!r}; wanted "
                         f"numbers.")


def _array(path, name, found):
    array = found.get(name)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "buif":
        raise ValueError(f"{path}: variable {name!r} holds no numbers; it is damaged.")
    return array
