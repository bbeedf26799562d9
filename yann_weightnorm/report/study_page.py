"""A study's page for the documentation, from records: verdicts, pictures, numbers, set-up.

The page is Markdown with pictures beside it.
"""

import functools
from pathlib import Path

from yann_weightnorm.files import write_atomically
from yann_weightnorm.report import tables
from yann_weightnorm.report.background import background, commands
from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.report.markdown import sentences, table
from yann_weightnorm.report.numbers import plural, rate
from yann_weightnorm.report.page import pictures_of, read_comparisons
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.pictures import picture, small, sweep_picture
from yann_weightnorm.report.statistics import ENOUGH
from yann_weightnorm.report.sweeps import sweep_rows, sweeps
from yann_weightnorm.report.words import cautions, chosen_by, lead

__all__ = ["page_text", "write_page"]

BRIEF = 200  # characters of a reason in the table; a longer one is below it as well


def write_page(folder, study, into, claims=None):
    """Write ``<study>.md`` and its pictures into a folder, from the records in another.

    Parameters
    ----------
    folder : path
        Holds the records.
    study : str
    into : path
        Made if need be.
    claims : sequence of Claim, optional
        By default those in :mod:`yann_weightnorm.report.claims`.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    FileNotFoundError
        If there are no records.
    ValueError
        If none can be read, or none is of the study.
    """
    records, comparisons = read_comparisons(folder, study)
    claims = CLAIMS.get(study, ()) if claims is None else claims
    into = Path(into)
    into.mkdir(parents=True, exist_ok=True)
    for name, draw in _pictures(study, comparisons).items():
        write_atomically(into / name, small(draw()))
    return write_atomically(into / f"{study}.md", page_text(study, records, comparisons, claims))


def page_text(study, records, comparisons, claims):
    """Return the page of a study, without its pictures."""
    parts = [_opening(study, comparisons), _verdicts(claims, comparisons),
             *_shown(study, comparisons), _numbers(comparisons), _set_up(records)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _opening(study, comparisons):
    question = next((each.plan.question for each in comparisons if each.plan.question), "")
    return "\n\n".join(filter(None, [f"# {study.capitalize()}", question, lead(comparisons)]))


def _verdicts(claims, comparisons):
    """Return the table of claims beside the verdicts on them."""
    if not claims:
        return ""
    found = [(claim, claim.verdict(comparisons)) for claim in claims]
    verdicts = table(["", "claim", "its authors' figure", "here", "verdict"],
                     [[place, claim.text, claim.paper, sentences(verdict.why, BRIEF),
                       f"**{verdict.word}**"] for place, (claim, verdict) in enumerate(found, 1)])
    rest = "\n".join(f"- Claim {place}: {verdict.why}" for place, (_, verdict) in
                     enumerate(found, 1) if sentences(verdict.why, BRIEF) != verdict.why)
    rest = f"\n\nIn full:\n\n{rest}" if rest else ""
    return (f"## Verdicts\n\nBy rules over the records alone. A difference counts if it is beyond "
            f"chance: with {ENOUGH} seeds or more by Wilcoxon's test of pairs of one seed (5 %), "
            f"with fewer if the arms' ranges don't meet, which says less. That two arms are alike "
            f"is supported if no such difference is found.\n\n{verdicts}{rest}")


def _pictures(study, comparisons):
    """Return the functions that draw the pictures, by the pictures' names."""
    arms = looks(comparisons)
    found = {name: functools.partial(sweep_picture, sweep, arms)
             for name, sweep in _sweeps(study, comparisons)}
    return {**found, **{name: functools.partial(picture, those, arms)
                        for name, those in _curves(study, comparisons)}}


def _shown(study, comparisons):
    """Yield what shows the pictures, a part a picture."""
    for name, sweep in _sweeps(study, comparisons):
        yield f"## {sweep.title}\n\n{_image(name, sweep.title)}\n\n" + table(
            [sweep.words, *map(rate, sweep.places)], sweep_rows(sweep))
    for name, those in _curves(study, comparisons):
        title = f"Learning curves: {those[0].network}"
        yield f"## {title}\n\n{_image(name, title)}"


def _sweeps(study, comparisons):
    """Return (picture's name, sweep) pairs."""
    return [(f"{study}-{sweep.axis.replace('_', '-')}-{place}.png", sweep)
            for place, sweep in enumerate(sweeps(comparisons))]


def _curves(study, comparisons):
    """Return (picture's name, comparisons) pairs.

    What a sweep sums up has no learning curves here: the report has them.
    """
    return [(f"{study}-{name}", those)
            for name, those in pictures_of(_not_swept(comparisons)).items()]


def _not_swept(comparisons):
    """Return the comparisons that no sweep sums up."""
    swept = {id(arm) for sweep in sweeps(comparisons) for arms in sweep.arms.values()
             for arm in arms.values()}
    return [each for each in comparisons if not any(id(arm) in swept for arm in each.arms)]


def _image(name, title):
    return f"[![{title}]({name})]({name})"


def _numbers(comparisons):
    """Return a table for each comparison, and what to keep in mind about it."""
    parts = [f"## Numbers\n\nMedian over seeds [95 % interval], "
             f"{chosen_by(comparisons[0].plan)}."]
    for each in comparisons:
        first, levels, last = tables.headings(each)
        told = "\n".join(f"- {caution}" for caution in cautions(each))
        numbers = table([*first, *(f"to {level}" for level in levels), *last], tables.rows(each))
        parts.append("\n\n".join(filter(None, [f"### {each.title}", numbers, told])))
    return "\n\n".join(parts)


def _set_up(records):
    runs = records.runs
    facts = "\n".join(f"- {name}: {'; '.join(values)}" for name, values in background(runs))
    states = [run.status for run in runs]
    told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    typed = "\n".join(commands(runs))
    typed = f"\n\n```sh\n{typed}\n```" if typed else ""
    unread = "".join(f"\n- {problem}" for problem in records.problems)
    unread = f"\n\nNot everything could be read:\n{unread}" if unread else ""
    return f"## Set-up\n\n{plural(len(runs), 'run')}: {told}.\n\n{facts}{typed}{unread}"
