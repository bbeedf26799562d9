"""YANN's class of layers that draw numbers."""

import numpy as np

from yann_weightnorm.toolbox.layers import Random

from .abstract import layer

__all__ = ["random_layer"]


class random_layer(layer):
    """Random numbers, drawn anew at each call of a compiled function.

    Parameters
    ----------
    num_neurons : int or tuple of int
        The shape of the sample.
    id : str
    distribution : {'binomial', 'uniform', 'normal', 'gaussian'}, default 'binomial'
    verbose : int, optional
    options : dict, optional
        `p`, `limits`, `mu`, `sigma`, as of :class:`~yann_weightnorm.toolbox.layers.random.Random`.
    """

    def __init__(self, num_neurons, id=-1, distribution="binomial", verbose=2, options=None):
        super().__init__(id, "random", verbose)
        taken = {name: value for name, value in (options or {}).items()
                 if name in ("p", "limits", "mu", "sigma")}
        self.stand_on(Random(id, None, np.random, num_neurons=num_neurons,
                             distribution=distribution, **taken))
