"""The layer that draws numbers: what a generator network begins with."""

import numbers

import theano

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.shapes import checked_shape
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Random"]

DISTRIBUTIONS = ("binomial", "uniform", "normal", "gaussian")


@layer_type("random")
class Random(Layer):
    """Random numbers of a fixed shape, drawn anew at each call of a compiled function.

    The three streams of one function see the same sample.

    Parameters
    ----------
    id : str
    ground : None
        There is nothing below.
    rng : numpy.random.RandomState
        Draws the seed.
    num_neurons : int or tuple of int, default 100
        Shape of the sample, (rows, features) where layers go on top of it; n stands for (n,).
    distribution : {'binomial', 'uniform', 'normal', 'gaussian'}, default 'binomial'
        'binomial' gives 0 or 1; 'gaussian' is 'normal'.
    p : float in [0, 1], default 0.5
        Probability of a 1, for 'binomial'.
    limits : (float, float), default (0, 1)
        Lower and upper limit, for 'uniform'.
    mu, sigma : float, default 0 and 1
        Mean and standard deviation, for 'normal'.

    Attributes
    ----------
    output_shape, num_neurons : tuple of int
        The shape of the sample.

    Raises
    ------
    ValueError
        If the distribution is unknown, or an option is out of its range.
    """

    def __init__(self, id, ground, rng, *, num_neurons=100, distribution="binomial", p=0.5,
                 limits=(0, 1), mu=0, sigma=1):
        shape = checked_shape(num_neurons, "num_neurons", f"{self.type} {id!r}")
        super().__init__(id, shape, rng)
        self.num_neurons = shape
        self.distribution = one_of(distribution, DISTRIBUTIONS, "distribution", self.who)
        self._check_options(p, limits, mu, sigma)
        draw = self.random_streams()
        options = {"size": shape, "dtype": theano.config.floatX}
        if distribution == "binomial":
            self.sample = draw.binomial(n=1, p=p, **options)
        elif distribution == "uniform":
            self.sample = draw.uniform(low=limits[0], high=limits[1], **options)
        else:
            self.sample = draw.normal(avg=mu, std=sigma, **options)

    @classmethod
    def join(cls, network, origin, options):
        """Return no layers below."""
        return cls.alone(origin)

    def expression(self, stream):
        """Return the sample."""
        return self.sample

    def _check_options(self, p, limits, mu, sigma):
        if not (isinstance(p, numbers.Real) and 0 <= p <= 1):
            raise ValueError(f"{self.who} got p {p!r}; it is a probability, in [0, 1].")
        if not (isinstance(limits, (tuple, list)) and len(limits) == 2 and limits[0] < limits[1]):
            raise ValueError(f"{self.who} got limits {limits!r}; give (lower, upper).")
        if not isinstance(mu, numbers.Real):
            raise ValueError(f"{self.who} got mu {mu!r}; it is a number.")
        if not (isinstance(sigma, numbers.Real) and sigma >= 0):
            raise ValueError(f"{self.who} got sigma {sigma!r}; a deviation is 0 or more.")
