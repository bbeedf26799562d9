"""A dask cluster for a study: a quiet local one, or somebody's."""

import contextlib
import logging
import os
import signal
import sys
import tempfile
import warnings
from multiprocessing import resource_tracker

import dask
from distributed import Client, LocalCluster

from yann_weightnorm.studies.engine import StudyError
from yann_weightnorm.theano_setup.threads import cores

__all__ = ["connected", "default_workers"]

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                    "VECLIB_MAXIMUM_THREADS")
NOTHING = logging.CRITICAL + 1  # dask calls it critical when a client leaves before a last message
CONNECT = 20  # seconds to reach a scheduler
CLOSE = 20    # seconds for workers to stop by themselves


def default_workers():
    """Return how many workers a study has by default: one a core."""
    return cores()


@contextlib.contextmanager
def connected(*, workers=None, threads=1, scheduler=None):
    """Yield a client of the cluster at `scheduler`, or of a local one for the time being.

    Parameters
    ----------
    workers : int, optional
        Worker processes of a local cluster; one a core by default.
    threads : int, default 1
        Threads that the matrix products of each may use, unless the environment says so
        (``OMP_NUM_THREADS`` and its like). Numbers may depend on it in their last digits.
    scheduler : str, optional
        Address of a running scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    StudyError
        If the scheduler can't be reached.
    """
    silence()
    if scheduler:
        with _remote(scheduler) as client:
            yield client
    else:
        workers = workers or default_workers()
        with tempfile.TemporaryDirectory(prefix="yann-weightnorm-") as folder, \
                _environment_kept(), _local(workers, threads, folder) as client:
            yield client


def silence():
    """Keep dask's own messages from the user's terminal; what matters the engine says itself."""
    for name in ("distributed", "asyncio", "tornado"):
        logging.getLogger(name).setLevel(NOTHING)


@contextlib.contextmanager
def _remote(address):
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise StudyError(f"no scheduler answers at {address!r} ({error}); start one with "
                         f"'dask scheduler', or leave --scheduler out.") from error
    with client:
        yield client


@contextlib.contextmanager
def _local(workers, threads, folder):
    with dask.config.set(_settings(threads)), _interrupts_held():
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, memory_limit=0,
            local_directory=folder, silence_logs=NOTHING,
            # Without an address of its own choice the scheduler would take port 8787.
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False})
        client = Client(cluster, set_as_default=False)
    try:
        yield client
    finally:
        _close(client, cluster)


def _close(client, cluster):
    """Stop the workers, if need be by force; never hide why the study ended by an error of ours."""
    processes = [nanny.pid for nanny in cluster.workers.values()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client.close()
            cluster.close(timeout=CLOSE)
    except Exception:  # noqa: BLE001  (a timeout, mostly, on a busy machine)
        for process in filter(None, processes):
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)


def _settings(threads):
    """Return dask's settings: the workers' environment, their silence, little else to do."""
    return {
        "distributed.nanny.pre-spawn-environ": {
            name: str(threads) for name in THREAD_VARIABLES if name not in os.environ},
        "distributed.logging": {"distributed": "critical"}, "logging": {"distributed": "critical"},
        # What dask does besides, dozens of times a second, would take a tenth of a core.
        "distributed.worker.profile.enabled": False, "distributed.scheduler.work-stealing": False,
        "distributed.admin.tick.interval": "1s", "distributed.admin.tick.limit": "1h",
        "distributed.admin.system-monitor.interval": "10s",
        "distributed.comm.timeouts.connect": "30s",
    }


@contextlib.contextmanager
def _environment_kept():
    """Put the environment back at the end: dask sets its workers' here, and leaves it so."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _start_tracker():
    """Start what clears up after workers; without its words when one was stopped by force."""
    sys.warnoptions.append("ignore::UserWarning:multiprocessing.resource_tracker")
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.pop()


@contextlib.contextmanager
def _interrupts_held():
    """Keep Ctrl-C from the threads, and so the processes, that are started meanwhile.

    A terminal sends it to every process; the workers are to be stopped by this one.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    _start_tracker()  # it would unblock the signal when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
