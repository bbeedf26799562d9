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
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.curves import axis_title
from yann_weightnorm.report.numbers import plural
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.pictures import picture
from yann_weightnorm.report.sections import comparison_sections, sweep_sections
from yann_weightnorm.report.words import lead
from yann_weightnorm.toolbox.registry import hint

__all__ = ["Report", "pictures_of", "read_comparisons", "summary_table", "write_report"]

TEMPLATES = Path(__file__).parent / "templates"


class Report(NamedTuple):
    """The files of a report: paths."""

    page: Path
    summary: Path
    epochs: Path
    pictures: list


def write_report(folder, study=None):
    """Write the report of the records in `folder` and return its :class:`Report` of paths.

    Reads the records and writes ``report.html``, ``summary.csv``, ``epochs.csv`` and one
    ``curves-<network>.png`` per network into `folder`. Trains nothing; may be called while the
    study is still running, and again later. Where `study` names one, only its records count.

    Raises
    ------
    FileNotFoundError
        If there are no records in `folder`.
    ValueError
        If none of the records can be read.
    """
    folder = Path(folder)
    records, comparisons = read_comparisons(folder, study)
    arms = looks(comparisons)
    pictures = {name: picture(those, arms) for name, those in pictures_of(comparisons).items()}
    written = Report(
        folder / "report.html",
        write_atomically(folder / "summary.csv", tables.summary_csv(comparisons)),
        write_atomically(folder / "epochs.csv", tables.epochs_csv(records.runs)),
        [write_atomically(folder / name, data) for name, data in pictures.items()])
    write_atomically(written.page, _page(records, comparisons, arms, written))
    return written


def summary_table(folder):
    """Return the summary of the records in `folder` as plain text, at most 100 columns wide."""
    return tables.text_table(read_comparisons(folder)[1])


def read_comparisons(folder, study=None):
    """Return (records, comparisons) of a folder; refuse one in which nothing can be read."""
    records = read_records(folder)
    if not records.runs:
        raise ValueError(f"the report wants at least one readable record in {folder}, but could "
                         f"read none; the first problem: {records.problems[0]}")
    studies = list(dict.fromkeys(run.header["study"] for run in records.runs))
    if study is not None:
        if study not in studies:
            raise ValueError(f"{folder} holds no records of the study {study!r}"
                             f"{hint(study, studies)}, but of {', '.join(map(str, studies))}.")
        records = records._replace(runs=[run for run in records.runs
                                         if run.header["study"] == study])
    return records, compare(records.runs)


def pictures_of(comparisons):
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
    sections = [*sweep_sections(comparisons, arms),
                *comparison_sections(comparisons, arms, opening)]
    return _environment().get_template("page.html").render(
        lead=opening, plan=comparisons[0].plan, sections=sections,
        questions=_questions(comparisons),
        background=background(records.runs), commands=commands(records.runs),
        problems=records.problems, written=written, version=__version__,
        runs=_runs(records.runs), plotly=Markup(_plotly()), figures=_script_data(sections))


def _environment():
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(str(TEMPLATES)),
                                     autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["units"] = _keep_together
    environment.filters["axis_title"] = axis_title
    return environment


def _keep_together(text):
    """Return `text` without line breaks before a percent sign and inside an interval."""
    return re.sub(r" (?=%|[\d.e+]+\]|diverged\])", "\u00a0", text)


def _questions(comparisons):
    """Return what the studies ask, each once."""
    return list(dict.fromkeys(each.plan.question for each in comparisons if each.plan.question))


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
