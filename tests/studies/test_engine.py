"""The engine on real worker processes: records, failures, lost workers. No networks."""

import os
import pathlib
import signal
import threading
import time
from tempfile import TemporaryDirectory
from unittest import TestCase
from unittest.mock import patch

from tests.studies.toy import comparable, toy
from yann_weightnorm.studies.backlog import Backlog
from yann_weightnorm.studies.cluster import connected
from yann_weightnorm.studies.engine import Engine, StudyError
from yann_weightnorm.studies.recorder import Recorder, undone


def do(client, study, folder=None, on_record=None):
    """Do all runs of `study`; return the engine and (run, record) pairs."""
    runs, told = study.runs(), []
    recorder = Recorder(folder, {run.id: place for place, run in enumerate(runs)}, "test")

    def tell(run, record):
        told.append((run, record))
        if folder:
            recorder.tell(run, record)
        if on_record:
            on_record(run, record)

    engine = Engine(client, study.perform, Backlog(runs, study.epoch_seconds, study.start_seconds),
                    None, tell)
    engine.run()
    return engine, told


class OnTwoWorkers(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = connected(workers=2)
        cls.client = cls.cluster.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.cluster.__exit__(None, None, None)

    def test_every_record_of_every_run_comes_once_and_in_order(self):
        study = toy()
        _, told = do(self.client, study)
        for run in study.runs():
            kinds = [record["kind"] for other, record in told if other == run]
            self.assertEqual(kinds, ["header"] + ["epoch"] * run.epochs + ["end"])

    def test_headers_say_where_the_numbers_come_from(self):
        _, told = do(self.client, toy(seeds=(0,), arms=("fast",)))
        header = told[0][1]
        self.assertEqual(header["versions"]["theano"], "1.0.5")
        self.assertIn("core", header["machine"])
        self.assertIn("git", header)
        self.assertEqual(header["clock"], "of the processor")  # its workers have one thread

    def test_records_come_while_a_run_is_under_way(self):
        times = []
        do(self.client, toy(networks=("odd",), arms=("slow",), seeds=(0,), learning_rates=(0.1,)),
           on_record=lambda run, record: times.append(time.monotonic()))
        self.assertGreater(times[-1] - times[0], 0.3)

    def test_a_run_that_fails_is_told_and_the_others_go_on(self):
        study = toy(arms=("fails", "fast"), seeds=(0,), learning_rates=(0.1,))
        engine, told = do(self.client, study)
        self.assertEqual({(run.arm, why) for run, why in engine.failures},
                         {("fails", "ValueError: it was asked to")})
        ends = [run for run, record in told if record["kind"] == "end"]
        self.assertEqual([run.arm for run in ends], ["fast", "fast"])

    def test_a_run_that_finds_no_memory_is_told_and_the_others_go_on(self):
        study = toy(networks=("odd",), arms=("starves", "fast"), seeds=(0, 1),
                    learning_rates=(0.1,))
        engine, told = do(self.client, study)
        self.assertEqual([run.arm for run, _ in engine.failures], ["starves"] * 2)
        self.assertRegex(engine.failures[0][1], "its worker ran out of memory .*1.00 GiB.*; try "
                                                "fewer with --workers, or a smaller mini batch")
        ends = [run.arm for run, record in told if record["kind"] == "end"]
        self.assertEqual(ends, ["fast"] * 2)

    def test_a_lost_worker_changes_no_record(self):
        study = toy(arms=("slow", "fast"), seeds=(0,))
        with TemporaryDirectory() as one, TemporaryDirectory() as other:
            do(self.client, study, one)
            victims = list(self.client.run(os.getpid).values())[:1]

            def kill_once(run, record):
                if record["kind"] == "epoch" and run.arm == "slow" and victims:
                    os.kill(victims.pop(), signal.SIGKILL)

            do(self.client, study, other, kill_once)
            self.assertEqual(victims, [])
            self.assertEqual(comparable(pathlib.Path(other)), comparable(pathlib.Path(one)))
            self.assertEqual(undone(other, study.runs()), [])

    def test_a_run_that_ends_every_worker_is_given_up_and_the_others_go_on(self):
        study = toy(networks=("odd",), arms=("dies", "fast"), seeds=(0,), learning_rates=(0.1,))
        engine, told = do(self.client, study)
        self.assertEqual([run.arm for run, record in told if record["kind"] == "end"], ["fast"])
        (run, why), = engine.failures
        self.assertEqual(run.arm, "dies")
        self.assertIn("3 workers were lost while they did it", why)

    def test_runs_that_all_end_their_workers_end_the_study(self):
        with self.assertRaisesRegex(StudyError, "failed like 2 before it: 3 workers were lost"):
            do(self.client, toy(networks=("odd",), arms=("dies",)))


def test_workers_have_one_thread_and_no_trace_of_dask_stays():
    before, folder = set(os.listdir(".")), os.getcwd()
    with connected(workers=1) as client:
        threads = client.run(os.getenv, "OMP_NUM_THREADS")
        assert list(threads.values()) == ["1"], threads
    assert set(os.listdir(folder)) == before


def test_ctrl_c_leaves_the_workers_alone():
    with connected(workers=1) as client:
        pid = list(client.run(os.getpid).values())[0]
        os.kill(pid, signal.SIGINT)
        time.sleep(0.5)
        assert list(client.run(os.getpid).values()) == [pid]


def test_a_scheduler_that_is_not_there_is_named():
    try:
        with connected(scheduler="nonsense://nowhere:1"):
            raise AssertionError
    except StudyError as error:
        assert "nonsense://nowhere:1" in str(error) and "--scheduler" in str(error)


def test_somebodys_scheduler_serves_as_well():
    from distributed import LocalCluster
    with TemporaryDirectory() as folder, patch.dict(os.environ), LocalCluster(  # which sets some
            n_workers=1, threads_per_worker=2, local_directory=folder, memory_limit=0,
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}) as cluster, \
            connected(scheduler=cluster.scheduler_address) as client:
        study = toy(arms=("fast",))
        _, told = do(client, study)
        assert sum(record["kind"] == "end" for _, record in told) == len(study.runs())
    assert threading.active_count() < 50


def test_a_run_that_takes_more_memory_than_a_worker_may_have_is_given_up_and_the_rest_goes_on():
    from distributed import LocalCluster
    study = toy(networks=("odd",), arms=("eats", "fast"), seeds=(0,), learning_rates=(0.1,))
    with TemporaryDirectory() as place, patch.dict(os.environ), LocalCluster(
            n_workers=1, threads_per_worker=1, local_directory=place, memory_limit="900MB",
            dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}) as cluster, \
            connected(scheduler=cluster.scheduler_address) as client:
        engine, _ = do(client, study, place)
        (run, why), = engine.failures
        assert run.arm == "eats" and "3 workers were lost" in why and "lack memory" in why, why
        assert [each.arm for each in undone(place, study.runs())] == ["eats"]


def threads_of_a_worker():
    return os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]


def test_workers_get_their_threads_and_the_environment_is_left_as_it_was():
    with patch.dict(os.environ, OMP_NUM_THREADS="2"):  # the user's word counts
        before = dict(os.environ)
        with connected(workers=1) as client:
            assert client.submit(threads_of_a_worker).result() == ("2", "1")
        assert dict(os.environ) == before
