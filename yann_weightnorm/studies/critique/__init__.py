"""The sixth study: what the paper asserts without a measurement, measured."""

from yann_weightnorm.studies.critique.study import CRITIQUE, CritiqueRun

__all__ = ["CRITIQUE", "CritiqueRun"]
