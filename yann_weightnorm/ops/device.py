"""Where graphs will run."""

import theano

__all__ = ["on_processor"]


def on_processor():
    """Return whether graphs are made for a processor, so that the ops here may be used."""
    return theano.config.device == "cpu"
