"""How near a generator comes to given images: the search for the latent vectors that make them.

Source: Xiang & Li (2017), arXiv:1704.03971, and their code, github.com/stormraiser/GAN-weight-norm:
from latent vectors of 0, by RMSProp.
"""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.cooking import LazyFunction
from yann_weightnorm.toolbox.updates import Slots, rmsprop

__all__ = ["Search", "as_maps", "constant_error"]

AT_ONCE = 100  # images


class Search:
    """Searches latent vectors whose images are nearest to given ones.

    Parameters
    ----------
    generate : function
        Returns images, (rows, ...), symbolic, each made of one row of a symbolic matrix.
    latent : int
        Columns of that matrix.
    ndim : int, default 4
        Number of axes of the images.
    """

    def __init__(self, generate, latent, ndim=4):
        self.latent, dtype = latent, theano.config.floatX
        self._wanted = theano.shared(np.zeros((1,) * ndim, dtype), broadcastable=(False,) * ndim)
        self._z = theano.shared(np.zeros((1, latent), dtype), name="z")
        self._slots, rate = Slots(), T.scalar("rate")
        errors = T.sqr(generate(self._z) - self._wanted).flatten(2).sum(axis=1)
        # A sum, not a mean: each row takes the same way whatever stands beside it.
        moved = rmsprop([self._z], theano.grad(errors.sum(), [self._z]), rate, self._slots)[0]
        updates = OrderedDict(self._slots.updates)
        updates[self._z] = moved
        self._step = LazyFunction([rate], errors, updates=OrderedDict(
            (slot, T.patternbroadcast(T.cast(value, slot.dtype), slot.broadcastable))
            for slot, value in updates.items()))

    def __call__(self, images, steps, rate):
        """Return the mean squared error of each image, the least that was met on the way.

        Parameters
        ----------
        images : (rows, ...) array
        steps : int
            Of gradient descent, from latent vectors of 0.
        rate : float
            The learning rate of RMSProp.

        Returns
        -------
        (rows,) array
            Mean over pixels. Infinite where every image that was made is not finite.
        """
        found = [self._search(images[first:first + AT_ONCE], steps, rate)
                 for first in range(0, len(images), AT_ONCE)]
        return np.concatenate(found) / np.prod(images.shape[1:])

    def _search(self, images, steps, rate):
        start = np.zeros((len(images), self.latent), self._z.dtype)
        self._wanted.set_value(np.asarray(images, start.dtype))
        for slot in (self._z, *self._slots.updates):
            slot.set_value(start)
        rate, least = np.asarray(rate, start.dtype), np.full(len(images), np.inf)
        for _ in range(steps + 1):  # a step tells the error before it
            least = np.fmin(least, self._step(rate))  # what is no number counts for nothing
        return least


def as_maps(rows, dataset):
    """Return the images of `dataset` that are its `rows`, as (n, channels, height, width)."""
    images = rows.reshape(-1, dataset.height, dataset.width, dataset.channels)
    return images.transpose(0, 3, 1, 2)


def constant_error(images, training_images):
    """Return the mean squared error of taking the mean training image for every image."""
    return float(np.mean(np.square(images - training_images.mean(axis=0, dtype="float64"))))
