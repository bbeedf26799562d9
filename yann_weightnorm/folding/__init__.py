"""Fold a weight-normalised network to plain weights, and turn a plain network into one."""

from yann_weightnorm.folding.conversion import fold, weight_normalize
from yann_weightnorm.folding.report import Change, Conversion

__all__ = ["Change", "Conversion", "fold", "weight_normalize"]
