"""Comparisons as tables: cells for the page, CSV for a spreadsheet, text for a terminal."""

import csv
import io
import math
import textwrap
import unicodedata

from yann_weightnorm.report.comparison import baseline, reached_levels, shown_metrics
from yann_weightnorm.report.numbers import (
    NONE,
    count,
    of_unit,
    percent,
    percent_spread,
    rate,
    seconds,
)

__all__ = ["epochs_csv", "headings", "rows", "summary_csv", "text_table"]

WIDEST = 100
LEGEND = ("Medians over seeds with 95 % intervals, each arm at its own best {tuned}: the one with "
          "the best median {judge} after the last {point}. Values after the last {point}; 'to "
          "10/5/...': {point}s to these; '-': not reached.")


def headings(comparison):
    """Return the headings of a comparison's table: three lists, the middle one of levels."""
    plan = comparison.plan
    return (["arm", f"best {plan.tuned.replace('_', ' ')}",
             *(_headed(plan.measured[name]) for name in shown_metrics(comparison))],
            [of_unit(f"{level:g}", plan.metrics[plan.first])
             for level in reached_levels(comparison)],
            [f"seconds per {plan.point}", "diverged / runs"])


def rows(comparison):
    """Return a comparison's table, one list of cells per arm under :func:`headings`."""
    plain = baseline(comparison)
    return [[arm.name, rate(arm.best),
             *(percent_spread(arm.spread(metric)) for metric in shown_metrics(comparison)),
             *(_epochs_to(arm, level) for level in reached_levels(comparison)),
             _seconds(arm, plain), _ends(arm)] for arm in comparison.arms]


def summary_csv(comparisons):
    """Return one CSV line per arm of every comparison, full precision, empty where unknown."""
    return _csv([_summary(each, arm) for each in comparisons for arm in each.arms])


def epochs_csv(runs):
    """Return one CSV line per epoch of every run: all that the records hold of it."""
    return _csv([line for run in runs for line in _epochs(run)])


def text_table(comparisons):
    """Return the summary as aligned text, no wider than 100 columns."""
    plan = comparisons[0].plan
    legend = LEGEND.format(tuned=plan.tuned.replace("_", " "), point=plan.point,
                           judge=plan.measured[plan.judge].label)
    return "\n\n".join([textwrap.fill(legend, WIDEST), *map(_text, comparisons)]) + "\n"


def _epochs_to(arm, level):
    """Return '3 (3/3, 1.2 s)': the median epoch, how many runs got there, the median time."""
    if not arm.best_runs:
        return count(math.nan)
    time = arm.seconds_to(level).median
    told = f", {seconds(time)} s" if math.isfinite(time) else ""
    return f"{count(arm.epochs_to(level).median)} ({arm.reached(level)}/{len(arm.best_runs)}{told})"


def _seconds(arm, plain):
    """Return '0.41 (1.02 x)': seconds an epoch and their ratio to the plain arm's."""
    ratio = _ratio(arm, plain)
    return seconds(arm.seconds) + (f" ({ratio:.2f} ×)" if math.isfinite(ratio) else "")


def _ratio(arm, plain):
    return arm.seconds / plain.seconds if plain.seconds > 0 else math.nan


def _ends(arm):
    """Return '1/9', and the runs that have not come to an end."""
    waiting = f" (+{arm.unfinished} unfinished)" if arm.unfinished else ""
    return f"{arm.diverged}/{len(arm.runs)}{waiting}"


def _headed(metric):
    return f"{metric.label}, {metric.unit}" if metric.unit else metric.label


def _summary(comparison, arm):
    """Return an arm's line of the summary, a dict by column."""
    line = {"study": comparison.study, **comparison.values, "arm": arm.name,
            f"best_{arm.plan.tuned}": arm.best, "seeds": len(arm.best_runs)}
    for metric in arm.plan.shown:
        line.update((f"{metric}_{part}", value)
                    for part, value in zip(("median", "low", "high"), arm.spread(metric)))
    for level in arm.plan.levels:
        line[f"epochs_to_{level:g}"] = arm.epochs_to(level).median
        line[f"seconds_to_{level:g}"] = arm.seconds_to(level).median
        line[f"seeds_that_reached_{level:g}"] = arm.reached(level)
    return dict(line, seconds_per_epoch=arm.seconds,
                time_ratio_to_baseline=_ratio(arm, baseline(comparison)),
                runs_ended=len(arm.runs), runs_diverged=arm.diverged,
                runs_unfinished=arm.unfinished)


def _epochs(run):
    """Return a run's lines of the epochs, dicts by column."""
    head = dict({"study": run.header["study"], **run.run}, status=run.status,
                **{name: run.end[name] if run.end else None for name in run.plan.finals})
    names = ["learning_rate_now" if name == "learning_rate" else name for name in run.epochs]
    return [dict(head, **dict(zip(names, values))) for values in zip(*run.epochs.values())]


def _csv(lines):
    """Return the dicts `lines` as CSV, with a column for every name."""
    names = list(dict.fromkeys(name for line in lines for name in line))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(line.get(name)) for name in names] for line in lines])
    return file.getvalue()


def _cell(value):
    """Return a value for CSV: infinity as 'inf', what isn't known as an empty cell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{float(value):.10g}"
    return value


def _text(comparison):
    """Return one comparison as text: a title, a line of headings, a line per arm."""
    plan, metrics = comparison.plan, shown_metrics(comparison)
    levels = reached_levels(comparison)
    heads = ["arm", "rate", *(_short(plan, name) for name in metrics), _short_levels(plan, levels),
             f"s/{plan.point}", "diverged"]
    table = [heads, *(_text_row(arm, metrics, levels) for arm in comparison.arms)]
    widths = [max(_width(line[place]) for line in table) for place in range(len(heads))]
    spare = WIDEST - sum(widths[1:]) - 2 * (len(widths) - 1)
    widths[0] = min(widths[0], max(spare, 8))
    title = _fit(f"{comparison.study}: {comparison.title}", WIDEST).rstrip()
    return "\n".join([title, *(_text_line(line, widths) for line in table)])


def _short(plan, name):
    metric = plan.measured[name]
    interval = " [95 %]" if name in plan.finals else ""
    return f"{metric.short or metric.label} {metric.unit}".rstrip() + interval


def _short_levels(plan, levels):
    told = "/".join(f"{level:g}" for level in levels) or "any level"
    return of_unit(f"to {told}", plan.metrics[plan.first]) if levels else f"to {told}"


def _text_row(arm, metrics, levels):
    values = [percent_spread(arm.spread(name)) if name in arm.plan.finals
              else percent(arm.spread(name).median) for name in metrics]
    told = "/".join(count(arm.epochs_to(level).median) for level in levels) or NONE
    cells = [arm.name, rate(arm.best), *values, told, seconds(arm.seconds),
             f"{arm.diverged}/{len(arm.runs)}"]
    return [cell.replace("–", "-") for cell in cells]


def _text_line(cells, widths):
    name, *values = cells
    padded = [" " * (width - _width(value)) + value for value, width in zip(values, widths[1:])]
    return "  ".join([_fit(name, widths[0]), *padded]).rstrip()


def _fit(text, width):
    """Return `text` in exactly `width` columns, cut with '~' if it is longer."""
    text = "".join(" " if ord(letter) < 32 else letter for letter in text)
    if _width(text) > width:
        while _width(text) > width - 1:
            text = text[:-1]
        text += "~"
    return text + " " * (width - _width(text))


def _width(text):
    """Return the columns that a terminal gives to `text`."""
    return sum(0 if unicodedata.combining(letter)
               else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
