"""The module that turns a cost into updates: a face over the rules of `updates`."""

import numbers
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.deep_graphs import room_for_deep_graphs
from yann_weightnorm.toolbox.updates import (
    MOMENTA, RULES, Slots, clip_norm, clip_value, max_norm)

__all__ = ["Optimizer"]


class Optimizer:
    """An update rule, its momentum, and the rate they share.

    Parameters
    ----------
    id : str
    optimizer_type : {'sgd', 'adagrad', 'rmsprop', 'adam', 'adamax', 'adadelta'}, default 'sgd'
    momentum_type : {'false', 'polyak', 'nesterov'}, default 'false'
        Momentum on top of the rule, whichever it is.
    momentum_params : (float, float, int), default (0.5, 0.99, 50)
        Momentum at epoch 0, momentum at the end, the epoch at which the end is reached; linear
        between.
    max_norm : float or None, default sqrt(15)
        YANN's constraint: no column of a plain weight matrix becomes longer. It never touches
        v, g, a bias, a filter, a recurrent layer's or batch norm's parameters. None switches it
        off.
    clip_value : float or None, default None
        Entries of the gradient beyond this, up or down, become this.
    clip_norm : float or None, default None
        A gradient of all parameters together that is longer than this is shortened to it, after
        `clip_value`. Recurrent networks need it: a gradient through many steps may explode.
    regularization : ignored
        YANN's scripts pass it; the objective layer's `regularizer` is what is read.

    Attributes
    ----------
    learning_rate : shared scalar
    epoch : symbolic scalar
        Input of the training function, for the momentum's course.
    updates : OrderedDict
        Shared variable -> next value, after :meth:`create_updates`.

    Raises
    ------
    ValueError
        If a type is unknown, `momentum_params` has not three entries, or a limit is not positive.
    """

    type = "optimizer"

    def __init__(self, id, *, optimizer_type="sgd", momentum_type="false",
                 momentum_params=(0.5, 0.99, 50), max_norm=np.sqrt(15.0), clip_value=None,
                 clip_norm=None, regularization=None):
        who = f"optimizer {id!r}"
        self.id = id
        self.optimizer_type = one_of(optimizer_type, list(RULES), "optimizer_type", who)
        self.momentum_type = one_of(momentum_type, ["false"] + list(MOMENTA), "momentum_type", who)
        if len(momentum_params) != 3:
            raise ValueError(f"{who} got momentum_params {momentum_params!r}; it must be "
                             f"(momentum at the start, at the end, epoch of the end).")
        self.momentum_start, self.momentum_end, self.momentum_epoch_end = momentum_params
        self.max_norm = max_norm
        self.clip_value = _checked_limit(clip_value, "clip_value", who)
        self.clip_norm = _checked_limit(clip_norm, "clip_norm", who)
        self.learning_rate = theano.shared(np.asarray(0.1, dtype=theano.config.floatX),
                                           name=f"{id}.learning_rate")
        self.epoch = T.scalar("epoch")
        self.momentum, self.slots, self.updates = None, Slots(), OrderedDict()

    def momentum_at(self, epoch, switch=np.where):
        """Return the momentum at `epoch`, counted from 0: a number, or symbolic with T.switch."""
        if self.momentum_type == "false":
            return None
        share = epoch / float(self.momentum_epoch_end)
        between = self.momentum_start * (1 - share) + self.momentum_end * share
        return switch(epoch <= self.momentum_epoch_end, between, self.momentum_end)

    def create_updates(self, params, cost, constrained=()):
        """Fill :attr:`updates` with one step down the gradient of `cost`.

        Parameters
        ----------
        params : list of shared variables
        cost : symbolic scalar
        constrained : collection of shared variables
            The ones that `max_norm` bounds.

        Raises
        ------
        ValueError
            If the cost does not depend on one of `params`; the cause is chained.
        """
        gradients = self._clipped(self._gradients(params, cost))
        self.slots = Slots()
        proposals = self.proposals(params, gradients)
        if self.momentum_type != "false":
            self.momentum = T.cast(self.momentum_at(self.epoch, T.switch), theano.config.floatX)
            proposals = MOMENTA[self.momentum_type](params, proposals, self.momentum, self.slots)
        self.updates = OrderedDict(self.slots.updates)
        for p, proposal in zip(params, proposals):
            bounded = self.max_norm is not None and any(p is c for c in constrained)
            new = max_norm(proposal, np.float32(self.max_norm)) if bounded else proposal
            # A type that differs only in a broadcastable axis would be refused as an update.
            self.updates[p] = T.patternbroadcast(T.cast(new, p.dtype), p.broadcastable)

    def proposals(self, params, gradients):
        """Return where the rule says each of `params` should go; a subclass may know better."""
        return RULES[self.optimizer_type](params, gradients, self.learning_rate, self.slots)

    def reset(self):
        """Forget every accumulated average and velocity."""
        self.slots.reset()

    def _gradients(self, params, cost):
        try:
            # All at once: one walk down the graph, however many the parameters.
            with room_for_deep_graphs():
                return theano.grad(cost, params)
        except theano.gradient.DisconnectedInputError as error:
            found = theano.grad(cost, params, disconnected_inputs="ignore",
                                return_disconnected="None")
            name = next(p.name for p, gradient in zip(params, found) if gradient is None)
            raise ValueError(
                f"optimizer {self.id!r} cannot learn {name!r}: the cost does not depend on it. "
                f"Cook with the objective above its layer, or add the layer with "
                f"learnable=False.") from error

    def _clipped(self, gradients):
        if self.clip_value is not None:
            gradients = clip_value(gradients, np.asarray(self.clip_value, theano.config.floatX))
        if self.clip_norm is not None:
            gradients = clip_norm(gradients, np.asarray(self.clip_norm, theano.config.floatX))
        return gradients


def _checked_limit(limit, name, who):
    if limit is None:
        return None
    if isinstance(limit, numbers.Real) and not isinstance(limit, bool) and 0 < limit < np.inf:
        return float(limit)
    raise ValueError(f"{who} got {name} {limit!r}; it must be a positive number, or None for no "
                     f"clipping.")
