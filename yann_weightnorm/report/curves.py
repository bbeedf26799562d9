"""The page's graphs: learning curves, and the judge's last value against the learning rate.

A figure is made here and drawn by the page's own script, which switches between metrics, hides
arms and paints axes to suit a light or dark page: each trace says in its ``meta`` to which arm
and metric it belongs.
"""

import math
import textwrap

import numpy as np
import plotly.graph_objects as go

from yann_weightnorm.report.comparison import final
from yann_weightnorm.report.numbers import percent, plural, rate
from yann_weightnorm.report.statistics import band, spread

__all__ = ["arm_band", "axis_layout", "axis_title", "learning_curves", "point_texts",
           "points_traces", "rate_points", "recorded_metrics", "robustness"]

MARGIN = {"l": 62, "r": 14, "t": 34, "b": 52}
HOVER = "%{customdata[0]:.4~g} [%{customdata[1]:.4~g}, %{customdata[2]:.4~g}]"
TITLE = 30    # letters of an axis' name in a line
DODGE = 0.05  # of a decade, between the whiskers of neighbouring arms


def learning_curves(comparison, looks):
    """Return the figure of all metrics against epochs, one median and one band per arm.

    It shows the first of :func:`recorded_metrics`.
    """
    plan, metrics = comparison.plan, recorded_metrics([comparison])
    first = next(iter(metrics))
    figure = go.Figure(layout=axis_layout(plan.point, metrics[first].title))
    figure.update_xaxes(rangemode="tozero")
    figure.update_layout(hovermode="x unified")
    for metric in metrics:
        for arm in comparison.arms:
            drawn = arm_band(arm, metric)
            if drawn.epoch.size:
                figure.add_traces(_curve(arm, metric, drawn, looks[arm.name], metric == first))
    return figure


def recorded_metrics(comparisons):
    """Return the metrics by name that some run drawn has recorded; all if none has any."""
    every = {name: metric for each in comparisons for name, metric in each.plan.metrics.items()}
    drawn = {name: metric for name, metric in every.items() if any(
        np.isfinite(arm_band(arm, name).median).any() for each in comparisons
        for arm in each.arms if name in arm.plan.metrics)}
    return drawn or every


def arm_band(arm, metric):
    """Return the band over an arm's runs at its best learning rate."""
    return band([(run.epochs["epoch"], run.epochs[metric], run.status == "diverged")
                 for run in arm.best_runs],
                -math.inf if arm.plan.metrics[metric].higher else math.inf)


def robustness(comparison, looks):
    """Return the figure of the judge's last value against the learning rate."""
    plan = comparison.plan
    words, judge = plan.tuned.replace("_", " "), plan.measured[plan.judge]
    figure = go.Figure(layout=axis_layout(words, "final " + judge.title))
    rates = {value for arm in comparison.arms for value in arm.rates if value > 0}
    figure.update_xaxes(**logarithmic(rates))
    figure.add_traces(points_traces({arm.name: rate_points(arm) for arm in comparison.arms
                                     if arm.rates}, looks, words, higher=judge.higher))
    return figure


def points_traces(arms, looks, words, log=True, higher=False):
    """Return traces of final values against an axis.

    Parameters
    ----------
    arms : dict of str to list of (x, Spread, diverged runs)
        By arm.
    looks : dict of str to Look
    words : str
        What the axis is called.
    log : bool
        Whether the axis is logarithmic, on which arms are set side by side.
    higher : bool
        Whether more is better: then what diverged is marked at the bottom.
    """
    edge, traces = _edge(arms.values(), higher), []
    for place, (name, values) in enumerate(arms.items()):
        shift = 10 ** (DODGE * (place - (len(arms) - 1) / 2)) if log else 1.0
        traces.append(_whiskers(name, values, looks[name], shift, words))
        traces.append(_crosses(name, values, looks[name], shift, edge, words))
    return traces


def rate_points(arm):
    """Return (learning rate, spread of the judge's last values, diverged runs), one a rate."""
    return [(learning_rate, spread([final(run, arm.plan.judge) for run in runs]),
             sum(run.status == "diverged" for run in runs))
            for learning_rate, runs in arm.rates.items()]


def logarithmic(values):
    """Return a logarithmic axis with a tick at every one of `values`, if they are few."""
    values = sorted(values)
    ticks = {"tickmode": "array", "tickvals": values, "ticktext": [rate(each) for each in values]}
    return dict(ticks if len(values) <= 9 else {}, type="log")


def axis_layout(x, y):
    """Return the layout of a figure with axes called `x` and `y`."""
    axis = {"showline": True, "ticks": "outside", "automargin": True, "zeroline": False}
    return {"template": go.layout.Template(), "showlegend": False, "margin": MARGIN,
            "xaxis": dict(axis, title={"text": x}),
            "yaxis": dict(axis, title={"text": axis_title(y)}), "dragmode": "zoom"}


def axis_title(text):
    """Return the name of a vertical axis in lines that are no longer than the axis on a telephone.
    """
    return "<br>".join(textwrap.wrap(text, TITLE))


def _curve(arm, metric, drawn, look, visible):
    """Return an arm's band and line for one metric."""
    unit = arm.plan.metrics[metric].unit
    common = {"name": f"{arm.name} ({rate(arm.best)})", "visible": visible,
              "meta": {"arm": arm.name, "metric": metric}, "mode": "lines"}
    known = np.isfinite(drawn.median) & np.isfinite(drawn.low) & np.isfinite(drawn.high)
    epoch, low, high = drawn.epoch[known], drawn.low[known], drawn.high[known]
    around = go.Scatter(x=_list([*epoch, *epoch[::-1]]), y=_list([*high, *low[::-1]]),
                        fill="toself", fillcolor=look.band(), line={"width": 0}, hoverinfo="skip",
                        **common)
    line = go.Scatter(
        x=_list(drawn.epoch), y=_list(drawn.median), line={"color": look.colour, "width": 2.2,
                                                           "dash": look.dash},
        customdata=[_list(row) for row in zip(drawn.median, drawn.low, drawn.high)],
        hovertemplate=HOVER + (f" {unit}" if unit and " " not in unit else ""),
        **common)
    return [around, line] if len(arm.best_runs) > 1 else [line]


def _list(values):
    """Return plain floats for JSON, None for what can't be drawn."""
    return [float(value) if math.isfinite(value) else None for value in values]


def _edge(arms, higher):
    """Return the height at which what diverged is marked: beyond all others, on the worse side."""
    ends = [part for points in arms for _, values, _ in points
            for part in values[:3] if math.isfinite(part)] or [1.0]
    least, most = min(ends), max(ends)
    room = 0.12 * ((most - least) or abs(most) or 1.0)
    return least - room if higher else most + room


def _whiskers(name, points, look, shift, words):
    """Return medians with whiskers to the ends of their intervals, as far as they are finite."""
    finite = [(learning_rate, errors, diverged) for learning_rate, errors, diverged in points
              if math.isfinite(errors.median) and learning_rate > 0]
    highs, lows = ([end if math.isfinite(end) else errors.median
                    for _, errors, _ in finite for end in [getattr(errors, which)]]
                   for which in ("high", "low"))
    return go.Scatter(
        x=[each[0] * shift for each in finite], y=[each[1].median for each in finite],
        error_y={"type": "data", "symmetric": False, "thickness": 1.4, "width": 4,
                 "array": [high - each[1].median for high, each in zip(highs, finite)],
                 "arrayminus": [each[1].median - low for low, each in zip(lows, finite)]},
        mode="lines+markers", line={"color": look.colour, "width": 2, "dash": look.dash},
        marker={"size": 9, "color": look.colour,
                "symbol": [look.symbol + ("-open" if each[2] else "") for each in finite]},
        **point_texts(name, finite, words))


def _crosses(name, points, look, shift, edge, words):
    """Return a cross at the edge for every place whose median run diverged."""
    lost = [each for each in points if math.isinf(each[1].median) and each[0] > 0]
    return go.Scatter(x=[each[0] * shift for each in lost], y=[edge] * len(lost), mode="markers",
                      marker={"size": 11, "symbol": "x", "color": look.colour},
                      **point_texts(name, lost, words))


def point_texts(name, points, words):
    """Return the name, and what hovering over each point says."""
    texts = [f"{name}<br>{words} {rate(learning_rate)}<br>{percent(errors.median)}"
             f" [{percent(errors.low)}, {percent(errors.high)}]<br>"
             f"{plural(errors.count, 'run')}, {diverged} diverged"
             for learning_rate, errors, diverged in points]
    return {"name": name, "meta": {"arm": name, "metric": None}, "hovertext": texts,
            "hovertemplate": "%{hovertext}<extra></extra>"}
