"""The update rules of the two papers' agents."""

import theano.tensor as T

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.modules import Optimizer
from yann_weightnorm.toolbox.updates import adamax

__all__ = ["AgentOptimizer", "OPTIMIZERS", "centred_rmsprop"]

BETA1 = 0.5               # Salimans & Kingma (2016), section 5.4: Adamax, "momentum" 0.5
DECAY, FLOOR = 0.95, 0.01  # Young & Tian (2019): of the running means; least root


def centred_rmsprop(params, gradients, rate, slots):
    """Divide the rate by a running deviation of the gradient; add momentum (Graves 2013).

    With the constants of MinAtar's example: means that keep 0.95, momentum 0.95, and 0.01 added to
    the deviation.
    """
    proposals = []
    for p, g in zip(params, gradients):
        mean, square, step = (slots.like(p, name) for name in ("mean", "squares", "steps"))
        mean = slots.put(mean, DECAY * mean + (1 - DECAY) * g)
        square = slots.put(square, DECAY * square + (1 - DECAY) * T.sqr(g))
        spread = T.sqrt(T.maximum(square - T.sqr(mean), 0))
        proposals.append(p - rate * slots.put(step, DECAY * step + g / (spread + FLOOR)))
    return proposals


def _adamax(params, gradients, rate, slots):
    return adamax(params, gradients, rate, slots, beta1=BETA1)


OPTIMIZERS = {"adamax": _adamax, "rmsprop": centred_rmsprop}


class AgentOptimizer(Optimizer):
    """An optimizer by one of `OPTIMIZERS`, without a bound on weights.

    Parameters
    ----------
    id : str
    rule : {'adamax', 'rmsprop'}

    Raises
    ------
    ValueError
        If there is no such rule.
    """

    def __init__(self, id, rule):
        super().__init__(id, max_norm=None)
        self._rule = OPTIMIZERS[one_of(rule, list(OPTIMIZERS), "optimizer", "study reinforcement")]

    def proposals(self, params, gradients):
        """Return where each of `params` goes."""
        return self._rule(params, gradients, self.learning_rate, self.slots)
