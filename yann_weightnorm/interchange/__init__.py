"""Weights to and from PyTorch, without PyTorch: its names, its layouts, its files."""

from yann_weightnorm.interchange.reading import from_torch
from yann_weightnorm.interchange.writing import to_torch

__all__ = ["from_torch", "to_torch"]
