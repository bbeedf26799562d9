"""Trainings side by side: one network at several rates, several networks in a table and as curves.

For one seed, to choose a rate and to look at what a layer type changes. What is true over many
seeds is a question for the studies.
"""

import itertools
from typing import NamedTuple

import numpy as np

from yann_weightnorm.toolbox.history import History

__all__ = ["Trained", "best", "curves", "table", "train_at"]

HEADINGS = "rate", "cost", "validation", "test"
DASHES = "-", "--", ":", "-."


class Trained(NamedTuple):
    """What came of training at one rate.

    Attributes
    ----------
    rate : float
    history : History
    test : float
        What ``net.test()`` said at the end: percent right or, without a classifier, the mean cost.
    """

    rate: float
    history: History
    test: float

    @property
    def cost(self):
        """The mean cost of the last epoch's training mini batches; infinite if it diverged."""
        return self._last("cost")

    @property
    def validation(self):
        """The last validation error, percent wrong or mean cost; infinite if it diverged."""
        return self._last("validation_error")

    def _last(self, column):
        return np.inf if self.history.diverged_at is not None else self.history.column(column)[-1]


def train_at(net, rates, epochs, start=None, seed=0):
    """Train `net` at each of `rates`, every time from the same beginning.

    Parameters
    ----------
    net : network
        Cooked. It is left as the last rate leaves it.
    rates : sequence of float
        Learning rates, constant over a training.
    epochs : int
    start : function, optional
        Called with `net` before each training, such as
        :func:`yann_weightnorm.initialize_from_data`.
    seed : int, default 0
        Of all that is random: parameters, dropout's masks, the order of the images.

    Returns
    -------
    list of Trained
        One a rate. A training whose cost is not finite is given up.
    """
    return [_train(net, rate, epochs, start, seed) for rate in rates]


def _train(net, rate, epochs, start, seed):
    net.restart(np.random.RandomState(seed))
    if start is not None:
        start(net)
    history = net.train(verbose=0, epochs=epochs, learning_rates=(0.0, rate), nan_retreats=0,
                        early_terminate=False)
    return Trained(rate, history, net.test(verbose=0))


def best(runs):
    """Return the :class:`Trained` with the lowest validation error; of equals, the lowest cost."""
    return min(runs, key=lambda run: (run.validation, run.cost))


def table(arms):
    """Return text with a line for each arm and rate; an asterisk marks an arm's best rate.

    Parameters
    ----------
    arms : dict of str to list of Trained
        Runs by name.
    """
    wide = max(map(len, arms))
    lines = [f"{'':{wide}} " + "".join(f"{heading:>12}" for heading in HEADINGS)]
    for name, runs in arms.items():
        names = itertools.chain([name], itertools.repeat(""))
        lines += [f"{name:{wide}} {_figures(run)}{' *' if run is best(runs) else ''}"
                  for name, run in zip(names, runs)]
    return "\n".join(lines)


def _figures(run):
    if run.history.diverged_at is not None:
        return f"{run.rate:>12g}    diverged in epoch {run.history.diverged_at}"
    return f"{run.rate:>12g}{run.cost:>12.4f}{run.validation:>12.4g}{run.test:>12.4g}"


def curves(axes, runs, column="cost"):
    """Draw a quantity of each training, epoch by epoch, in matplotlib's `axes`.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    runs : dict of str to Trained
        Trainings by the name that the legend gives them.
    column : str, default 'cost'
        A column of the histories.

    Returns
    -------
    matplotlib.axes.Axes
        `axes`.
    """
    for (name, run), dashes in zip(runs.items(), itertools.cycle(DASHES)):
        values = run.history.column(column)
        axes.semilogy(np.arange(1, len(values) + 1), values, dashes,
                      label=f"{name}, rate {run.rate:g}")
    axes.set(xlabel="epoch", ylabel=column.replace("_", " "))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return axes
