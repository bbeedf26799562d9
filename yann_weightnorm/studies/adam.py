"""Adam as the paper's experiments use it: a mean that fades faster later, steps by neuron.

Source: Salimans & Kingma (2016), section 5.1, arXiv:1602.07868, and its code,
github.com/openai/weightnorm, `lasagne/`.
"""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.modules import Optimizer
from yann_weightnorm.toolbox.updates import adam

__all__ = ["PaperAdam"]

BETA1, LATE_BETA1 = 0.9, 0.5


class PaperAdam(Optimizer):
    """Adam whose beta1 drops to 0.5 from an epoch on, and whose steps some parameters scale.

    Parameters
    ----------
    id : str
    late : int or None
        The epoch, counted from 0, from which on beta1 is 0.5; None for never.
    scaled : collection of shared variables
        Parameters whose steps :meth:`set_scale` multiplies.

    Notes
    -----
    The paper's code has no arm that trains the plain weight: its `no_norm` keeps ``w = g u`` with g
    fixed after the data-dependent start, and trains u. As Adam's step does not depend on the scale
    of the gradient (its epsilon aside), that is a step in w of g times the usual one.
    """

    def __init__(self, id, *, late=None, scaled=()):
        super().__init__(id, optimizer_type="adam", max_norm=None)
        self.late = late
        self._scales = {p: theano.shared(np.ones_like(p.get_value()), name=f"{p.name}.scale",
                                         broadcastable=p.broadcastable) for p in scaled}

    def set_scale(self, param, values):
        """Let the steps of `param` be multiplied by the array `values`, which broadcasts."""
        shared = self._scales[param]
        shape = shared.get_value(borrow=True).shape
        shared.set_value(np.array(np.broadcast_to(values, shape), dtype=shared.dtype))

    def beta1_at(self, epoch):
        """Return beta1 at the symbolic `epoch`."""
        if self.late is None:
            return BETA1
        return T.cast(T.switch(T.lt(epoch, self.late), BETA1, LATE_BETA1), theano.config.floatX)

    def proposals(self, params, gradients):
        """Return where each of `params` goes."""
        moved = adam(params, gradients, self.learning_rate, self.slots, self.beta1_at(self.epoch))
        return [p + self._scales[p] * (new - p) if p in self._scales else new
                for p, new in zip(params, moved)]
