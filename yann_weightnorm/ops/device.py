"""Where graphs will run."""

import theano

__all__ = ["on_processor"]


def on_processor():
    """Return whether graphs are made for a processor, so that the ops here may be used.

    Where a GPU was asked for and can't be used, Theano says so and goes on without it.
    """
    if theano.config.device == "cpu":
        return True
    from theano import gpuarray

    return not gpuarray.pygpu_activated
