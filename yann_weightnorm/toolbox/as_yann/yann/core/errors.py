"""YANN's errors between two tensors."""

from yann_weightnorm.toolbox.errors import cross_entropy, l1, rmse

__all__ = ["cross_entropy", "l1", "rmse"]
