"""The third study's adversarial part: do weight-normalised networks make a better GAN?"""

from yann_weightnorm.studies.adversarial.study import ADVERSARIAL

__all__ = ["ADVERSARIAL"]
