"""The fourth study: does weight normalization help an agent that learns to play by trying?"""

from yann_weightnorm.studies.reinforcement.study import REINFORCEMENT

__all__ = ["REINFORCEMENT"]
