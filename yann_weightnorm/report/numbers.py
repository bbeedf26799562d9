"""How the report writes numbers: the same on the page, in the tables and in the sentences."""

import math

__all__ = ["NONE", "count", "of_unit", "percent", "percent_spread", "plural", "rate", "seconds",
           "with_article"]

NONE = "–"     # nothing recorded, or never reached
LEAST = 0.005  # of what two decimals tell from 0


def percent(value):
    """Return an error in percent, or another value, '2.50'; 'diverged' for infinity.

    >>> percent(2.5), percent(123456.0), percent(4.2e-7), percent(0.0)
    ('2.50', '1.23e+05', '4.2e-07', '0.00')
    """
    if math.isnan(value):
        return NONE
    if math.isinf(value):
        return "diverged"
    if 0 < abs(value) < LEAST:
        return f"{value:.1e}"
    return f"{value:.2f}" if abs(value) < 1e4 else f"{value:.3g}"


def percent_spread(spread):
    """Return '2.50 [2.10, 2.90]'; without the brackets for a single value."""
    if spread.count < 2:
        return percent(spread.median)
    return f"{percent(spread.median)} [{percent(spread.low)}, {percent(spread.high)}]"


def count(value):
    """Return a number of epochs, '3' or '3.5'; a dash for never."""
    return f"{value:g}" if math.isfinite(value) else NONE


def seconds(value):
    """Return a time in seconds with three digits."""
    if not math.isfinite(value):
        return NONE
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def rate(value):
    """Return a learning rate, '0.003'."""
    return NONE if value is None else f"{value:g}"


def of_unit(text, metric):
    """Return a value, written already, with the unit of a :class:`~yann_weightnorm.plan.Metric`.

    A unit of several words, 'mean over rows', is for axes and headings.
    """
    return f"{text} {metric.unit}" if metric.unit and " " not in metric.unit else text


def with_article(words):
    """Return 'an epoch', 'a training error'."""
    return f"{'an' if words[:1].lower() in 'aeio' else 'a'} {words}"


def plural(number, word):
    """Return '1 epoch', '2 epochs'."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"
