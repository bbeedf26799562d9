"""The training loop: epochs, eras, patience, retreat from NaN. It never touches the graph."""

import numpy as np

from yann_weightnorm.toolbox.history import Epoch, History
from yann_weightnorm.toolbox.not_finite import not_finite_in_data
from yann_weightnorm.toolbox.printing import say

__all__ = ["Patience", "Training"]

RETREAT_SHARE = 0.1  # of the rate, after a cost that is not finite or a loss of patience


class Patience:
    """How many validations without improvement training puts up with.

    Parameters
    ----------
    early_terminate : bool or None
        YANN's argument: None begins with a patience of 10 validations, True with 2, False never
        ends. An improvement brings it back to at least 2.

    Notes
    -----
    In YANN nearly every epoch counts as better and epochs without validation use patience up;
    here better is lower than ever before, and only validated epochs count.
    """

    RENEWED = 2

    def __init__(self, early_terminate):
        self.left = {None: 10, False: np.inf}.get(early_terminate, self.RENEWED)

    def spent(self, improved):
        """Count one validation; return whether patience has run out."""
        if improved:
            self.renew()
        else:
            self.left -= 1
        return self.left < 0

    def renew(self):
        """Put up with two more validations, or with as many as are left."""
        self.left = max(self.left, self.RENEWED)


class Training:
    """One call of ``net.train``: the state that moves from epoch to epoch.

    Parameters
    ----------
    network : network
        Asked for one epoch at a time, for validation, and to keep and restore its best
        parameters.
    schedule : Schedule
    early_terminate : bool or None
        See :class:`Patience`.
    retreats : int
        How often a cost that is not finite may cut the rate to a tenth and restore the best
        parameters before training gives up. It gives up at once where the data are not finite.

    Attributes
    ----------
    watchers : list of functions
        Each is called with every :class:`Epoch` when all that belongs to it is done, so that what
        they save goes on with the next one.
    """

    def __init__(self, network, schedule, early_terminate, retreats):
        self.network, self.schedule, self.watchers = network, schedule, []
        self.patience, self.retreats = Patience(early_terminate), retreats
        self.rate, self.cut, self.epoch, self._begun = None, 1.0, 0, None
        self.history = History()

    def run(self, verbose, show_progress):
        """Train to the end; return the :class:`History`."""
        while not self.over:
            self._set_rate(verbose)
            began = self.network.clock()
            cost, error = self.network.run_epoch(self.epoch, show_progress)
            if np.isfinite(cost):
                self._finish(cost, error, self.network.clock() - began, verbose)
            else:
                self._retreat(verbose)
        return self.history

    @property
    def over(self):
        """Whether training has come to its end: of the epochs, of patience, or of finite costs."""
        history = self.history
        return (self.epoch >= self.schedule.total or history.stopped_early
                or history.diverged_at is not None)

    def state(self):
        """Return between two epochs all that decides on the next ones, as plain values."""
        return {"epoch": self.epoch, "rate": self.rate, "cut": self.cut,
                "patience": None if np.isinf(self.patience.left) else self.patience.left,
                "retreats": self.retreats, "history": [list(epoch) for epoch in self.history],
                "diverged_at": self.history.diverged_at,
                "stopped_early": self.history.stopped_early}

    def set_state(self, state):
        """Go on from what :meth:`state` returned."""
        self.epoch, self.rate, self.cut = state["epoch"], state["rate"], state["cut"]
        self.patience.left = np.inf if state["patience"] is None else state["patience"]
        self.retreats = state["retreats"]
        self.history = History(Epoch(*epoch) for epoch in state["history"])
        self.history.diverged_at = state["diverged_at"]
        self.history.stopped_early = state["stopped_early"]

    def _set_rate(self, verbose):
        if self._begun != self.epoch:  # an epoch that is repeated keeps the rate it was cut to
            self._begin_epoch()
        self.network.set_learning_rate(self.rate)
        say(2, f"Epoch: {self.epoch} Era: {self.schedule.era(self.epoch)}", verbose)

    def _begin_epoch(self):
        if self.schedule.begins_era(self.epoch):
            self.network.restore_best()
            self.patience.renew()
        self.rate = self.schedule.rate(self.epoch, self.rate, self.cut)
        self._begun = self.epoch

    def _retreat(self, verbose):
        network, at = self.network, self.network.left_at
        told = f"The cost of mini batch {at} is not finite in epoch {self.epoch}"
        broken = not_finite_in_data(network.cooked_datastream, at)
        if broken or not self.retreats:
            self.history.diverged_at = self.epoch
            say(1, f"{told}; training ends. " + (f"No rate helps: {broken}." if broken else
                                                 "Use a smaller learning rate."), verbose)
            return
        self.retreats -= 1
        self._cut_rate()
        network.restore_best()
        network.forget_steps()
        say(1, f"{told}; it begins again from the best parameters at a learning rate of "
               f"{self.rate:g}.", verbose)
        if verbose >= 1:
            self._say_what_the_rate_cannot_help(verbose)

    def _say_what_the_rate_cannot_help(self, verbose):
        found = self.network.find_not_finite(self.network.left_at)
        if found:
            say(1, f"But a smaller rate may not help: {found}.", verbose)

    def _cut_rate(self):
        self.rate, self.cut = self.rate * RETREAT_SHARE, self.cut * RETREAT_SHARE

    def _finish(self, cost, error, seconds, verbose):
        network, epoch = self.network, self.epoch
        validation, improved = network.validate_epoch(epoch, verbose)
        momentum = network.cooked_optimizer.momentum_at(epoch)
        self.history.append(Epoch(
            epoch, self.schedule.era(epoch), cost, error, validation, self.rate,
            None if momentum is None else float(momentum), seconds, network.epoch_costs))
        network.print_status(epoch, print_lr=True, verbose=verbose)
        network.after_epoch(epoch)
        if improved:
            network.keep_best()
        if validation is not None and self.patience.spent(improved):
            self._out_of_patience(verbose)
        self.epoch += 1
        for watch in self.watchers:
            watch(self.history[-1])

    def _out_of_patience(self, verbose):
        if self.schedule.is_last_era(self.epoch):
            self.history.stopped_early = True
            say(1, f"No better validation up to epoch {self.epoch}; training stops early.", verbose)
            return
        self._cut_rate()
        self.network.restore_best()
        self.patience.renew()
        say(1, f"No better validation up to epoch {self.epoch}; on from the best parameters at a "
               f"learning rate of {self.rate:g}.", verbose)
