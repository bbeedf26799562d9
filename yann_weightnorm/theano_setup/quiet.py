"""Keep quiet what Theano says about its own source, and nothing else.

Theano 1.0.5 is older than the NumPy and the Python it runs on, and warns accordingly at every step:
names that NumPy has deprecated, escapes that Python has. Whoever imports it can do nothing about
them. Warnings that code outside Theano gives, and Theano's own about what a user does, stay.
"""

import contextlib
import logging
import warnings

__all__ = ["from_now_on", "harmless"]

ABOUT_THE_SOURCE = (DeprecationWarning, PendingDeprecationWarning, SyntaxWarning)
THEANO = r"theano(\.|$)"


@contextlib.contextmanager
def harmless():
    """Ignore what the import of Theano, and of what it imports, says about its source."""
    with warnings.catch_warnings():
        for category in ABOUT_THE_SOURCE:
            warnings.simplefilter("ignore", category)
        yield


def from_now_on():
    """Ignore what Theano's modules go on to say about their source, and about waiting."""
    for category in ABOUT_THE_SOURCE:
        warnings.filterwarnings("ignore", category=category, module=THEANO)
    # Two processes that compile take turns, and would say so at every turn.
    logging.getLogger("theano.gof.compilelock").setLevel(logging.WARNING)
