"""float32 by default: twice as fast, and the type in which networks are trained."""

import warnings

__all__ = ["NAME", "apply"]

NAME = "floatx"


def apply(flags):
    """Ask for float32, unless the user has set floatX."""
    if flags.user("floatX") is not None:
        return False, f"floatX={flags.user('floatX')} is set in {flags.where('floatX')}"
    if flags.late:
        return too_late(flags)
    flags.offer("floatX", "float32")
    return True, "floatX=float32"


def too_late(flags):
    """Leave the type of a Theano that is in use already; tell if it is the slow one."""
    kind = flags.get("floatX")
    if kind == "float64":
        warnings.warn("Theano was imported before yann_weightnorm and computes in float64, at half "
                      "the speed; import yann_weightnorm first, or set floatX.",
                      RuntimeWarning, stacklevel=5)
    return False, f"Theano was imported first, with floatX={kind}"
