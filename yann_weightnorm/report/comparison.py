"""Runs -> comparisons: which arms are set side by side, and the numbers of each.

A comparison holds the runs that may be compared: those that differ in nothing but arm, seed and
the value that is tuned, the learning rate. Within it each arm is judged at its own best learning
rate, the one with the best median over seeds of what the study's plan names as its judge, a last
validation error say; the test error takes no part in it.
"""

import math
from typing import NamedTuple

from yann_weightnorm.plan import Plan
from yann_weightnorm.report.statistics import best_rate, first_epoch_at, spread

__all__ = ["Arm", "Comparison", "baseline", "compare", "final", "is_measured",
           "last_metric", "reached_levels", "shown_metrics", "subject", "titled", "value_of"]


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
    plan : Plan
    """

    name: str
    rates: dict
    unfinished: int
    best: object
    plan: Plan

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
        return spread(self.finals(metric).values())

    def finals(self, metric):
        """Return the final `metric` at the best learning rate by seed, a dict."""
        return {run.run["seed"]: final(run, metric) for run in self.best_runs}

    def epochs_to(self, level):
        """Return the spread over seeds of the first epoch at `level` of the first metric."""
        return spread(self.reaching(level).values())

    def reaching(self, level):
        """Return the first epoch at `level` by seed, infinite where that isn't reached, a dict."""
        return {run.run["seed"]: _first_at(run, level) for run in self.best_runs}

    def seconds_to(self, level):
        """Return the spread over seeds of the seconds of training until `level` is reached."""
        return spread([_seconds_at(run, level) for run in self.best_runs])

    def reached(self, level):
        """Return how many runs at the best learning rate reached `level`."""
        return sum(epoch < math.inf for epoch in self.reaching(level).values())

    @property
    def seconds(self):
        """Median seconds an epoch at the best learning rate."""
        return spread([second for run in self.best_runs
                       for second in run.epochs["seconds"]]).median


class Comparison(NamedTuple):
    """Arms that may be compared, in the order of the study.

    Attributes
    ----------
    study : str
    values : dict
        What all runs have in common.
    arms : list of Arm
    problems : list of str
    plan : Plan
    title : str
        'mnist-5k, mlp', and whatever else tells it from the study's other comparisons.
    """

    study: str
    values: dict
    arms: list
    problems: list
    plan: Plan
    title: str = ""

    @property
    def network(self):
        """What pictures are sorted by: the network's name, or that of the study's part."""
        return str(self.values.get(self.plan.parted_by, self.study))


def compare(runs):
    """Return the list of :class:`Comparison` that `runs`, in the study's order, allow."""
    groups = {}
    for run in runs:
        groups.setdefault(_key(run), []).append(run)
    return titled([_comparison(group) for group in groups.values()])


def titled(comparisons):
    """Return the comparisons of a report with titles that tell them apart."""
    def differing(each):
        alike = [other.values for other in comparisons if other.study == each.study
                 and _first_words(other) == _first_words(each)]
        return [name for name in each.values if any(
            other.get(name) != each.values[name] for other in alike)]

    return [each._replace(title=_title(each, differing(each))) for each in comparisons]


def _title(comparison, differing):
    values = comparison.values
    others = [f"{name.replace('_', ' ')} {values[name]}" for name in differing
              if name not in comparison.plan.title and values[name] is not None]
    return ", ".join(_first_words(comparison) + others) or comparison.study


def _first_words(comparison):
    values = comparison.values
    return [str(values[name]) for name in comparison.plan.title if values.get(name) is not None]


def final(run, metric):
    """Return a run's last `metric`: the worst there is if it diverged, NaN if there is none."""
    if run.status == "diverged":
        return -math.inf if run.plan.measured[metric].higher else math.inf
    if metric in run.plan.finals:
        return run.end[metric] if run.end else math.nan
    return float(run.epochs[metric][-1]) if run.epochs[metric].size else math.nan


def baseline(comparison):
    """Return the arm that the others are measured against: the plan's, else the first."""
    return _first(comparison.arms, comparison.plan.baseline) or comparison.arms[0]


def subject(comparison):
    """Return the arm that the question is about; None if there is only the baseline."""
    others = [arm for arm in comparison.arms if arm.name != baseline(comparison).name]
    named = [arm for arm in others if arm.name.lower().startswith("weight norm")]
    return _first(others, comparison.plan.subject) or (named or others or [None])[0]


def shown_metrics(comparison):
    """Return the names of the metrics that tables show: those that some arm has a value of."""
    shown = comparison.plan.shown
    return [name for name in shown if is_measured(name, comparison.arms)] or shown


def last_metric(arms):
    """Return the metric that `arms` are finally judged by: of the end if they have one."""
    plan = arms[0].plan
    return next((name for name in plan.finals if is_measured(name, arms)), plan.judge)


def reached_levels(comparison):
    """Return the levels that some run at its arm's best learning rate reached."""
    return [level for level in comparison.plan.levels
            if any(arm.reached(level) for arm in comparison.arms)]


def is_measured(name, arms):
    """Return whether some arm has a final value of the metric `name`."""
    return any(math.isfinite(arm.spread(name).median) for arm in arms)


def value_of(run):
    """Return the value of a run that is tuned: its learning rate."""
    return float(run.run[run.plan.tuned])


def _first(arms, names):
    return next((arm for name in names for arm in arms if arm.name == name), None)


def _first_at(run, level):
    first = run.plan.first
    return first_epoch_at(run.epochs["epoch"], run.epochs[first], level,
                          run.plan.metrics[first].higher)


def _seconds_at(run, level):
    epoch = _first_at(run, level)
    return sum(run.epochs["seconds"][run.epochs["epoch"] <= epoch]) if epoch < math.inf \
        else math.inf


def _shared(run):
    """Return the values of a run that all runs of its comparison have."""
    own = ("arm", "seed", run.plan.tuned)
    return {name: value for name, value in run.run.items() if name not in own}


def _key(run):
    return str(run.header["study"]), repr(sorted(_shared(run).items()))


def _comparison(runs):
    problems, latest = [], {}
    for run in runs:
        twin = latest.get(_place(run))
        if twin:
            problems.append(f"{twin.id} and {run.id} are the same run (arm, learning "
                            f"rate, seed); the later one counts, an unfinished one doesn't.")
        if not twin or run.end:
            latest[_place(run)] = run
    names = dict.fromkeys(str(run.run["arm"]) for run in runs)
    arms = [_arm(name, [run for run in latest.values() if str(run.run["arm"]) == name])
            for name in names]
    return Comparison(str(runs[0].header["study"]), _shared(runs[0]), arms, problems,
                      runs[0].plan)


def _place(run):
    return str(run.run["arm"]), value_of(run), run.run["seed"]


def _arm(name, runs):
    ended = sorted((run for run in runs if run.end), key=value_of)
    rates = {}
    for run in ended:
        rates.setdefault(value_of(run), []).append(run)
    errors = {rate: [_judged(run) for run in those] for rate, those in rates.items()}
    return Arm(name, rates, len(runs) - len(ended), best_rate(errors), runs[0].plan)


def _judged(run):
    """Return what chooses the learning rate, less being better: infinite if there is nothing."""
    judge = run.plan.judge
    value = final(run, judge)
    if math.isnan(value):
        return math.inf
    return -value if run.plan.measured[judge].higher else value
