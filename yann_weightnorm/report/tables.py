"""Comparisons as tables: cells for the page, CSV for a spreadsheet, text for a terminal."""

import csv
import io
import math
import unicodedata

from yann_weightnorm.records import EPOCH_FIELDS
from yann_weightnorm.report.comparison import LEVELS, baseline, reached
from yann_weightnorm.report.numbers import (
    count,
    percent,
    percent_spread,
    rate,
    seconds,
)

__all__ = ["HEADINGS", "epochs_csv", "rows", "summary_csv", "text_table"]

HEADINGS = ("arm", "best learning rate", "training error, %", "validation error, %",
            "test error, %", *(f"to {level} %" for level in LEVELS), "seconds per epoch",
            "diverged / runs")
ERRORS = ("train_error", "valid_error", "test_error")
WIDEST = 100
LEGEND = """\
Medians over seeds, each arm at its own best learning rate (least validation error). Errors after
the last epoch; 'to 10/5/...': epochs to a training error of 10 %, 5 %, ...; '-': not reached."""


def rows(comparison):
    """Return a comparison's table, one list of cells per arm under `HEADINGS`."""
    plain = baseline(comparison)
    return [[arm.name, rate(arm.best),
             *(percent_spread(arm.spread(metric)) for metric in ERRORS),
             *(_epochs_to(arm, level) for level in LEVELS),
             _seconds(arm, plain), _ends(arm)] for arm in comparison.arms]


def summary_csv(comparisons):
    """Return one CSV line per arm of every comparison, full precision, empty where unknown."""
    names = ["study", "dataset", "network", "epochs", "mini_batch_size", "arm",
             "best_learning_rate", "seeds"]
    names += [f"{metric}_{part}" for metric in ERRORS for part in ("median", "min", "max")]
    names += [f"{part}_{level}_percent" for level in LEVELS
              for part in ("epochs_to", "seeds_that_reached")]
    names += ["seconds_per_epoch", "time_ratio_to_baseline", "runs_ended", "runs_diverged",
              "runs_unfinished"]
    return _csv(names, [_summary(each, arm) for each in comparisons for arm in each.arms])


def epochs_csv(runs):
    """Return one CSV line per epoch of every run: all that the records hold of it."""
    keys = ["dataset", "network", "arm", "learning_rate", "seed", "epochs", "mini_batch_size"]
    fields = [name if name != "learning_rate" else "learning_rate_now" for name in EPOCH_FIELDS]
    names = ["study", *keys, "status", "test_error", "epoch", *fields]
    return _csv(names, [line for run in runs for line in _epochs(run, keys)])


def text_table(comparisons):
    """Return the summary as aligned text, no wider than 100 columns."""
    return "\n\n".join([LEGEND, *(_text(each) for each in comparisons)]) + "\n"


def _epochs_to(arm, level):
    """Return '3 (3/3)': the median epoch, and how many of the runs got there."""
    if not arm.best_runs:
        return count(math.nan)
    return f"{count(arm.epochs_to(level).median)} ({reached(arm, level)}/{len(arm.best_runs)})"


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


def _summary(comparison, arm):
    spreads = [arm.spread(metric) for metric in ERRORS]
    to_levels = [part for level in LEVELS
                 for part in (arm.epochs_to(level).median, reached(arm, level))]
    return [*comparison[:5], arm.name, arm.best, len(arm.best_runs),
            *(part for each in spreads for part in each[:3]), *to_levels, arm.seconds,
            _ratio(arm, baseline(comparison)), len(arm.runs), arm.diverged, arm.unfinished]


def _epochs(run, keys):
    head = [run.header["study"], *(run.run.get(key) for key in keys), run.status,
            run.end["test_error"] if run.end else None]
    return [[*head, *values]
            for values in zip(*(run.epochs[name] for name in ("epoch", *EPOCH_FIELDS)))]


def _csv(names, lines):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(value) for value in line] for line in lines])
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
    headings = ("arm", "rate", "train %", "valid %", "test % [min, max]",
                "to " + "/".join(map(str, LEVELS)) + " %", "s/epoch", "diverged")
    table = [list(headings), *(_text_row(arm) for arm in comparison.arms)]
    widths = [max(_width(line[place]) for line in table) for place in range(len(headings))]
    spare = WIDEST - sum(widths[1:]) - 2 * (len(widths) - 1)
    widths[0] = min(widths[0], max(spare, 8))
    title = _fit(f"{comparison.study}: {comparison.title}", WIDEST).rstrip()
    return "\n".join([title, *(_text_line(line, widths) for line in table)])


def _text_row(arm):
    levels = "/".join(count(arm.epochs_to(level).median) for level in LEVELS)
    cells = [arm.name, rate(arm.best), percent(arm.spread("train_error").median),
             percent(arm.spread("valid_error").median), percent_spread(arm.spread("test_error")),
             levels, seconds(arm.seconds), f"{arm.diverged}/{len(arm.runs)}"]
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
