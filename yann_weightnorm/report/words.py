"""What the records say, in plain sentences that are computed from them.

The sentences don't take sides: each arm is set against the plain one on how soon it learns and
on the error it ends with, and a difference within the spread over seeds is called none.
"""

import math

from yann_weightnorm.report.comparison import baseline, subject
from yann_weightnorm.report.numbers import percent, percent_spread, plural, rate
from yann_weightnorm.report.statistics import ENOUGH, paired

__all__ = ["cautions", "lead", "sentence"]


def lead(comparisons):
    """Return the opening paragraph: the answer over all comparisons."""
    pairs = [(each, arm) for each in comparisons for arm in [subject(each)] if arm]
    told = [(each, arm) for each, arm in pairs if arm.runs and baseline(each).runs
            and (arm.best_runs or baseline(each).best_runs)]
    if not told:
        return ("The records don't answer the question: in no comparison do the plain network and "
                "another both have ended runs, with a validation error for at least one of them.")
    if len(told) <= 2:
        return " ".join(f"On {each.title}: {sentence(each, arm)}" for each, arm in told)
    return _tally(told)


def sentence(comparison, arm, brief=False):
    """Return how `arm` compares with the comparison's baseline, in one or two sentences.

    A `brief` one leaves out on how many seeds it rests.
    """
    plain = baseline(comparison)
    if not (arm.best_runs and plain.best_runs):
        return f"{_alone(arm)}; {_alone(plain)}."
    return f"{_speed(arm, plain)}{_how(arm, plain, brief)}. {_quality(arm, plain)}"


def cautions(comparison):
    """Return what a reader should keep in mind about the comparison's numbers."""
    found = [*_edges(comparison), *_gaps(comparison)]
    grids = {tuple(arm.rates) for arm in comparison.arms if arm.rates}
    if len(grids) > 1:
        found.append("Not every arm was run at the same learning rates.")
    if len({len(arm.best_runs) for arm in comparison.arms if arm.best_runs}) > 1:
        found.append("Not every arm was run with the same number of seeds.")
    if grids and all(len(rates) == 1 for rates in grids):
        found.append("Only one learning rate was tried, so no arm is at its best with certainty.")
    if any(len(arm.best_runs) == 1 for arm in comparison.arms):
        found.append("With one seed nothing is known about the spread between runs.")
    elif any(len(arm.best_runs) < ENOUGH for arm in comparison.arms if arm.best_runs):
        found.append(f"With fewer than {ENOUGH} seeds no test of pairs of one seed can be "
                     f"significant at 5 %; that two intervals don't meet says less.")
    return found + comparison.problems


def _common_level(arm, plain):
    """Return the hardest level that both reach, None if there is none."""
    both = [level for level in arm.plan.levels if _median(arm, level) < math.inf
            and _median(plain, level) < math.inf]
    return both[-1] if both else None


def _median(arm, level):
    """Return the median epoch at which `arm` reached `level`; infinity without runs to judge."""
    return arm.epochs_to(level).median if arm.best_runs else math.inf


def _faster(arm, plain):
    """Return 1, 0 or -1: whether `arm` reaches the hardest level sooner; None if unknown."""
    mine, theirs = ([_median(each, level) for level in reversed(arm.plan.levels)]
                    for each in (arm, plain))
    for own, other in zip(mine, theirs):
        if min(own, other) < math.inf:
            return (own < other) - (own > other)
    return None


def _speed(arm, plain):
    plan, level = arm.plan, _common_level(arm, plain)
    metric, unit = plan.metrics[plan.first].label, _unit(plan, plan.first)
    if level is None:
        text = (f"{arm.name} ended with {percent_spread(arm.spread(plan.first))}{unit} {metric}, "
                f"{plain.name} with {percent_spread(plain.spread(plan.first))}{unit}")
    else:
        text = (f"{arm.name} reached {level:g}{unit} {metric} in "
                f"{plural(_median(arm, level), plan.point)}, {plain.name} in "
                f"{plural(_median(plain, level), plan.point)}")
    return text + _beyond(arm, plain, level)


def _unit(plan, metric):
    unit = plan.measured[metric].unit
    return f" {unit}" if unit else ""


def _alone(arm):
    """Return what there is to say of an arm that can't be compared."""
    judge = arm.plan.measured[arm.plan.judge].label
    if arm.best_runs:
        value = percent_spread(arm.spread(arm.plan.judge))
        return f"{arm.name} ended with {value}{_unit(arm.plan, arm.plan.judge)} {judge}"
    if not arm.runs:
        return f"{arm.name} has no ended runs yet"
    return (f"{arm.name} has no {arm.plan.tuned.replace('_', ' ')} at which more than half of its "
            f"runs ended with a {judge}")


def _beyond(arm, plain, level):
    """Return the hardest level that only one of the two reached, in words."""
    unit = _unit(arm.plan, arm.plan.first)
    for harder in reversed(arm.plan.levels):
        for own, other in ((arm, plain), (plain, arm)):
            if harder != level and _median(own, harder) < math.inf == _median(other, harder):
                return (f"; only {own.name} reached {harder:g}{unit}, in "
                        f"{plural(_median(own, harder), arm.plan.point)}")
    return ""


def _how(arm, plain, brief):
    """Return on what the numbers rest, and what an epoch costs, in brackets."""
    seeds = sorted({len(arm.best_runs), len(plain.best_runs)})
    told = "one seed" if seeds == [1] else f"median of {' and '.join(map(str, seeds))} seeds"
    ratio = arm.seconds / plain.seconds if plain.seconds > 0 else math.nan
    notes = [] if brief else [f"{told}, each arm at its own best learning rate"]
    notes += [f"an epoch took {ratio:.2f} times as long"] if math.isfinite(ratio) else []
    return f" ({'; '.join(notes)})" if notes else ""


def _quality(arm, plain):
    """Return the last values and whether they differ beyond the spread over seeds."""
    metric = _last(arm)
    label, unit = arm.plan.measured[metric].label.capitalize(), _unit(arm.plan, metric)
    mine, theirs = arm.spread(metric), plain.spread(metric)
    if not (math.isfinite(mine.median) and math.isfinite(theirs.median)):
        return f"{label}: {_value(mine, unit)} against {_value(theirs, unit)}."
    words = {1: "lower, beyond the spread over seeds", -1: "higher, beyond the spread over seeds",
             0: "no difference beyond the spread over seeds",
             None: "one seed can't tell whether that is more than chance"}
    return (f"{label} {percent_spread(mine)}{unit} against {percent_spread(theirs)}{unit}: "
            f"{words[_lower(mine, theirs)]}{_chance(arm, plain, metric)}.")


def _chance(arm, plain, metric):
    """Return the p of the test of pairs, where there are enough of them for it to say anything."""
    found = paired(arm.finals(metric), plain.finals(metric))
    return f" (p = {found.p:.2g} by pairs of one seed)" if found.enough else ""


def _last(arm):
    """Return the metric that arms are finally judged by: of the end if there is one."""
    return next(iter(arm.plan.finals), arm.plan.judge)


def _value(spread, unit):
    known = math.isfinite(spread.median)
    return f"{percent(spread.median)}{unit}" if known else "not known"


def _lower(mine, theirs):
    """Return 1 or -1 if the intervals don't meet, 0 if they do, None for single runs."""
    if min(mine.count, theirs.count) < 2:
        return None
    return int(mine.high < theirs.low) - int(mine.low > theirs.high)


def _tally(told):
    """Return the counts over many comparisons."""
    speed = [_faster(arm, baseline(each)) for each, arm in told]
    last = _last(told[0][1])
    end = [_lower(arm.spread(_last(arm)), baseline(each).spread(_last(arm)))
           for each, arm in told]
    name, plain, plan = told[0][1].name, baseline(told[0][0]).name, told[0][1].plan
    return (f"{len(told)} comparisons, each arm at its own best {plan.tuned.replace('_', ' ')}. "
            f"{plan.point.capitalize()}s to a good {plan.metrics[plan.first].label}: {name} needed "
            f"fewer than {plain} in {speed.count(1)}, as many in {speed.count(0)}, more in "
            f"{speed.count(-1)}{_unknown(speed)}. Its {plan.measured[last].label}: lower beyond "
            f"the spread over seeds in {end.count(1)}, higher in {end.count(-1)}, no such "
            f"difference in {end.count(0)}{_unknown(end)}.")


def _unknown(answers):
    number = answers.count(None)
    return f" ({number} can't tell)" if number else ""


def _edges(comparison):
    """Tell where the best learning rate is the last one tried: a better one may lie beyond."""
    for arm in comparison.arms:
        rates = list(arm.rates)
        for edge, word, beyond in ((0, "smallest", "smaller"), (-1, "largest", "larger")):
            if len(rates) > 1 and arm.best == rates[edge]:
                yield (f"{arm.name}: the best learning rate, {rate(arm.best)}, is the {word} one "
                       f"tried; a {beyond} one may be better.")


def _gaps(comparison):
    """Tell which runs are missing from the numbers."""
    for arm in comparison.arms:
        if arm.unfinished:
            yield (f"{arm.name}: {plural(arm.unfinished, 'run')} not finished and not counted; "
                   f"start the study again to finish.")
