"""Generative networks that the study compares, built of the toolbox's layers."""

__all__ = []
