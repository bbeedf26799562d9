"""Run records: what a study writes, one line at a time, and a report reads.

A run is one file of JSON lines, ``<folder>/records/<run id>.jsonl``: a header with everything
needed to repeat the run and to read it (the study's :class:`~yann_weightnorm.plan.Plan`), one line
an epoch, one end line. A file without its end line belongs to an unfinished run. JSON has no word
for a number that isn't finite, so such a number is written as ``null`` and read back as NaN.

Files that are over may be put into one compressed archive, ``<folder>/records.tar.xz``; see
:func:`pack`. A run that is there as a file of its own as well counts as that file tells it.
"""

from __future__ import annotations

import datetime
import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from yann_weightnorm.archive import read_archive, write_archive
from yann_weightnorm.files import write_atomically
from yann_weightnorm.plan import Plan, plan_of

__all__ = ["ARCHIVE", "Records", "Run", "RunWriter", "completed", "is_complete", "pack",
           "read_records", "read_run", "record_path"]

ARCHIVE = "records.tar.xz"  # beside the folder of records
ENDING = ".jsonl"
STATUSES = ("finished", "diverged")
RUN_FIELDS = ("arm", "seed")
EPOCH_FIELDS = ("learning_rate", "seconds")  # besides the metrics of the plan
END_FIELDS = ("seconds",)
LAST = math.inf


class Run(NamedTuple):
    """One run as its record tells it.

    Attributes
    ----------
    id : str
        The name of its file, without the ending.
    path : pathlib.Path
        The file that was read: its own, or the archive that holds it.
    lines : list of dict
        Every line, as it was written.
    header : dict
        The header line.
    epochs : dict of str to numpy.ndarray
        ``"epoch"``, each metric of the plan, 'learning_rate' and 'seconds': one float an epoch;
        NaN where nothing was recorded.
    end : dict or None
        The end line, its numbers as floats; None while the run is unfinished.
    plan : Plan
        What the study measures.
    problems : list of str
        What had to be left out of the file, in words.
    """

    id: str
    path: Path
    lines: list[dict]
    header: dict
    epochs: dict
    end: dict | None
    plan: Plan
    problems: list[str]

    @property
    def status(self):
        """'finished', 'diverged' or 'unfinished'."""
        return self.end["status"] if self.end else "unfinished"

    @property
    def run(self):
        """The run's values: arm, seed, and what else its study has."""
        return self.header["run"]

    @property
    def started(self):
        """When the run began: ISO 8601, UTC; the file's own time for a header without one."""
        if self.header.get("started"):
            return str(self.header["started"])
        changed = self.path.stat().st_mtime
        return _iso(datetime.datetime.fromtimestamp(changed, datetime.timezone.utc))


class Records(NamedTuple):
    """All runs of a folder in the study's order, and what couldn't be read."""

    runs: list[Run]
    problems: list[str]


class RunWriter:
    """Write one run's record, a whole line at a time.

    The header is put in place by renaming, so a run that starts again replaces what an
    interrupted one left, and each line is one unbuffered write, so that an interruption costs
    at most the line it falls into.

    Parameters
    ----------
    folder : path
        The study's folder; ``records/`` is made in it.
    run_id : str
        The file's name without ``.jsonl``.
    header : dict
        ``study``, ``run``, ``plan``, ``versions``, ``machine``, ``command``, ``git``, ``rows``. An
        optional ``index`` is the run's place in the study: it orders arms in the report.
        ``started`` is filled in unless given. Without a plan it is the default
        :class:`~yann_weightnorm.plan.Plan`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> run = dict(network="mlp", arm="plain", dataset="digits", seed=0, learning_rate=0.1)
    >>> with TemporaryDirectory() as folder:
    ...     with RunWriter(folder, "first", {"study": "supervised", "run": run}) as record:
    ...         record.epoch(epoch=1, train_cost=0.7, train_error=12.5, valid_error=9.8,
    ...                      learning_rate=0.1, seconds=0.4)
    ...         record.end("finished", test_error=9.1, seconds=0.5)
    ...     is_complete(folder, "first")
    True
    """

    def __init__(self, folder, run_id, header):
        _check_header(header, f"the header of run {run_id!r}")
        self.plan = plan_of(header.get("plan"))
        self.path = record_path(folder, run_id)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        first = dict({"kind": "header", "started": _iso(_now())}, **header)
        write_atomically(self.path, _encode(first))
        # Held open until close(): if another worker restarts this run, this one keeps writing
        # into the replaced, now nameless, file and their lines can't mix.
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115

    def epoch(self, epoch, **values):
        """Add an epoch: its number (from 1), metrics of the plan, learning_rate and seconds."""
        _check_names(values, (*self.plan.metrics, *EPOCH_FIELDS), "an epoch record")
        self._line(dict({"kind": "epoch", "epoch": epoch}, **values))

    def end(self, status, *, seconds=None, diverged_at=None, **finals):
        """Add the end line, 'finished' or 'diverged', with the plan's finals; close the file."""
        if status not in STATUSES:
            raise ValueError(f"a run ends as {' or '.join(map(repr, STATUSES))}, got {status!r}; "
                             f"for a run that stops early write no end at all.")
        _check_names(finals, self.plan.finals, "an end record")
        finals = dict(dict.fromkeys(self.plan.finals), **finals)
        self._line({"kind": "end", "status": status, **finals, "seconds": seconds,
                    "diverged_at": diverged_at})
        self.close()

    def close(self):
        """Close the file; without an end line the run stays unfinished."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _line(self, values):
        line = memoryview(_encode(values))
        while line:  # a disk that is nearly full takes a part; the next call says so
            line = line[self._file.write(line):]


def record_path(folder, run_id):
    """Return the file of run `run_id`, which must be a plain file name."""
    if not run_id or Path(run_id).name != run_id or run_id.startswith("."):
        raise ValueError(f"a run id is a plain file name without folders, got {run_id!r}; "
                         f"put '-' in place of the separators.")
    return Path(folder) / "records" / f"{run_id}.jsonl"


def is_complete(folder, run_id):
    """Say whether the run needn't be run again: its end line is there and no line is damaged."""
    return run_id in completed(folder)


def completed(folder):
    """Return the ids of the runs in a study's folder that needn't be run again, a set.

    Raises
    ------
    DamagedArchive
        If there is an archive of records that is damaged.
    """
    return {run.id for run in _read_all(folder).runs if _is_over(run)}


def read_run(path):
    """Return the :class:`Run` in a record file.

    A line that isn't complete JSON, as an interrupted run leaves behind, is left out and told in
    the run's `problems`.

    Raises
    ------
    ValueError
        If the file has no header line.
    """
    path = Path(path)
    return _run_of(path.stem, path, path.read_bytes())


def read_records(folder):
    """Return the :class:`Records` of a study's folder.

    Raises
    ------
    FileNotFoundError
        If there are no record files.
    DamagedArchive
        If there is an archive of records that is damaged.
    """
    records = _read_all(folder)
    if not (records.runs or records.problems):
        raise FileNotFoundError(
            f"the report wants run records, {Path(folder) / 'records'}/*.jsonl or {ARCHIVE} beside "
            f"that folder, and found none; run a study into this folder first, or name the folder "
            f"that it was run into.")
    return records


def pack(folder):
    """Move the records of a folder that are over into its archive; return how many there were.

    What reads records reads them as before, and a study takes their runs for done. What is in the
    archive already stays, unless the same run was done anew. The same records give the same bytes.
    Interrupted at any moment it loses nothing: a file goes only once the archive holds it. While it
    runs, nobody else may write into the folder.

    Raises
    ------
    DamagedArchive
        If there is an archive already that is damaged; nothing is changed then.
    """
    archive = Path(folder) / ARCHIVE
    over = [path for name, path in _files(folder).items() if _is_over_in(name, path)]
    if over:
        write_archive(archive, {**read_archive(archive),
                                **{path.name: path.read_bytes() for path in over}})
    for path in over:
        path.unlink()
    return len(over)


def _files(folder):
    """Return the record files of a folder by run id."""
    return {path.stem: path for path in sorted((Path(folder) / "records").glob("*" + ENDING))}


def _read_all(folder):
    """Return the :class:`Records` of a folder, which may be empty."""
    archive, files = Path(folder) / ARCHIVE, _files(folder)
    packed = {name[:-len(ENDING)]: data for name, data in read_archive(archive).items()
              if name.endswith(ENDING)}
    runs, problems = [], []
    for name in sorted({*packed, *files}):
        path = files.get(name, archive)
        try:
            runs.append(_run_of(name, path, path.read_bytes() if name in files else packed[name]))
            problems += runs[-1].problems
        except ValueError as error:
            problems.append(str(error))
    return Records(sorted(runs, key=_place), problems)


def _run_of(name, path, data):
    """Return the :class:`Run` called `name` from its record, bytes, that `path` holds."""
    lines, problems = _records_in(data, name + ENDING)
    headers = [line for line in lines if line["kind"] == "header"]
    who = str(path) if path.name == name + ENDING else f"{name + ENDING} in {path}"
    if not headers:
        raise ValueError(f"{who} should begin with a header line, but has none; remove it and run "
                         f"the study again.")
    _check_header(headers[0], who)
    plan = plan_of(headers[0].get("plan"))
    ends = [line for line in lines if line["kind"] == "end" and line.get("status") in STATUSES]
    epochs = [line for line in lines if line["kind"] == "epoch"]
    return Run(name, path, lines, headers[0], _columns(epochs, (*plan.metrics, *EPOCH_FIELDS)),
               _numbers(ends[-1], (*plan.finals, *END_FIELDS)) if ends else None, plan, problems)


def _is_over(run):
    return run.end is not None and not run.problems


def _is_over_in(name, path):
    """Say whether the run in a file is over; not if it can't be read."""
    try:
        return _is_over(_run_of(name, path, path.read_bytes()))
    except ValueError:
        return False


def _now():
    return datetime.datetime.now(datetime.timezone.utc)


def _iso(moment):
    return moment.isoformat(timespec="milliseconds")


def _encode(values):
    """Return a line of JSON, as bytes with its line end."""
    text = json.dumps(_plain(values), ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _plain(value):
    """Return `value` in JSON's own types: NumPy's become Python's, a non-finite number None."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _check_header(header, who):
    """Raise ValueError unless the header names the study and all of `RUN_FIELDS`."""
    run = header.get("run")
    if "study" not in header or not isinstance(run, dict):
        raise ValueError(f"{who} should hold 'study' and a 'run' of named values, but holds "
                         f"{', '.join(sorted(header)) or 'nothing'}; write both.")
    missing = [name for name in RUN_FIELDS if name not in run]
    if missing:
        raise ValueError(f"{who} should name {', '.join(RUN_FIELDS)} of its run; missing: "
                         f"{', '.join(missing)}.")
    tuned = plan_of(header.get("plan")).tuned
    if math.isnan(_number(_plain(run.get(tuned)))):
        raise ValueError(f"{who} should give the run's {tuned} as a number, got "
                         f"{run.get(tuned)!r}; write the one that the run starts with.")


def _check_names(values, known, what):
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"{what} takes {', '.join(known)}; got {', '.join(unknown)}: leave it "
                         f"out or name it as one of these.")


def _records_in(data, name):
    """Return (records, problems) of a file's bytes: what is JSON with a kind, and what isn't."""
    records, problems = [], []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            record = json.loads(line.decode("utf-8"))
            record["kind"]
            records.append(record)
        except (ValueError, KeyError, TypeError):
            problems.append(f"{name}, line {number}: not a whole record ({len(line)} bytes); left "
                            f"out.")
    return records, problems


def _columns(epochs, names):
    """Return the epoch lines as columns of floats, by epoch; the last one of equals counts."""
    latest = {_number(line.get("epoch")): line for line in epochs}
    lines = [latest[epoch] for epoch in sorted(latest) if math.isfinite(epoch)]
    return {name: np.array([_number(line.get(name)) for line in lines], dtype="float64")
            for name in ("epoch", *names)}


def _numbers(end, names):
    """Return the end line with the fields called `names` as floats."""
    return dict(end, **{name: _number(end.get(name)) for name in names})


def _number(value):
    """Return a JSON value as a float: NaN unless it is a finite number."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        number = float(value) if is_number else math.nan
    except OverflowError:  # a whole number beyond floats
        return math.nan
    return number if math.isfinite(number) else math.nan


def _place(run):
    """Return the sort key of a run in the study: its index if it has one, else its start."""
    index = _number(run.header.get("index"))
    return (index if math.isfinite(index) else LAST, run.started, run.id)
