"""Keep quiet what Theano's import says about itself, and nothing else."""

import contextlib

__all__ = ["harmless"]


@contextlib.contextmanager
def harmless():
    """Ignore the warnings of Theano's own source that its users can do nothing about."""
    yield
