"""Runs -> comparisons: which arms are set side by side, and the numbers of each.

A comparison holds the runs that may be compared: same study, data set and network, same number
of epochs and mini-batch size. Within it each arm is judged at its own best learning rate, the one
with the least median of final validation errors over seeds; the test error takes no part in it.
"""

import math
from typing import NamedTuple

from yann_weightnorm.report.statistics import best_rate, first_epoch_at, spread

__all__ = ["LEVELS", "Arm", "Comparison", "baseline", "compare", "final", "reached"]

LEVELS = (10, 5, 3, 2, 1)  # percent training error
PLAIN = "plain"


class Arm(NamedTuple):
    """One arm of a comparison.

    Attributes
    ----------
    name : str
    rates : dict of float to list of Run
        Its ended (finished or diverged) runs by learning rate, in increasing order.
    unfinished : int
        How many runs have no end line; they take no part in any number.
    best : float or None
        Its best learning rate; None if no learning rate has a finite median error.
    """

    name: str
    rates: dict
    unfinished: int
    best: object

    @property
    def runs(self):
        """All ended runs."""
        return [run for runs in self.rates.values() for run in runs]

    @property
    def best_runs(self):
        """The ended runs at the best learning rate."""
        return self.rates.get(self.best, [])

    @property
    def diverged(self):
        """How many runs diverged, over all learning rates."""
        return sum(run.status == "diverged" for run in self.runs)

    def spread(self, metric):
        """Return the spread over seeds of the final `metric` at the best learning rate."""
        return spread([final(run, metric) for run in self.best_runs])

    def epochs_to(self, level):
        """Return the spread over seeds of the first epoch at `level` % training error."""
        return spread([first_epoch_at(run.epochs["epoch"], run.epochs["train_error"], level)
                       for run in self.best_runs])

    @property
    def seconds(self):
        """Median seconds an epoch at the best learning rate."""
        return spread([second for run in self.best_runs
                       for second in run.epochs["seconds"]]).median


class Comparison(NamedTuple):
    """Arms that may be compared, in the order of the study."""

    study: str
    dataset: str
    network: str
    epochs: object
    mini_batch_size: object
    arms: list
    problems: list

    @property
    def title(self):
        """'mnist-5k, mlp'."""
        return f"{self.dataset}, {self.network}"


def compare(runs):
    """Return the list of :class:`Comparison` that `runs`, in the study's order, allow."""
    groups = {}
    for run in runs:
        groups.setdefault(_key(run), []).append(run)
    return [_comparison(key, group) for key, group in groups.items()]


def final(run, metric):
    """Return a run's last `metric`: infinity if it diverged, NaN if there is none."""
    if run.status == "diverged":
        return math.inf
    if metric == "test_error":
        return run.end[metric]
    return float(run.epochs[metric][-1]) if run.epochs[metric].size else math.nan


def reached(arm, level):
    """Return how many runs at the best learning rate reached `level` % training error."""
    return sum(first_epoch_at(run.epochs["epoch"], run.epochs["train_error"], level) < math.inf
               for run in arm.best_runs)


def baseline(comparison):
    """Return the arm that the others are measured against: the plain one, else the first."""
    return next((arm for arm in comparison.arms if arm.name == PLAIN), comparison.arms[0])


def _key(run):
    values = run.run
    return (str(run.header["study"]), str(values["dataset"]), str(values["network"]),
            values.get("epochs"), values.get("mini_batch_size"))


def _comparison(key, runs):
    problems, latest = [], {}
    for run in runs:
        twin = latest.get(_place(run))
        if twin:
            problems.append(f"{twin.path.name} and {run.path.name} are the same run (arm, learning "
                            f"rate, seed); the later one counts, an unfinished one doesn't.")
        if not twin or run.end:
            latest[_place(run)] = run
    names = dict.fromkeys(str(run.run["arm"]) for run in runs)
    arms = [_arm(name, [run for run in latest.values() if str(run.run["arm"]) == name])
            for name in names]
    return Comparison(*key, arms=arms, problems=problems)


def _place(run):
    return str(run.run["arm"]), _rate(run), run.run["seed"]


def _arm(name, runs):
    ended = sorted((run for run in runs if run.end), key=_rate)
    rates = {}
    for run in ended:
        rates.setdefault(_rate(run), []).append(run)
    errors = {rate: [_judged(run) for run in those] for rate, those in rates.items()}
    return Arm(name, rates, len(runs) - len(ended), best_rate(errors))


def _rate(run):
    return float(run.run["learning_rate"])


def _judged(run):
    """Return the error that chooses the learning rate: infinite if there is none to judge by."""
    error = final(run, "valid_error")
    return math.inf if math.isnan(error) else error
