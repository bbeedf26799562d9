"""Batch normalization by the mini batch's statistics, and its gradient, on all threads.

Theano's takes some ten passes over all numbers, several in one thread and float64.
"""

from yann_weightnorm.ops.batch_normalization.normalized import Normalized, NormalizedGradient
from yann_weightnorm.ops.batch_normalization.rewriting import (
    no_gradient_by_offset,
    offset_left_out,
    taken_over,
)

__all__ = ["Normalized", "NormalizedGradient", "no_gradient_by_offset", "offset_left_out",
           "taken_over"]
