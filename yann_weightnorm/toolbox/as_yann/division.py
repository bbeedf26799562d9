"""Division as Python 2 did it, at run time."""

import numbers

import numpy as np
import theano

__all__ = ["Divisor", "divide"]


def divide(a, b):
    """Return ``a / b`` of Python 2: rounded down if both are whole numbers.

    Whole are Python's, NumPy's and Theano's integers and arrays of them. Else a class that still
    has Python 2's ``__div__`` decides for itself.
    """
    if _is_whole(a) and _is_whole(b):
        return a // b
    for mine, other, name in ((a, b, "__div__"), (b, a, "__rdiv__")):
        if hasattr(type(mine), name):
            result = getattr(mine, name)(other)
            if result is not NotImplemented:
                return result
    return a / b


class Divisor:
    """What stands right of ``<<=`` where a script of Python 2 has ``/=``.

    The statement is left to Python, so its target is read and written as ever; no number, array
    or variable knows how to shift by this class, so each leaves the work to it.
    """

    def __init__(self, value):
        self.value = value

    def __rlshift__(self, a):
        """Return `a` divided; an array in its place, as ``/=`` does."""
        b = self.value
        if isinstance(a, np.ndarray):
            both = _is_whole(a) and _is_whole(b)
            return (np.floor_divide if both else np.true_divide)(a, b, out=a)
        if hasattr(type(a), "__idiv__"):
            return a.__idiv__(b)
        return divide(a, b)

    def __array_ufunc__(self, shift, method, a, *others, **settings):
        """Do the same for NumPy, which asks in this way."""
        return self.__rlshift__(a)


def _is_whole(value):
    if isinstance(value, numbers.Integral):
        return True
    # Theano's own `/` of two whole variables would do the same, with a warning.
    return isinstance(value, (np.ndarray, theano.gof.Variable)) and \
        np.dtype(getattr(value, "dtype", "float64")).kind in "iub"
