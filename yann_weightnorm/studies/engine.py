"""Runs through the workers of a dask cluster, one at a time in each.

The engine hands runs out itself, rather than leave that to dask's scheduler, so that runs which can
share compiled functions meet in one worker. It knows nothing of networks, files or screens: it has
runs done and tells of their records.
"""

import queue
import time
import uuid

from distributed import CancelledError
from distributed.scheduler import KilledWorker

from yann_weightnorm.studies.work import work

__all__ = ["Engine", "StudyError"]

MOST_LOSSES = 3     # workers that a run may take down with it before it is given up
MOST_GIVEN_UP = 3   # runs given up before any has ended: then the study is
LOOK_ROUND = 1.0    # seconds between looks at who is there
PATIENCE = 120      # seconds without any worker
LESS = "try fewer with --workers, or a smaller mini batch"


class StudyError(RuntimeError):
    """A study couldn't go on; what is recorded stays."""


class Flight:
    """A run that a worker has in hand."""

    def __init__(self, run, worker, future):
        self.run, self.worker, self.future, self.told = run, worker, future, 0


class Engine:
    """Do the runs of a backlog.

    Parameters
    ----------
    client : distributed.Client
    perform : function (run, data, emit)
        As in :class:`~yann_weightnorm.studies.study.Study`; the workers must be able to import it.
    backlog : Backlog
    data : str or None
        Folder of data sets, where the workers see it.
    tell : function (run, record)
        Called in this thread with every record of a run, in order. A run that begins again, after
        its worker was lost, begins with another header.

    Attributes
    ----------
    failures : list of (Run, str)
        Runs that ended in an error, and its words.
    """

    def __init__(self, client, perform, backlog, data, tell):
        self.client, self.perform, self.backlog, self.data = client, perform, backlog, data
        self.tell, self.failures = tell, []
        self.topic = f"yann-weightnorm-{uuid.uuid4().hex}"
        self._flights, self._graphs, self._losses, self._seen = {}, {}, {}, time.monotonic()
        self._given_up, self._any_landed = 0, False
        self._mail = queue.Queue()  # what dask's threads have to say to this one

    def run(self):
        """Do every run; return when the last one is over.

        Raises
        ------
        StudyError
            If there are no workers for long, or the first runs take one worker after the other
            with them.
        """
        self.client.subscribe_topic(self.topic, lambda event: self._mail.put(event[1]))
        looked = -LOOK_ROUND
        while self._flights or self.backlog:
            if time.monotonic() - looked >= LOOK_ROUND:
                self._look_round()
                looked = time.monotonic()
            self._hand_out()
            self._read_mail()

    def _look_round(self):
        """See which workers are there; take back the runs of those that are not."""
        present = self._workers()
        for worker in set(self._graphs) - present:
            del self._graphs[worker]
        for worker in present - set(self._graphs):
            self._graphs[worker] = None
        for token, flight in list(self._flights.items()):
            if flight.worker not in present:
                flight.future.cancel()
                self._lost(token)
        if present:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > PATIENCE:
            raise StudyError(f"no worker has been there for {PATIENCE} seconds.")

    def _workers(self):
        try:
            return set(self.client.nthreads())
        except (OSError, RuntimeError) as error:
            raise StudyError(f"lost the connection to the scheduler ({error}).") from error

    def _hand_out(self):
        busy = {flight.worker for flight in self._flights.values()}
        for worker in sorted(set(self._graphs) - busy):
            run = self.backlog.take(self._graphs[worker])
            if run is not None:
                self._graphs[worker] = run.graph
                self._send(run, worker)

    def _send(self, run, worker):
        token = uuid.uuid4().hex
        future = self.client.submit(work, self.perform, run, self.data, self.topic, token,
                                    key=f"{run.id}-{token}", workers=[worker], pure=False)
        self._flights[token] = Flight(run, worker, future)
        future.add_done_callback(lambda _: self._mail.put([token, None]))

    def _read_mail(self):
        """Wait for news a while; then read all there is."""
        try:
            token, record = self._mail.get(timeout=LOOK_ROUND)
            while True:
                self._read(token, record)
                token, record = self._mail.get_nowait()
        except queue.Empty:
            pass

    def _read(self, token, record):
        flight = self._flights.get(token)
        if flight is None:
            return  # of a run that was taken back
        if record is None:
            self._landed(token, flight)
        else:
            flight.told += 1
            self.tell(flight.run, record)

    def _landed(self, token, flight):
        """Close the books on a run that its worker has ended, one way or the other."""
        try:
            records = flight.future.result()
        except (CancelledError, KilledWorker):
            self._lost(token)
        except MemoryError as error:
            del self._flights[token]
            self.failures.append((flight.run, f"its worker ran out of memory ({error}); {LESS}"))
        except Exception as error:  # noqa: BLE001  (whatever the run raised in its worker)
            del self._flights[token]
            self.failures.append((flight.run, f"{type(error).__name__}: {error}"))
        else:
            self._any_landed = True
            del self._flights[token]
            for record in records[flight.told:]:
                self.tell(flight.run, record)

    def _lost(self, token):
        """Put a run back whose worker is gone."""
        run = self._flights.pop(token).run
        self._losses[run] = self._losses.get(run, 0) + 1
        if self._losses[run] < MOST_LOSSES:
            self.backlog.put_back(run)
        else:
            self._give_up(run)

    def _give_up(self, run):
        """Leave out a run that takes one worker after the other with it; the rest goes on."""
        why = f"{MOST_LOSSES} workers were lost while they did it; they may lack memory: {LESS}"
        self.failures.append((run, why))
        self._given_up += 1
        if self._given_up >= MOST_GIVEN_UP and not self._any_landed:
            raise StudyError(f"the run {run} failed like {self._given_up - 1} before it: {why}.")
