"""Two folders of records side by side: which runs agree line by line, and how the arms compare."""

from yann_weightnorm.report.comparison import last_metric
from yann_weightnorm.report.numbers import percent_spread, plural, rate
from yann_weightnorm.report.page import read_comparisons

__all__ = ["compare_folders", "same_lines"]

# What differs between two runs of the same line of a grid: times, and where and when it was run.
PASSING = ("seconds", "started", "command", "git", "machine", "clock", "versions", "index")
MOST = 10  # differences that are told


def compare_folders(one, other):
    """Compare the records of two folders.

    Parameters
    ----------
    one, other : path

    Returns
    -------
    text : str
        How many runs both have, which of them differ and where, and the arms' results.
    same : bool
        Whether all runs that both have ended are identical, timings and provenance aside.

    Raises
    ------
    FileNotFoundError, ValueError
        If a folder has no records that can be read.
    """
    read = [read_comparisons(folder) for folder in (one, other)]
    runs = [{run.id: run for run in records.runs if run.end and not run.problems}
            for records, _ in read]
    common = [name for name in runs[0] if name in runs[1]]
    differences = [f"{name}: {found}" for name in common
                   for found in [_difference(*(side[name] for side in runs))] if found]
    return "\n".join([*_counts(one, other, runs, common, differences), "",
                      *_arms([comparisons for _, comparisons in read])]), not differences


def same_lines(run):
    """Return the lines of a run's record, dicts, without what may differ between equal runs."""
    return [{name: value for name, value in line.items() if name not in PASSING}
            for line in run.lines]


def _difference(one, other):
    """Return in words where two records of a run differ first; '' for nowhere."""
    mine, theirs = same_lines(one), same_lines(other)
    for number, (here, there) in enumerate(zip(mine, theirs), start=1):
        for key in dict.fromkeys([*here, *there]):
            if here.get(key) != there.get(key):
                return f"line {number}, {key}: {here.get(key)!r:.60} and {there.get(key)!r:.60}"
    if len(mine) != len(theirs):
        return f"{len(mine)} and {len(theirs)} lines"
    return ""


def _counts(one, other, runs, common, differences):
    yield f"A is {one}, B is {other}."
    yield (f"{plural(len(common), 'run')} in both, {len(runs[0]) - len(common)} in A alone, "
           f"{len(runs[1]) - len(common)} in B alone.")
    yield (f"{len(common) - len(differences)} of those in both are identical, timings aside."
           if common else "So nothing can be compared line by line.")
    yield from differences[:MOST]
    if len(differences) > MOST:
        yield f"... and {len(differences) - MOST} more."


def _arms(sides):
    """Yield the final values of the arms of both sides."""
    mine, theirs = ({(each.study, each.title, arm.name): arm for each in comparisons
                     for arm in each.arms} for comparisons in sides)
    for key in dict.fromkeys([*mine, *theirs]):
        cells = [_cell(arms.get(key)) for arms in (mine, theirs)]
        yield f"{key[1]}, {key[2]}: A {cells[0]}; B {cells[1]}"


def _cell(arm):
    if arm is None or not arm.best_runs:
        return "-"
    last = last_metric([arm])
    metric = arm.plan.measured[last]
    return f"{metric.label} {percent_spread(arm.spread(last))} at {rate(arm.best)}"
