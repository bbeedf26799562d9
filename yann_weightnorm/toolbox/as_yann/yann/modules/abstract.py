"""The base of YANN's modules."""

from yann_weightnorm.toolbox.registry import options_for

__all__ = ["module"]


class module:
    """Something beside the layers that a network works with.

    Parameters
    ----------
    id : str
    type : str
    verbose : int, optional
    """

    def __init__(self, id, type, verbose=2):
        self.id, self.type = id, type


def options_of(cls, given, id):
    """Return the id in the dictionary `given`, or `id`, and the options that `cls` takes."""
    given = dict(given)
    return given.pop("id", id), options_for(cls, given, cls.__name__, stacklevel=4)
