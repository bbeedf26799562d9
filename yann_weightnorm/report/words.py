"""What the records say, in plain sentences that are computed from them.

The sentences don't take sides: each arm is set against the plain one on how soon it learns and
on what it ends with, and a difference that may be chance is called none. What is
measured, what is better, and what chose the learning rate is told by the study's plan.
"""

import math

from yann_weightnorm.report.comparison import baseline, last_metric, reached_levels, subject
from yann_weightnorm.report.numbers import (
    of_unit, percent, percent_spread, plural, rate, with_article)
from yann_weightnorm.report.statistics import ENOUGH, beyond_chance, paired

__all__ = ["cautions", "chosen_by", "lead", "sentence"]


def lead(comparisons):
    """Return the opening paragraph: the answer over all comparisons."""
    pairs = [(each, arm) for each in comparisons for arm in [subject(each)] if arm]
    told = [(each, arm) for each, arm in pairs if arm.runs and baseline(each).runs
            and (arm.best_runs or baseline(each).best_runs)]
    if not told:
        judge = _judge(comparisons[0].plan).label
        return ("The records don't answer the question: in no comparison do the plain network and "
                f"another both have ended runs, with {with_article(judge)} for at least one of "
                "them.")
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


def chosen_by(plan):
    """Return what chooses the value that each arm has its own best one of, in words."""
    return (f"each arm at its own best {_tuned(plan)}: the one with the best median "
            f"{_judge(plan).label} after the last {plan.point}")


def cautions(comparison):
    """Return what a reader should keep in mind about the comparison's numbers."""
    tuned = _tuned(comparison.plan)
    found = [*_edges(comparison), *_gaps(comparison)]
    grids = {tuple(arm.rates) for arm in comparison.arms if arm.rates}
    if len(grids) > 1:
        found.append(f"Not every arm was run at the same {tuned}s.")
    if len({len(arm.best_runs) for arm in comparison.arms if arm.best_runs}) > 1:
        found.append("Not every arm was run with the same number of seeds.")
    if grids and all(len(rates) == 1 for rates in grids):
        found.append(f"Only one {tuned} was tried, so no arm is at its best with certainty.")
    if any(len(arm.best_runs) == 1 for arm in comparison.arms):
        found.append("With one seed nothing is known about the spread between runs.")
    elif any(len(arm.best_runs) < ENOUGH for arm in comparison.arms if arm.best_runs):
        found.append(f"With fewer than {ENOUGH} seeds no test of pairs of one seed can be "
                     f"significant at 5 %; that two intervals don't meet says less.")
    return [*found, *_out_of_reach(comparison), *comparison.problems]


def _out_of_reach(comparison):
    """Tell which is the easiest level that nobody reached."""
    plan, reached = comparison.plan, reached_levels(comparison)
    metric = plan.metrics[plan.first]
    beyond = [level for level in plan.levels if level not in reached]
    if beyond and any(arm.best_runs for arm in comparison.arms):
        level = beyond[0]
        yield f"No arm reached {with_article(metric.label)} of {of_unit(f'{level:g}', metric)}."


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
    metric = plan.metrics[plan.first]
    if level is None:
        text = (f"{arm.name} ended with {_ended_with(arm, plan.first)}, {plain.name} with "
                f"{of_unit(percent_spread(plain.spread(plan.first)), metric)}")
    else:
        text = (f"{arm.name} reached {with_article(metric.label)} of "
                f"{of_unit(f'{level:g}', metric)} in {plural(_median(arm, level), plan.point)}, "
                f"{plain.name} in {plural(_median(plain, level), plan.point)}")
    return text + _beyond(arm, plain, level)


def _ended_with(arm, name):
    """Return 'a test error of 2.50 [2.10, 2.90] %'."""
    metric = arm.plan.measured[name]
    return f"{with_article(metric.label)} of {of_unit(percent_spread(arm.spread(name)), metric)}"


def _judge(plan):
    return plan.measured[plan.judge]


def _tuned(plan):
    return plan.tuned.replace("_", " ")


def _alone(arm):
    """Return what there is to say of an arm that can't be compared."""
    if arm.best_runs:
        return f"{arm.name} ended with {_ended_with(arm, arm.plan.judge)}"
    if not arm.runs:
        return f"{arm.name} has no ended runs yet"
    return (f"{arm.name} has no {_tuned(arm.plan)} at which more than half of its runs ended with "
            f"{with_article(_judge(arm.plan).label)}")


def _beyond(arm, plain, level):
    """Return the hardest level that only one of the two reached, in words."""
    metric = arm.plan.metrics[arm.plan.first]
    for harder in reversed(arm.plan.levels):
        for own, other in ((arm, plain), (plain, arm)):
            if harder != level and _median(own, harder) < math.inf == _median(other, harder):
                return (f"; only {own.name} reached {of_unit(f'{harder:g}', metric)}, in "
                        f"{plural(_median(own, harder), arm.plan.point)}")
    return ""


def _how(arm, plain, brief):
    """Return on what the numbers rest, and what a point costs, in brackets."""
    seeds = sorted({len(arm.best_runs), len(plain.best_runs)})
    told = "one seed" if seeds == [1] else f"median of {' and '.join(map(str, seeds))} seeds"
    ratio = arm.seconds / plain.seconds if plain.seconds > 0 else math.nan
    notes = [] if brief else [f"{told}, each arm at its own best {_tuned(arm.plan)}"]
    notes += ([f"{with_article(arm.plan.point)} took {ratio:.2f} times as long"]
              if math.isfinite(ratio) else [])
    return f" ({'; '.join(notes)})" if notes else ""


def _quality(arm, plain):
    """Return the last values and whether they differ beyond chance."""
    name = last_metric([arm, plain])
    metric, mine, theirs = arm.plan.measured[name], arm.spread(name), plain.spread(name)
    label = metric.label[:1].upper() + metric.label[1:]
    if not (math.isfinite(mine.median) and math.isfinite(theirs.median)):
        return f"{label}: {_value(mine, metric)} against {_value(theirs, metric)}."
    good, bad = ("higher", "lower") if metric.higher else ("lower", "higher")
    words = {1: f"{good} and so better, beyond chance", -1: f"{bad} and so worse, beyond chance",
             0: "no difference beyond chance",
             None: "one seed can't tell whether that is more than chance"}
    return (f"{label} {of_unit(percent_spread(mine), metric)} against "
            f"{of_unit(percent_spread(theirs), metric)}: "
            f"{words[_better(arm, plain, name)]}{_chance(arm, plain, name)}.")


def _chance(arm, plain, metric):
    """Return the p of the test of pairs, where there are enough of them for it to say anything."""
    found = paired(arm.finals(metric), plain.finals(metric))
    return f" (p = {found.p:.2g} by pairs of one seed)" if found.enough else ""


def _value(spread, metric):
    known = math.isfinite(spread.median)
    return of_unit(percent(spread.median), metric) if known else "not known"


def _better(arm, plain, name):
    """Return whether `arm` ends with a better value of the metric `name`: 1, 0, -1 or None."""
    return beyond_chance(arm.finals(name), plain.finals(name), arm.plan.measured[name].higher)


def _tally(told):
    """Return the counts over many comparisons."""
    speed = [_faster(arm, baseline(each)) for each, arm in told]
    last = [last_metric([arm, baseline(each)]) for each, arm in told]
    end = [_better(arm, baseline(each), metric) for (each, arm), metric in zip(told, last)]
    labels = " or ".join(dict.fromkeys(arm.plan.measured[metric].label
                                       for (_, arm), metric in zip(told, last)))
    name, plain, plan = told[0][1].name, baseline(told[0][0]).name, told[0][1].plan
    return (f"{len(told)} comparisons, each arm at its own best {_tuned(plan)}. "
            f"{plan.point.capitalize()}s to a good {plan.metrics[plan.first].label}: {name} needed "
            f"fewer than {plain} in {speed.count(1)}, as many in {speed.count(0)}, more in "
            f"{speed.count(-1)}{_unknown(speed)}. Its {labels}: better beyond "
            f"chance in {end.count(1)}, worse in {end.count(-1)}, no such difference in "
            f"{end.count(0)}{_unknown(end)}.")


def _unknown(answers):
    number = answers.count(None)
    return f" ({number} can't tell)" if number else ""


def _edges(comparison):
    """Tell where the best learning rate is the last one tried: a better one may lie beyond."""
    tuned = _tuned(comparison.plan)
    for arm in comparison.arms:
        rates = list(arm.rates)
        for edge, word, beyond in ((0, "smallest", "smaller"), (-1, "largest", "larger")):
            if len(rates) > 1 and arm.best == rates[edge]:
                yield (f"{arm.name}: the best {tuned}, {rate(arm.best)}, is the {word} one "
                       f"tried; a {beyond} one may be better.")


def _gaps(comparison):
    """Tell which runs are missing from the numbers."""
    for arm in comparison.arms:
        if arm.unfinished:
            yield (f"{arm.name}: {plural(arm.unfinished, 'run')} not finished and not counted; "
                   f"start the study again to finish.")
