"""The report's statistics, on arrays alone.

Two conventions hold throughout. Infinity stands for "never": the error of a run that diverged,
the epoch of an error level that wasn't reached; it takes part in a median as the worst value.
NaN stands for "not recorded" and takes no part.
"""

import math
from typing import NamedTuple

import numpy as np

__all__ = ["Band", "Spread", "band", "best_rate", "first_epoch_at", "spread"]


class Spread(NamedTuple):
    """Median, least and greatest of some values, and how many there were."""

    median: float
    low: float
    high: float
    count: int


class Band(NamedTuple):
    """Median, least and greatest over runs, epoch by epoch; NaN where there is none to draw."""

    epoch: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


def spread(values):
    """Return the :class:`Spread` of `values`; NaN all through if none was recorded.

    >>> spread([3.0, 1.0, float("inf")])
    Spread(median=3.0, low=1.0, high=inf, count=3)
    """
    values = np.asarray(values, dtype="float64")
    values = values[~np.isnan(values)]
    if not values.size:
        return Spread(math.nan, math.nan, math.nan, 0)
    return Spread(float(np.median(values)), float(values.min()), float(values.max()), values.size)


def first_epoch_at(epochs, errors, level):
    """Return the first of `epochs` whose error is `level` or less; infinity if none is.

    >>> first_epoch_at([1, 2, 3], [9.0, 5.0, 2.0], level=5)
    2.0
    """
    reached = np.asarray(epochs, dtype="float64")[np.asarray(errors, dtype="float64") <= level]
    return float(reached[0]) if reached.size else math.inf


def best_rate(errors):
    """Return the learning rate with the least median error, the smaller one of equals.

    Parameters
    ----------
    errors : dict of float to sequence of float
        For each learning rate the final validation errors of its runs: infinity for one that
        diverged.

    Returns
    -------
    float or None
        None if no learning rate has a finite median.

    >>> best_rate({0.1: [3.0, 4.0], 0.3: [1.0, float("inf")]})
    0.1
    """
    medians = {rate: spread(values).median for rate, values in errors.items()}
    finite = [rate for rate in sorted(medians) if math.isfinite(medians[rate])]
    return min(finite, key=medians.get) if finite else None


def band(curves):
    """Return the :class:`Band` over runs.

    Parameters
    ----------
    curves : sequence of (epochs, values, diverged)
        One a run. What a diverged run didn't record counts as infinite; what another run
        didn't record doesn't count.
    """
    epoch = np.unique(np.concatenate([np.asarray(epochs, "float64") for epochs, _, _ in curves]
                                     or [np.zeros(0)]))
    table = np.array([_spread_out(epoch, *curve) for curve in curves])
    table = table.reshape(len(curves), epoch.size)
    columns = [spread(column) for column in table.T]
    drawn = np.array([[each.median, each.low, _finite_high(column)]
                      for each, column in zip(columns, table.T)]).reshape(-1, 3)
    drawn[~np.isfinite(drawn)] = math.nan
    return Band(epoch, *drawn.T)


def _spread_out(epoch, epochs, values, diverged):
    """Return a run's values at every one of `epoch`."""
    missing = math.inf if diverged else math.nan
    known = {at: value for at, value in zip(epochs, values) if not math.isnan(value)}
    return [known.get(at, missing) for at in epoch]


def _finite_high(column):
    """Return the greatest value that can be drawn."""
    return spread(column[np.isfinite(column)]).high
