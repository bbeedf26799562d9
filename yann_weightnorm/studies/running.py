"""Do the runs of a study that its folder doesn't hold yet."""

import contextlib
from typing import NamedTuple

from yann_weightnorm.studies.backlog import Backlog
from yann_weightnorm.studies.cluster import connected
from yann_weightnorm.studies.engine import Engine
from yann_weightnorm.studies.lock import locked
from yann_weightnorm.studies.progress import Progress
from yann_weightnorm.studies.recorder import Recorder, undone
from yann_weightnorm.toolbox.datasets.download import NotThereYet, nothing_fetched

__all__ = ["Outcome", "check_study", "run_study"]


class Outcome(NamedTuple):
    """How a call of :func:`run_study` went: numbers of runs, and (run, error's words) pairs."""

    done: int
    already: int
    failures: list


def check_study(study, data=None, fetch=True):
    """Raise an error in plain words if the study can't be run: unknown names, missing data.

    Data that can be fetched are, unless `fetch` is false.

    Returns
    -------
    list of str
        What would have to be fetched, in words.
    """
    graphs, missing = {}, {}
    for run in study.runs():
        graphs.setdefault(run.graph, run)
    with contextlib.nullcontext() if fetch else nothing_fetched():
        for run in graphs.values():
            try:
                study.check(run, data)
            except NotThereYet as error:
                missing[str(error)] = None
    return list(missing)


def run_study(study, folder, *, data=None, workers=None, threads=1, scheduler=None, command=None,
              quiet=False, watch=None):
    """Do the runs of `study` that have no ended record in `folder` yet.

    May be interrupted at any moment: what is recorded stays, and the next call does the rest, a run
    without an end from its start. Neither the interruption nor the number of workers changes a
    number.

    Parameters
    ----------
    study : Study
    folder : path
        Gets ``records/<run>.jsonl``.
    data : str, optional
        Folder of data sets, where the workers see it; see
        :func:`~yann_weightnorm.toolbox.datasets.load_dataset`.
    workers, threads, scheduler
        See :func:`yann_weightnorm.studies.cluster.connected`.
    command : str, optional
        What the records shall say that made them.
    quiet : bool, default False
        Show no progress.
    watch : object, optional
        Its ``tell(run, record)`` gets every record after it is written; its ``close()`` is called
        at the end.

    Returns
    -------
    Outcome

    Raises
    ------
    FolderInUse
        If another process runs a study in `folder`.
    StudyError
        If the workers can't be had or are lost again and again.
    """
    runs = study.runs()
    with locked(folder):
        todo = undone(folder, runs)
        failures = []
        if todo:
            places = {run.id: place for place, run in enumerate(runs)}
            recorder = Recorder(folder, places, command,
                                study.plan._replace(question=study.question))
            watchers = [Progress(study, todo, quiet=quiet), *([watch] if watch else [])]
            failures = _do(study, todo, [recorder, *watchers], data,
                           {"workers": workers, "threads": threads, "scheduler": scheduler})
    return Outcome(len(todo) - len(failures), len(runs) - len(todo), failures)


def _do(study, todo, watchers, data, cluster):
    """Do the runs `todo`, tell all of `watchers` in order, and return the failures."""
    with contextlib.ExitStack() as stack:
        for watch in watchers:
            stack.callback(watch.close)
        client = stack.enter_context(connected(**cluster))

        def tell(run, record):
            for watch in watchers:
                watch.tell(run, record)

        backlog = Backlog(todo, study.epoch_seconds, study.start_seconds)
        engine = Engine(client, study.perform, backlog, data, tell)
        engine.run()
        return engine.failures
