"""float32 by default: twice as fast, and the type in which networks are trained."""

__all__ = ["NAME", "apply"]

NAME = "floatx"


def apply(flags):
    """Ask for float32, unless the user has set floatX."""
    if flags.offer("floatX", "float32"):
        return True, "floatX=float32"
    return False, f"floatX={flags.user('floatX')} is set in {flags.where('floatX')}"
