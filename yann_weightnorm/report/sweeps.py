"""Comparisons that differ in one number, as a graph: final values against depth, or batch size."""

import math
from typing import NamedTuple

import plotly.graph_objects as go

from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.report.comparison import is_measured, last_metric, titled
from yann_weightnorm.report.curves import axis_layout, logarithmic, points_traces
from yann_weightnorm.report.numbers import NONE, percent_spread, rate
from yann_weightnorm.report.statistics import Spread

__all__ = ["DIVERGED", "Sweep", "is_steep", "pictured", "sweep_figure", "sweep_metrics",
           "sweep_points", "sweep_rows", "sweeps"]

DIVERGED = "diverged"
WIDE = 20     # an axis whose ends differ by more than this factor is logarithmic
STEEP = 1000  # so are values


class Sweep(NamedTuple):
    """Comparisons along an axis.

    Attributes
    ----------
    axis, words : str
        The value that differs, and what it is called.
    arms : dict of str to dict of number to Arm
        By the arm's name, in increasing order.
    plan : Plan
    title : str
    """

    axis: str
    words: str
    arms: dict
    plan: Plan
    title: str

    @property
    def places(self):
        """The distinct numbers along the axis, in order."""
        return sorted({x for arms in self.arms.values() for x in arms})

    @property
    def log(self):
        """Whether the axis is to be logarithmic."""
        return min(self.places) > 0 and max(self.places) > WIDE * min(self.places)


def sweeps(comparisons):
    """Return the list of :class:`Sweep` along the axes that the studies' plans name."""
    groups = {}
    for each in comparisons:
        for axis in each.plan.axes:
            if axis in each.values:
                groups.setdefault(_key(each, axis), []).append(each)
    return [_sweep(key[1], group) for key, group in groups.items() if len(group) > 1]


def sweep_metrics(sweep):
    """Return the metrics of a sweep's graph by name: what its table shows, the judge, others.

    They are those that were measured and, if there are any, the runs that diverged.
    """
    arms = _arms(sweep)
    last = last_metric(arms)
    names = dict.fromkeys((last, *(name for name in (sweep.plan.judge, *sweep.plan.shown)
                                   if is_measured(name, arms))))
    diverged = {DIVERGED: Metric("runs that diverged", "%")}
    return {**{name: sweep.plan.measured[name] for name in names},
            **(diverged if any(arm.diverged for arm in arms) else {})}


def pictured(sweep):
    """Return the names of what a picture shows: what tables do, and the diverged runs, if any."""
    first, *others = sweep_metrics(sweep)
    return [first, *(name for name in others if name == DIVERGED)]


def is_steep(sweep, metric):
    """Return whether the values of `metric` are best seen on a logarithmic axis."""
    ends = [end for arms in sweep.arms.values() for _, found, _ in sweep_points(arms, metric)
            for end in (found.low, found.median, found.high) if math.isfinite(end)]
    return bool(ends) and min(ends) > 0 and max(ends) > STEEP * min(ends)


def sweep_figure(sweep, looks):
    """Return the figure of all of :func:`sweep_metrics` against the axis, for the page's script."""
    metrics = sweep_metrics(sweep)
    first = next(iter(metrics))
    figure = go.Figure(layout=axis_layout(sweep.words, metrics[first].title))
    if sweep.log:
        figure.update_xaxes(**logarithmic(sweep.places))
    for metric in metrics:
        points = {name: sweep_points(arms, metric) for name, arms in sweep.arms.items()}
        traces = points_traces(points, looks, sweep.words, sweep.log, metrics[metric].higher)
        for trace in traces:
            trace.update(visible=metric == first, meta={"arm": trace.name, "metric": metric})
        figure.add_traces(traces)
    return figure


def sweep_rows(sweep):
    """Return a row per arm: its name, then its final value at each place of the axis."""
    last = last_metric(_arms(sweep))
    return [[name, *(_cell(arms.get(x), last) for x in sweep.places)]
            for name, arms in sweep.arms.items()]


def _arms(sweep):
    return [arm for arms in sweep.arms.values() for arm in arms.values()]


def _key(comparison, axis):
    values = {name: value for name, value in comparison.values.items() if name != axis}
    return comparison.study, axis, repr(sorted(values.items()))


def _sweep(axis, group):
    group = sorted(group, key=lambda each: each.values[axis])
    arms = {}
    for each in group:
        for arm in each.arms:
            arms.setdefault(arm.name, {})[each.values[axis]] = arm
    plan, words = group[0].plan, group[0].plan.axes[axis]
    return Sweep(axis, words, arms, plan, f"{titled(group[:1])[0].title}: {words}")


def sweep_points(arms, metric):
    """Return (x, spread, diverged runs) of an arm's points that have a value."""
    points = []
    for x, arm in arms.items():
        if metric == DIVERGED and arm.runs:
            share = 100.0 * arm.diverged / len(arm.runs)
            points.append((x, Spread(share, share, share, len(arm.runs)), arm.diverged))
        elif metric != DIVERGED and (arm.best_runs or arm.runs):
            worst = float("-inf") if arm.plan.measured[metric].higher else float("inf")
            found = arm.spread(metric) if arm.best_runs else Spread(worst, worst, worst, 0)
            points.append((x, found, arm.diverged))
    return points


def _cell(arm, metric):
    if arm is None or not arm.runs:
        return NONE
    if not arm.best_runs:
        return "diverged"
    return f"{percent_spread(arm.spread(metric))} at {rate(arm.best)}"
