"""Noise on the way in, as the paper's CIFAR-10 network has it."""

import numbers

import theano

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["GaussianNoise"]


@layer_type("gaussian_noise", "noise")
class GaussianNoise(Layer):
    """Add normal noise in the dropout stream; the other streams pass the input on.

    Parameters
    ----------
    id : str
    input_shape : tuple of int
    rng : numpy.random.RandomState
        Draws the seed of the noise.
    sigma : float, default 0.15
        Standard deviation of the noise, in units of the input.

    Raises
    ------
    ValueError
        If `sigma` is negative.

    References
    ----------
    .. [1] Salimans and Kingma (2016), section 5.1, arXiv:1602.07868.
    """

    def __init__(self, id, input_shape, rng, *, sigma=0.15):
        super().__init__(id, input_shape, rng)
        if not (isinstance(sigma, numbers.Real) and sigma >= 0):
            raise ValueError(f"{self.who} got sigma {sigma!r}; a deviation is 0 or more.")
        self.num_neurons, self.sigma = input_shape[1] if len(input_shape) > 1 else None, sigma
        self.noise = self.random_streams() if sigma else None

    def expression(self, x, stream):
        """Return `x`, with noise where `stream` has masks."""
        if not self.sigma or not stream.masks:
            return x
        return x + self.noise.normal(x.shape, std=self.sigma, dtype=theano.config.floatX)
