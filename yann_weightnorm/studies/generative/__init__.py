"""The third study: does weight normalization help networks that generate images?"""

from yann_weightnorm.studies.generative.study import GENERATIVE

__all__ = ["GENERATIVE"]
