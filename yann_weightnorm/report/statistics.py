"""The report's statistics, on arrays alone.

Two conventions hold throughout. Infinity stands for "never": the error of a run that diverged,
the epoch of an error level that wasn't reached; it takes part in a median as the worst value.
NaN stands for "not recorded" and takes no part.

Intervals are bootstrap intervals of the median (Efron 1979): from the values as many are drawn
again, and the median is taken; 95 % of such medians lie in the interval. Of six values or fewer
that is their whole range, and of so few it may cover the true median less often than 19 times out
of 20.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy.stats import binom, rankdata

__all__ = ["Band", "ENOUGH", "Paired", "Spread", "band", "best_rate", "beyond_chance",
           "first_epoch_at", "interval", "SIGNIFICANT", "paired", "spread"]

TAIL = 0.025        # of medians, on either side of the interval
SIGNIFICANT = 0.05
ENOUGH = 6          # pairs, of which the paired test can be significant at all


class Spread(NamedTuple):
    """Median of some values, its 95 % interval, and how many there were."""

    median: float
    low: float
    high: float
    count: int


class Band(NamedTuple):
    """Median over runs and its interval, epoch by epoch; NaN where there is none to draw."""

    epoch: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Paired(NamedTuple):
    """A comparison of two arms by seed.

    Attributes
    ----------
    pairs : int
        Seeds that both have a value of.
    difference : float
        Median of the first arm's value less the second's; NaN without pairs.
    p : float
        How often chance alone gives a difference as clear as that or clearer, if neither arm is
        better (Wilcoxon 1945, two-sided, exact, differences of 0 left out); 1 without differences.
    least : float
        The smallest `p` that so many pairs can give.
    """

    pairs: int
    difference: float
    p: float
    least: float

    @property
    def enough(self):
        """Whether there are pairs enough for any result to be significant at 5 %: six."""
        return self.least < SIGNIFICANT


def spread(values):
    """Return the :class:`Spread` of `values`; NaN all through if none was recorded.

    >>> spread([3.0, 1.0, float("inf")])
    Spread(median=3.0, low=1.0, high=inf, count=3)
    """
    values = np.asarray(list(values), dtype="float64")
    values = values[~np.isnan(values)]
    if not values.size:
        return Spread(math.nan, math.nan, math.nan, 0)
    return Spread(float(np.median(values)), *interval(values), values.size)


def interval(values):
    """Return (low, high) between which 95 % of the medians of values drawn again lie."""
    values = np.sort(np.asarray(values, dtype="float64"))
    low, high = _ranks(values.size)
    return float(values[low]), float(values[high])


@functools.lru_cache(maxsize=None)
def _ranks(count):
    """Return the places, from 0, of the ends of the interval among `count` values in order.

    The median of as many draws is at most the k-th value if half of them are or more: a binomial
    chance, so nothing needs to be drawn. Of an even number of draws the lower middle one counts for
    the low end, the upper one for the high end.
    """
    share = np.arange(1, count + 1) / count
    low = binom.sf((count + 1) // 2 - 1, count, share)
    high = binom.sf(count // 2, count, share)
    return int(np.argmax(low >= TAIL)), int(np.argmax(high >= 1 - TAIL))


def paired(mine, theirs):
    """Return the :class:`Paired` comparison of two dicts of seed -> value.

    >>> paired({0: 3.0, 1: 4.0, 2: 6.0}, {0: 2.0, 1: 2.0, 2: 3.0})
    Paired(pairs=3, difference=2.0, p=0.25, least=0.25)
    """
    seeds = [seed for seed in mine if seed in theirs
             and not (math.isnan(mine[seed]) or math.isnan(theirs[seed]))]
    gaps = np.array([_gap(mine[seed], theirs[seed]) for seed in seeds], dtype="float64")
    least = min(1.0, 2.0 ** (1 - len(gaps)))
    return Paired(len(gaps), float(np.median(gaps)) if len(gaps) else math.nan,
                  _signed_rank(gaps[gaps != 0]), least)


def beyond_chance(mine, theirs, higher=False):
    """Return 1 if `mine` is better than `theirs` beyond chance, -1 if worse, 0 if neither.

    With six pairs of one seed or more the paired test decides, at 5 %; with fewer, whether the two
    ranges meet. None if not even two seeds are in both.

    Parameters
    ----------
    mine, theirs : dict of seed to float
    higher : bool
        Whether more is better.

    >>> beyond_chance({0: 1.0, 1: 2.0}, {0: 3.0, 1: 4.0}), beyond_chance({0: 1.0}, {0: 3.0})
    (1, None)
    """
    found = paired(mine, theirs)
    if found.pairs < 2:
        return None
    if found.enough:
        lower = -int(np.sign(found.difference)) if found.p < SIGNIFICANT else 0
    else:
        mine, theirs = (spread(values.values()) for values in (mine, theirs))
        lower = int(mine.high < theirs.low) - int(mine.low > theirs.high)
    return -lower if higher else lower


def first_epoch_at(epochs, errors, level, higher=False):
    """Return the first of `epochs` whose error is `level` or less; infinity if none is.

    With `higher` it is the first whose value is `level` or more.

    >>> first_epoch_at([1, 2, 3], [9.0, 5.0, 2.0], level=5)
    2.0
    """
    errors = np.asarray(errors, dtype="float64")
    reached = np.asarray(epochs, dtype="float64")[errors >= level if higher else errors <= level]
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


def band(curves, worst=math.inf):
    """Return the :class:`Band` over runs.

    Parameters
    ----------
    curves : sequence of (epochs, values, diverged)
        One a run. What a diverged run didn't record counts as `worst`; what another run didn't
        record doesn't count.
    worst : float
        Infinity, or minus infinity where more is better.
    """
    epoch = np.unique(np.concatenate([np.asarray(epochs, "float64") for epochs, _, _ in curves]
                                     or [np.zeros(0)]))
    table = np.array([_spread_out(epoch, worst, *curve) for curve in curves])
    table = table.reshape(len(curves), epoch.size)
    columns = [spread(column) for column in table.T]
    drawn = np.array([[each.median, *_finite_ends(each, column)]
                      for each, column in zip(columns, table.T)]).reshape(-1, 3)
    drawn[~np.isfinite(drawn)] = math.nan
    return Band(epoch, *drawn.T)


def _spread_out(epoch, worst, epochs, values, diverged):
    """Return a run's values at every one of `epoch`."""
    missing = worst if diverged else math.nan
    known = {at: value for at, value in zip(epochs, values) if not math.isnan(value)}
    return [known.get(at, missing) for at in epoch]


def _finite_ends(found, column):
    """Return the interval's ends as far as they can be drawn, of the finite values where not."""
    finite = spread(column[np.isfinite(column)])
    return [end if math.isfinite(end) else other
            for end, other in ((found.low, finite.low), (found.high, finite.high))]


def _gap(mine, theirs):
    """Return a difference; 0 between two runs that both diverged."""
    return 0.0 if mine == theirs else mine - theirs


def _signed_rank(gaps):
    """Return the two-sided p of Wilcoxon's signed-rank test, exact, ties sharing their ranks.

    Twice a rank is a whole number, so the distribution of the sum of positive ranks is counted by
    adding one rank after the other. SciPy's is exact only where there are no ties.
    """
    if not len(gaps):
        return 1.0
    ranks = np.rint(2 * rankdata(np.abs(gaps))).astype(int)
    counts = np.zeros(ranks.sum() + 1)
    counts[0] = 1.0
    for rank in ranks:
        counts[rank:] = counts[rank:] + counts[:-rank]
    seen = ranks[gaps > 0].sum()
    tail = min(counts[:seen + 1].sum(), counts[seen:].sum()) / counts.sum()
    return float(min(1.0, 2 * tail))
