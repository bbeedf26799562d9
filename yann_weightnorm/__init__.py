"""Weight normalization for the YANN toolbox on Theano."""

__version__ = "0.1.0"
