"""Update rules as functions: (parameters, gradients) -> proposals, and momentum on top of them.

A rule says where each parameter should go; what it must remember it keeps in :class:`Slots`. The
formulas are YANN's, which differ from the papers' where that is said.
"""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

__all__ = ["MOMENTA", "RULES", "Slots", "adadelta", "adagrad", "adam", "adamax",
           "clip_norm", "clip_value", "max_norm", "nesterov", "polyak", "rmsprop", "sgd"]

EPSILON = 1e-8


class Slots:
    """What an optimizer remembers between steps: shared variables that start at 0.

    Attributes
    ----------
    updates : OrderedDict
        Shared variable -> its next value, symbolic.
    """

    def __init__(self):
        self.updates = OrderedDict()

    def like(self, param, name):
        """Return a new slot of the shape of `param`, called ``<param>.<name>``."""
        return theano.shared(np.zeros_like(param.get_value(borrow=True)),
                             name=f"{param.name}.{name}", broadcastable=param.broadcastable)

    def scalar(self, name):
        """Return a new scalar slot."""
        return theano.shared(np.zeros((), dtype=theano.config.floatX), name=name)

    def put(self, slot, value):
        """Let the next value of `slot` be `value`; return `value`."""
        self.updates[slot] = value
        return value

    def reset(self):
        """Set every slot to 0, as at the start."""
        for slot in self.updates:
            slot.set_value(np.zeros_like(slot.get_value(borrow=True)))


def _average(slots, param, name, new, keep):
    slot = slots.like(param, name)
    return slots.put(slot, keep * slot + (1 - keep) * new)


def sgd(params, gradients, rate, slots):
    """Return ``p - rate * gradient``."""
    return [p - rate * g for p, g in zip(params, gradients)]


def adagrad(params, gradients, rate, slots):
    """Divide the rate by the root of the sum of all squared gradients (Duchi et al. 2011)."""
    proposals = []
    for p, g in zip(params, gradients):
        total = slots.like(p, "squares")
        total = slots.put(total, total + T.sqr(g))
        proposals.append(p - rate * g / T.sqrt(total + EPSILON))
    return proposals


def rmsprop(params, gradients, rate, slots, rho=0.9):
    """Divide the rate by a running root mean square of the gradient (Tieleman & Hinton 2012)."""
    return [p - rate * g / T.sqrt(_average(slots, p, "squares", T.sqr(g), rho) + EPSILON)
            for p, g in zip(params, gradients)]


def adam(params, gradients, rate, slots, beta1=0.9, beta2=0.999):
    """Step along the mean gradient over its root mean square (Kingma & Ba 2014, section 2).

    Bias is corrected in the rate, and epsilon is added to the uncorrected root: the paper's last
    paragraph of section 2.
    """
    step = slots.scalar("adam.step")
    step = slots.put(step, step + 1)
    corrected = rate * T.sqrt(1 - beta2 ** step) / (1 - beta1 ** step)
    proposals = []
    for p, g in zip(params, gradients):
        mean = _average(slots, p, "mean", g, beta1)
        square = _average(slots, p, "squares", T.sqr(g), beta2)
        proposals.append(p - corrected * mean / (T.sqrt(square) + EPSILON))
    return proposals


def adamax(params, gradients, rate, slots, beta1=0.9, beta2=0.999):
    """Adam with the largest recent gradient in place of the root (Kingma & Ba 2014, section 7.1).

    Salimans & Kingma (2016) train their variational and reinforcement networks with it.
    """
    step = slots.scalar("adamax.step")
    step = slots.put(step, step + 1)
    corrected = rate / (1 - beta1 ** step)
    proposals = []
    for p, g in zip(params, gradients):
        mean = _average(slots, p, "mean", g, beta1)
        largest = slots.like(p, "largest")
        faded, size = beta2 * largest, abs(g)
        # T.maximum's kernel does not build under OpenCL; a switch does.
        largest = slots.put(largest, T.switch(T.gt(faded, size), faded, size))
        proposals.append(p - corrected * mean / (largest + EPSILON))
    return proposals


def adadelta(params, gradients, rate, slots, rho=0.95):
    """Scale by the ratio of recent step sizes to recent gradient sizes (Zeiler 2012)."""
    proposals = []
    for p, g in zip(params, gradients):
        squares = _average(slots, p, "squares", T.sqr(g), rho)
        steps = slots.like(p, "steps")
        step = g * T.sqrt(steps + EPSILON) / T.sqrt(squares + EPSILON)
        slots.put(steps, rho * steps + (1 - rho) * T.sqr(step))
        proposals.append(p - rate * step)
    return proposals


def polyak(params, proposals, momentum, slots):
    """Add `momentum` times the last step to each proposal (Polyak 1964)."""
    moved = []
    for p, proposal in zip(params, proposals):
        velocity = slots.like(p, "velocity")
        target = momentum * velocity + proposal
        slots.put(velocity, target - p)
        moved.append(target)
    return moved


def nesterov(params, proposals, momentum, slots):
    """Add `momentum` times the step after this one (Nesterov 1983, as YANN writes it)."""
    moved = []
    for p, proposal in zip(params, proposals):
        velocity = slots.like(p, "velocity")
        step = slots.put(velocity, momentum * velocity + proposal - p)
        moved.append(momentum * step + proposal)
    return moved


def max_norm(proposal, limit):
    """Return the matrix `proposal` with no column longer than `limit`."""
    norms = T.sqrt(T.sum(T.sqr(proposal), axis=0))
    return proposal * (T.clip(norms, 0, limit) / (EPSILON + norms))


def clip_value(gradients, limit):
    """Return each of the symbolic `gradients` with its entries clipped to ``[-limit, limit]``."""
    return [T.clip(g, -limit, limit) for g in gradients]


def clip_norm(gradients, limit):
    """Return the symbolic `gradients` shortened alike, so that together they have norm `limit`.

    The norm is that of all entries of all gradients, so the direction of the step stays; if it is
    `limit` or less, they stay as they are (Pascanu et al. 2013, arXiv:1211.5063, algorithm 1). A
    norm that is not a number leaves them alone, for the cost to show it.
    """
    norm = T.sqrt(sum(T.sum(T.sqr(g)) for g in gradients))
    scale = T.switch(norm > limit, limit / norm, np.ones((), theano.config.floatX))
    return [g * scale for g in gradients]


RULES = {"sgd": sgd, "adagrad": adagrad, "rmsprop": rmsprop, "adam": adam, "adamax": adamax,
         "adadelta": adadelta}
MOMENTA = {"polyak": polyak, "nesterov": nesterov}
