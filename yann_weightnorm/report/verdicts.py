"""Verdicts on claims, by rules over the records alone.

A claim is 'supported', 'not supported', or 'not testable at this scale'. It is supported only if it
holds beyond chance in every comparison that can tell: with six seeds or more by the paired test by
seed at 5 %, with fewer if the arms' intervals don't meet.
"""

import math
from typing import Callable, NamedTuple

import numpy as np
from scipy.stats import fisher_exact

from yann_weightnorm.report.comparison import final
from yann_weightnorm.report.numbers import (
    count, of_unit, percent_spread, plural, rate, with_article)
from yann_weightnorm.report.statistics import SIGNIFICANT, beyond_chance, spread

__all__ = ["Claim", "NOT", "SUPPORTED", "UNTESTED", "Verdict", "alike", "better",
           "better_at_one_rate", "cheap", "faster", "follows_less", "larger_rate", "reaches",
           "steadier", "trains_at", "trains_instead", "wider"]

SUPPORTED, NOT, UNTESTED = "supported", "not supported", "not testable at this scale"


class Verdict(NamedTuple):
    """What becomes of a claim: one of three words, and why, in sentences."""

    word: str
    why: str


class Claim(NamedTuple):
    """A statement, what its authors measured, and the rule that judges it.

    Attributes
    ----------
    text, paper : str
    rule : function (list of Comparison)
        Returns a :class:`Verdict`.
    where : dict
        Values that the runs must have to count.
    key : str
        By what :mod:`yann_weightnorm.report.advice` names it among its study's; '' if it doesn't.
    """

    text: str
    paper: str
    rule: Callable
    where: dict = {}
    key: str = ""

    def verdict(self, comparisons):
        """Return the :class:`Verdict` that the comparisons give."""
        return self.rule([each for each in comparisons if all(
            each.values.get(name) == value for name, value in self.where.items())])


def better(mine, theirs, metric="test_error"):
    """Return the rule that the arm `mine` ends with a better `metric` than `theirs`."""
    def judge(first, second):
        ours, others = first.finals(metric), second.finals(metric)
        return _clear(ours, others, first.plan.measured[metric].higher), _spreads(
            first, second, metric)
    return _over_all(mine, theirs, judge)


def better_at_one_rate(mine, theirs, metric):
    """Return the rule that `mine` ends with a better `metric` than `theirs` at the same rates.

    Pairs are of one learning rate and seed. For what follows from the rate, such as the length of
    steps: at each arm's own best rate that would be compared at different ones.
    """
    def judge(first, second):
        ours, others = ({(value, run.run["seed"]): final(run, metric)
                         for value, runs in arm.rates.items() for run in runs}
                        for arm in (first, second))
        told = ", ".join(f"{percent_spread(spread(found.values()))} of {arm.name}"
                         for arm, found in ((first, ours), (second, others)))
        measured = first.plan.measured[metric]
        return (_clear(ours, others, measured.higher),
                f"{measured.title}, over all learning rates, {told}")
    return _over_all(mine, theirs, judge, best=False)


def alike(mine, theirs, metric="test_error"):
    """Return the rule that `metric` of two arms doesn't differ beyond chance, either way."""
    def judge(first, second):
        ours, others = first.finals(metric), second.finals(metric)
        found = beyond_chance(ours, others)
        return None if found is None else found == 0, _spreads(first, second, metric)
    return _over_all(mine, theirs, judge)


def faster(mine, theirs):
    """Return the rule that `mine` needs fewer epochs than `theirs` to the hardest common level."""
    def judge(first, second):
        both = [level for level in first.plan.levels
                if max(first.epochs_to(level).median, second.epochs_to(level).median) < math.inf]
        if not both:
            return None, "no level that both reached"
        ours, others = (arm.epochs_to(both[-1]).median for arm in (first, second))
        ratio = f", {others / ours:.2f} times as many" if ours else ""
        metric = first.plan.metrics[first.plan.first]
        return _clear(first.reaching(both[-1]), second.reaching(both[-1])), (
            f"to {with_article(metric.label)} of {of_unit(f'{both[-1]:g}', metric)}: {first.name} "
            f"{plural(ours, first.plan.point)}, {second.name} {count(others)}{ratio}")
    return _over_all(mine, theirs, judge)


def cheap(mine, theirs, most):
    """Return the rule that an epoch of `mine` takes at most `most` times as long."""
    def judge(first, second):
        if not second.seconds > 0:
            return None, "no times"
        ratio = first.seconds / second.seconds
        return ratio <= most, f"{with_article(first.plan.point)} {ratio:.2f} times as long"
    return _over_all(mine, theirs, judge)


def larger_rate(mine, theirs):
    """Return the rule that the best learning rate of `mine` is larger."""
    def judge(first, second):
        if len(first.rates) < 2 or len(second.rates) < 2:
            return None, "one rate alone was tried"
        return first.best > second.best, (
            f"best {first.plan.tuned.replace('_', ' ')} {rate(first.best)} of {first.name}, "
            f"{rate(second.best)} of {second.name}")
    return _over_all(mine, theirs, judge)


def steadier(mine, theirs):
    """Return the rule that fewer runs of `mine` diverge, over all rates, beyond chance.

    By Fisher's exact test of the counts, one-sided, at 5 %.
    """
    def judge(first, second):
        counts = [(arm.diverged, len(arm.runs) - arm.diverged) for arm in (first, second)]
        told = ", ".join(f"{arm.name} {bad} of {bad + good} runs diverged"
                         for arm, (bad, good) in zip((first, second), counts))
        if not any(bad for bad, _ in counts):
            return None, "no run of either diverged"
        return bool(fisher_exact(counts, alternative="less")[1] < SIGNIFICANT), told
    return _over_all(mine, theirs, judge, best=False)


def wider(mine, theirs, most):
    """Return the rule that `mine` trains at more of the learning rates than `theirs`.

    At a rate an arm trains if the median of the judge's last value is `most` or less.
    """
    def judge(first, second):
        if min(len(first.rates), len(second.rates)) < 3:
            return None, "fewer than three rates were tried"
        ours, others = (_trained(arm, most) for arm in (first, second))
        return len(ours) > len(others), (
            f"{first.name} trains at {_rates(ours)}, {second.name} at {_rates(others)}")
    return _over_all(mine, theirs, judge, best=False)


def trains_instead(mine, theirs, most):
    """Return the rule that `mine` trains at a learning rate at which `theirs` does not."""
    def judge(first, second):
        ours, others = (_trained(arm, most) for arm in (first, second))
        common = set(first.rates) & set(second.rates)
        return bool(common & (set(ours) - set(others))), (
            f"{first.name} trains at {_rates(ours)}, {second.name} at {_rates(others)}")
    return _over_all(mine, theirs, judge, best=False)


def trains_at(arm, axis, place, most, itself=False):
    """Return the rule that `arm` trains where the value `axis` of the runs is `place` or more.

    With `itself` only runs at `place` itself, among others, can tell. Where no arm trains at all,
    be it for want of epochs, nothing can be told.
    """
    def rule(comparisons):
        found = [(each, other) for each in comparisons for other in each.arms
                 if other.name == arm and each.values.get(axis, 0) >= place and other.runs]
        if not found or itself and all(each.values[axis] != place for each, _ in found):
            return Verdict(UNTESTED, f"No run of {arm} at {place}{'' if itself else ' or more'}.")
        if not any(_trained(other, most) for each in comparisons for other in each.arms):
            return Verdict(UNTESTED, "No arm trains anywhere; more epochs may be needed.")
        good = [bool(_trained(other, most)) for _, other in found]
        return Verdict(SUPPORTED if all(good) else NOT, " ".join(
            f"{each.title}: {'trains' if fine else 'does not train'}."
            for (each, _), fine in zip(found, good)))
    return rule


def reaches(arm, metric, least):
    """Return the rule that `metric` of `arm` ends above `least` in every run that does not diverge.
    """
    def rule(comparisons):
        found = [(_told(each, metric), value) for each in comparisons for other in each.arms
                 if other.name == arm for value in _ends(other, metric)]
        if not found:
            return Verdict(UNTESTED, f"No run of {arm} has ended.")
        titles = dict.fromkeys(title for title, _ in found)
        told = {title: [value for other, value in found if other == title] for title in titles}
        return Verdict(SUPPORTED if all(value > least for _, value in found) else NOT, " ".join(
            f"{title} {min(values):.4g} to {max(values):.4g}." for title, values in told.items()))
    return rule


def follows_less(arm, metric):
    """Return the rule that `metric` of `arm` grows less than in proportion to the learning rate.

    What counts is the slope of the last value against the rate, both as logarithms: the least
    squares line through the medians over seeds. 1 would be proportion.
    """
    def rule(comparisons):
        found = [(_told(each, metric), slope) for each in comparisons for other in each.arms
                 if other.name == arm for slope in [_slope(other, metric)] if slope is not None]
        if not found:
            return Verdict(UNTESTED, f"No runs of {arm} have ended at two learning rates.")
        return Verdict(SUPPORTED if all(slope < 1 for _, slope in found) else NOT, " ".join(
            f"{title} as the rate to the power of {slope:.2f}." for title, slope in found))
    return rule


# -- how a rule is carried out ----------------------------------------------------------------

def _over_all(mine, theirs, judge, best=True):
    """Return the rule that asks `judge` of every comparison that has both arms."""
    def rule(comparisons):
        found = []
        for each in comparisons:
            first, second = (next((arm for arm in each.arms if arm.name == name), None)
                             for name in (mine, theirs))
            if first and second and (first.best_runs and second.best_runs if best
                                     else first.runs and second.runs):
                found.append((each.title, *judge(first, second)))
        return _summed_up(found, mine, theirs)
    return rule


def _summed_up(found, mine, theirs):
    if not found:
        return Verdict(UNTESTED, f"No comparison has ended runs of both {mine} and {theirs}.")
    told = " ".join(f"{title}: {why}." for title, _, why in found)
    answers = [answer for _, answer, _ in found if answer is not None]
    if not answers:
        return Verdict(UNTESTED, told)
    if len(found) > 1:
        told = f"In {answers.count(True)} of {plural(len(answers), 'comparison')}. " + told
    return Verdict(SUPPORTED if all(answers) else NOT, told)


def _clear(mine, theirs, higher=False):
    """Return whether `mine`, a dict by seed, is better beyond chance; None if none can tell."""
    found = beyond_chance(mine, theirs, higher)
    return None if found is None else found == 1


def _spreads(first, second, metric):
    mine, theirs = (f"{percent_spread(arm.spread(metric))} of {arm.name}"
                    for arm in (first, second))
    return f"{first.plan.measured[metric].title} {mine}, {theirs}"


def _told(comparison, metric):
    return f"{comparison.title}: {comparison.plan.measured[metric].title}"


def _ends(arm, metric):
    """Return the last values of `metric` in the ended runs at all rates, the finite ones."""
    values = [final(run, metric) for runs in arm.rates.values() for run in runs]
    return [value for value in values if math.isfinite(value)]


def _slope(arm, metric):
    """Return the slope of log `metric` against log rate; None of fewer than two rates."""
    ended = {value: [final(run, metric) for run in runs if run.status == "finished"]
             for value, runs in arm.rates.items()}
    medians = {value: spread(ends).median for value, ends in ended.items()}
    points = [(value, median) for value, median in medians.items()
              if math.isfinite(median) and median > 0]
    return float(np.polyfit(*np.log(points).T, 1)[0]) if len(points) > 1 else None


def _trained(arm, most):
    """Return the learning rates at which the median of the judge's last value is good enough."""
    higher = arm.plan.measured[arm.plan.judge].higher
    medians = {value: spread([final(run, arm.plan.judge) for run in runs]).median
               for value, runs in arm.rates.items()}
    return [value for value, median in medians.items()
            if (median >= most if higher else median <= most)]


def _rates(values):
    return ", ".join(map(rate, values)) or "none"
