"""The report: one page that needs nothing else, with pictures and tables beside it."""

import functools
import re
from pathlib import Path
from typing import NamedTuple

import jinja2
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from yann_weightnorm import __version__
from yann_weightnorm.files import write_atomically
from yann_weightnorm.records import read_records
from yann_weightnorm.report import tables
from yann_weightnorm.report.background import background, commands
from yann_weightnorm.report.comparison import baseline, compare
from yann_weightnorm.report.curves import METRICS, learning_curves, robustness
from yann_weightnorm.report.numbers import plural, rate
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.pictures import picture
from yann_weightnorm.report.words import cautions, lead, sentence

__all__ = ["Report", "summary_table", "write_report"]

TEMPLATES = Path(__file__).parent / "templates"


class Report(NamedTuple):
    """The files of a report: paths."""

    page: Path
    summary: Path
    epochs: Path
    pictures: list


def write_report(folder):
    """Write the report of the records in `folder` and return its :class:`Report` of paths.

    Reads ``records/*.jsonl`` and writes ``report.html``, ``summary.csv``, ``epochs.csv`` and one
    ``curves-<network>.png`` per network into `folder`. Trains nothing; may be called while the
    study is still running, and again later.

    Raises
    ------
    FileNotFoundError
        If there are no records in `folder`.
    ValueError
        If none of the records can be read.
    """
    folder = Path(folder)
    records, comparisons = _read(folder)
    arms = looks(comparisons)
    pictures = {name: picture(those, arms) for name, those in _pictures(comparisons).items()}
    written = Report(
        folder / "report.html",
        write_atomically(folder / "summary.csv", tables.summary_csv(comparisons)),
        write_atomically(folder / "epochs.csv", tables.epochs_csv(records.runs)),
        [write_atomically(folder / name, data) for name, data in pictures.items()])
    write_atomically(written.page, _page(records, comparisons, arms, written))
    return written


def summary_table(folder):
    """Return the summary of the records in `folder` as plain text, at most 100 columns wide."""
    return tables.text_table(_read(folder)[1])


def _read(folder):
    """Return (records, comparisons) of a folder; refuse one in which nothing can be read."""
    records = read_records(folder)
    if not records.runs:
        raise ValueError(f"the report wants at least one readable record in {folder}, but could "
                         f"read none; the first problem: {records.problems[0]}")
    return records, compare(records.runs)


def _pictures(comparisons):
    """Return the comparisons of each network by the name of its picture."""
    networks, names = {}, {}
    for each in comparisons:
        networks.setdefault(each.network, []).append(each)
    for network, those in networks.items():
        slug = re.sub(r"[^\w.-]+", "-", network).strip("-.")[:60] or "network"
        while f"curves-{slug}.png" in names:
            slug += "-2"
        names[f"curves-{slug}.png"] = those
    return names


def _page(records, comparisons, arms, written):
    """Return the page's HTML."""
    opening = lead(comparisons)
    sections = [_section(each, arms, place, opening) for place, each in enumerate(comparisons)]
    return _environment().get_template("page.html").render(
        lead=opening, sections=sections, metrics=METRICS, headings=tables.HEADINGS,
        background=background(records.runs), commands=commands(records.runs),
        problems=records.problems, written=written, version=__version__,
        runs=_runs(records.runs), plotly=Markup(_plotly()), figures=_script_data(sections))


def _environment():
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(str(TEMPLATES)),
                                     autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["units"] = _keep_together
    return environment


def _keep_together(text):
    """Return `text` without line breaks before a percent sign and inside an interval."""
    return re.sub(r" (?=%|[\d.e+]+\]|diverged\])", "\u00a0", text)


def _section(comparison, arms, place, opening):
    """Return what the template needs of one comparison; not what `opening` says already."""
    plain = baseline(comparison)
    told = [arm for arm in comparison.arms
            if arm is not plain and sentence(comparison, arm) not in opening]
    shown = [arm for arm in comparison.arms if arm.best_runs]
    rates = {value for arm in comparison.arms for value in arm.rates}
    return {
        "id": f"c{place}", "title": comparison.title, "about": _about(comparison),
        "arms": [{"name": arm.name, "rate": rate(arm.best), "look": arms[arm.name]}
                 for arm in comparison.arms if arm.runs],
        "sentences": list(dict.fromkeys(sentence(comparison, arm, brief=True) for arm in told)),
        "cautions": cautions(comparison), "rows": tables.rows(comparison), "plain": plain.name,
        "curves": learning_curves(comparison, arms) if shown else None,
        "rates": robustness(comparison, arms) if shown and len(rates) > 1 else None,
    }


def _about(comparison):
    """Return the settings that all runs of a comparison share, in words."""
    parts = [f"study {comparison.study}"]
    if comparison.epochs is not None:
        parts.append(plural(comparison.epochs, "epoch"))
    if comparison.mini_batch_size is not None:
        parts.append(f"mini batches of {comparison.mini_batch_size}")
    return ", ".join(parts)


def _runs(runs):
    """Return '12 runs: 11 finished, 1 diverged'."""
    states = [run.status for run in runs]
    parts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    return f"{plural(len(runs), 'run')}: {', '.join(parts)}"


def _script_data(sections):
    """Return the figures as JSON that can stand inside a script element."""
    figures = [f'"{section["id"]}-{name}": {section[name].to_json()}'
               for section in sections for name in ("curves", "rates") if section[name]]
    text = "{" + ",\n".join(figures) + "}"
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))


@functools.lru_cache(maxsize=1)
def _plotly():
    """Return plotly.js; nothing in it may end the script element that holds it."""
    return get_plotlyjs().replace("</script", "<\\/script")
