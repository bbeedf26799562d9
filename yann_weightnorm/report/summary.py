"""When should I use weight normalization? The answer of all studies, from their records.

A folder of the documentation holds ``records/<study>/``, a folder of records a study. From them
come a page a study and the index, which advises, sets all verdicts side by side, and says what
could not be tested.
"""

from pathlib import Path

from yann_weightnorm.files import write_atomically
from yann_weightnorm.report.advice import DECISIONS
from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.report.markdown import sentences, table
from yann_weightnorm.report.numbers import plural
from yann_weightnorm.report.page import read_comparisons
from yann_weightnorm.report.study_page import write_page
from yann_weightnorm.report.verdicts import NOT, SUPPORTED, UNTESTED, Verdict
from yann_weightnorm.toolbox.registry import hint

__all__ = ["index_text", "read_studies", "write_summary"]

BRIEF = 160  # characters of a reason in a table; the study's page has all of it
NO_RECORDS = Verdict(UNTESTED, "The study was not run.")


def write_summary(folder):
    """Write ``index.md`` and a page a study into a folder, from the records in it.

    Parameters
    ----------
    folder : path
        Holds ``records/<study>/`` with the records of each study.

    Returns
    -------
    list of pathlib.Path
        The index, then the pages.

    Raises
    ------
    FileNotFoundError
        If there are no records.
    ValueError
        If a folder's name isn't that of a study, or its records can't be read.
    """
    folder = Path(folder)
    read = read_studies(folder)
    pages = [write_page(folder / "records" / name, name, folder) for name in read]
    return [write_atomically(folder / "index.md", index_text(read)), *pages]


def read_studies(folder):
    """Return (records, comparisons) by study, of every folder of records in ``records/``."""
    return {name: read_comparisons(Path(folder) / "records" / name, name)
            for name in _names(Path(folder))}


def index_text(read):
    """Return the index, from (records, comparisons) by study."""
    found = {study: [(claim, claim.verdict(read[study][1]) if study in read else NO_RECORDS)
                     for claim in claims] for study, claims in CLAIMS.items()}
    return "\n\n".join([_opening(read, found), _decisions(read, found), _verdicts(read, found),
                        _untested(found), _studies(read)]) + "\n"


def _names(folder):
    names = sorted(path.name for path in (folder / "records").glob("*") if path.is_dir())
    if not names:
        raise FileNotFoundError(f"the summary wants records of studies, {folder / 'records'}/NAME, "
                                f"and found none; run a study with --out into such a folder.")
    for name in names:
        if name not in CLAIMS:
            raise ValueError(f"{folder / 'records' / name} should be called as a study"
                             f"{hint(name, CLAIMS)}; known: {', '.join(CLAIMS)}.")
    return [name for name in CLAIMS if name in names]


def _opening(read, found):
    words = [verdict.word for verdicts in found.values() for _, verdict in verdicts]
    counts = ", ".join(f"{words.count(word)} {word}" for word in (SUPPORTED, NOT, UNTESTED))
    runs = sum(len(records.runs) for records, _ in read.values())
    return (f"# When should I use weight normalization?\n\nOf {plural(len(words), 'claim')} by the "
            f"method's authors and others, {counts}: by {plural(runs, 'run')} of "
            f"{len(read)} of {len(found)} studies. This page is worked out from their records. A "
            f"claim is supported if it holds beyond chance in every comparison that can tell; each "
            f"study's page says at which scale, and why.")


def _decisions(read, found):
    rows = []
    for each in DECISIONS:
        rests_on = [(claim, verdict) for claim, verdict in found[each.study]
                    if claim.key in each.claims]
        evidence = " ".join(f"*{verdict.word.capitalize()}*: {sentences(verdict.why, BRIEF)}"
                            for _, verdict in rests_on)
        rows.append([each.situation, f"**{each.advice(rests_on)}**",
                     f"{_link(each.study, read)}. {evidence}"])
    return "## What to do\n\n" + table(["if", "then", "because"], rows)


def _link(study, read):
    return f"[{study}]({study}.md#verdicts)" if study in read else study


def _verdicts(read, found):
    rows = [[_link(study, read), claim.text, claim.paper, sentences(verdict.why, BRIEF),
             f"**{verdict.word}**"]
            for study, verdicts in found.items() for claim, verdict in verdicts]
    return "## All verdicts\n\n" + table(
        ["study", "claim", "its authors' figure", "here", "verdict"], rows)


def _untested(found):
    """Return the list of what can't be told, and why."""
    lines = []
    for study, verdicts in found.items():
        if all(verdict is NO_RECORDS for _, verdict in verdicts):
            lines.append(f"- {study}: All of {plural(len(verdicts), 'claim')}. {NO_RECORDS.why}")
        else:
            lines += [f"- {study}: {whole} {verdict.why}"
                      for whole, (_, verdict) in zip(_whole_claims(verdicts), verdicts)
                      if verdict.word == UNTESTED]
    told = "\n".join(lines) or "Every claim could be tested."
    return f"## What could not be tested, and why\n\n{told}"


def _whole_claims(verdicts):
    """Return the claims' texts; one that goes on from the last begins with it."""
    texts = []
    for claim, _ in verdicts:
        goes_on = claim.text.startswith("... ")
        texts.append(f"{texts[-1].rstrip('.')} {claim.text[4:]}" if goes_on else claim.text)
    return texts


def _studies(read):
    lines = [f"- [{name}]({name}.md): {comparisons[0].plan.question} "
             f"{plural(len(records.runs), 'run')}."
             for name, (records, comparisons) in read.items()]
    listed = "\n".join(read)
    return ("## The studies\n\n" + "\n".join(lines) + "\n\nAll of it is made anew from the records "
            "by\n\n```sh\nyann-weightnorm study pages docs/studies\n```\n\n"
            f"```{{toctree}}\n:hidden:\n\n{listed}\n```")
