"""The tutorials' deconvolutional adversarial networks, on colour images of 12 x 12."""

import numpy as np

from tests import gans
from tests.small import CLASSES
from yann_weightnorm import dataset_from_arrays


def coloured():
    """Return a data set of twelve pixels a side; the last two splits end in a short mini batch."""
    rng = np.random.RandomState(0)
    splits = [(rng.normal(size=(rows, 12, 12, 3)), rng.randint(CLASSES, size=rows))
              for rows in (8, 6, 7)]
    return dataset_from_arrays(*splits, mini_batch_size=4)


def test_deconvolutional_gan():
    gans.check_tutorial(gans.deconvolutional_gan, coloured())


def test_deconvolutional_gan_with_normalised_weights():
    gans.check_tutorial(gans.deconvolutional_gan, coloured(), "weightnorm_")


def test_deconvolutional_lsgan():
    gans.check_tutorial(gans.deconvolutional_lsgan, coloured())


def test_deconvolutional_lsgan_with_normalised_weights():
    gans.check_tutorial(gans.deconvolutional_lsgan, coloured(), "weightnorm_")
