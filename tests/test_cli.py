"""The command: its words, its exit codes, and a study that survives what may happen to it."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import TestCase
from unittest.mock import patch

import psutil

from tests.studies.toy import comparable
from tests.test_records import HEADER
from yann_weightnorm import __version__, cli, study_command
from yann_weightnorm.records import RunWriter
from yann_weightnorm.studies.lock import locked

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["--set", "networks=mlp 8", "--set", "train_rows=500"]
STUDY = [*SMALL, "--set", "arms=normal,weight norm + data start", "--set", "epochs=30",
         "--set", "learning_rates=0.003", "--set", "seeds=0,1,2"]


def call(*argv):
    """Return (exit code, standard output, standard error) of the command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(argv)
        except SystemExit as ended:  # how argparse ends
            code = ended.code
    return code, out.getvalue(), err.getvalue()


class Words(TestCase):
    def test_version(self):
        self.assertEqual(call("--version")[:2], (0, f"yann-weightnorm {__version__}\n"))

    def test_help_at_every_level(self):
        for argv in (["--help"], [], ["study"], ["study", "run", "--help"], ["report", "-h"],
                     ["run", "--help"]):
            code, out, _ = call(*argv)
            self.assertEqual(code, 0)
            self.assertIn("usage: yann-weightnorm", out)

    def test_list(self):
        code, out, _ = call("study", "list")
        self.assertEqual(code, 0)
        self.assertIn("supervised: ", out)
        self.assertIn("  learning_rates=0.0003,0.001,0.003,0.01\n", out)

    def test_list_of_one_study_tells_its_budgets(self):
        code, out, _ = call("study", "list", "robustness")
        self.assertEqual(code, 0)
        self.assertIn("  budgets: smoke, quick, full, paper\n", out)
        self.assertIn("  residual.optimizer=sgd\n", out)
        self.assertNotIn("supervised", out)

    def test_a_budget_is_a_grid(self):
        code, out, _ = call("study", "run", "robustness", "--budget", "smoke", "--dry-run")
        self.assertEqual(code, 0)
        self.assertIn("residual, weight norm + data start, mnist-5k, depth 2, batch 100, rate 0.1, "
                      "seed 1, epochs: 1", out)

    def test_dry_run_tells_the_grid_and_leaves_nothing(self):
        with TemporaryDirectory() as folder:
            out_folder = Path(folder) / "new"
            code, out, _ = call("study", "run", *STUDY, "--dry-run", "--out", str(out_folder))
            self.assertEqual(code, 0)
            self.assertIn("mlp 8, weight norm + data start, mnist-5k, rate 0.003, seed 2", out)
            self.assertIn("6 runs, 6 to do: about", out)
            self.assertFalse(out_folder.exists())

    def test_dry_run_fetches_nothing_and_says_what_would_be(self):
        fetch = "yann_weightnorm.toolbox.datasets.download.fetch"
        with TemporaryDirectory() as data, patch.dict(os.environ, XDG_CACHE_HOME=data), \
                patch(fetch, side_effect=AssertionError):
            code, out, err = call("study", "run", "--set", "networks=mlp 8", "--data", data,
                                  "--set", "datasets=cifar10,mnist,digits", "--dry-run")
            self.assertEqual((code, err, os.listdir(data)), (0, "", []))
        self.assertRegex(out, r"(?s)mlp 8, normal, mnist, .* runs, \d+ to do: about .* workers")
        *_, one, other = out.splitlines()
        self.assertRegex(one, "^cifar10 is not there yet .*cifar-10-binary.*: yann-weightnorm "
                              "download cifar10$")
        self.assertRegex(other, "^mnist is not there yet .*train-images-idx3-ubyte")

    def test_the_command_in_a_record_names_no_folder_of_the_machine(self):
        self.assertEqual(
            study_command.command(["study", "run", "--data", "/home/me/x", "--out=/home/me/y",
                         "--scheduler", "tcp://host:1", "--set", "arms=weight norm"]),
            "yann-weightnorm study run --data FOLDER --out=y --scheduler ADDRESS --set "
            "'arms=weight norm'")


class Mistakes(TestCase):
    def refused(self, *argv, words):
        code, out, err = call(*argv)
        self.assertEqual((code, out), (2, ""))
        self.assertRegex(err, words)
        self.assertEqual(err.count("\n"), 1, err)

    def test_each_is_one_line_and_exit_code_2(self):
        run = ("study", "run")
        self.refused(*run, "supervized", words="no study 'supervized'.*perhaps.*'supervised'")
        self.refused(*run, "--set", "epoch=1", words="no setting 'epoch'.*perhaps.*'epochs'")
        self.refused(*run, "--set", "epochs", words="name=value")
        self.refused(*run, "--set", "epochs=1", "--set", "epochs=2", words="twice")
        self.refused(*run, "--set", "arms=weightnorm", words="perhaps.*'weight norm'")
        self.refused(*run, "--dataset", "mnist-5", words="perhaps.*'mnist-5k'")
        self.refused(*run, "--dataset", "mnist", "--data", "/nowhere", words="/nowhere/mnist")
        self.refused(*run, "--budget", "smok", words="no budget 'smok'.*perhaps.*'smoke'")
        self.refused("study", "list", "supervized", words="perhaps.*'supervised'")
        self.refused("study", "report", "supervised", "--out", "/nowhere", words="/nowhere")
        self.refused("study", "compare", "/nowhere", "/nowhere", words="/nowhere")
        self.refused("study", "pack", "/nowhere", words="/nowhere")
        self.refused("report", "/nowhere", words="/nowhere")
        self.refused("run", "/nowhere.py", words="cannot read the script /nowhere.py")

    def test_a_damaged_archive_of_records_is_neither_read_nor_overwritten(self):
        with TemporaryDirectory() as folder:
            archive = Path(folder) / "records.tar.xz"
            archive.write_bytes(b"nonsense")
            for argv in (("run", *STUDY, "--quiet", "--out"), ("pack",),
                         ("run", *STUDY, "--dry-run", "--out")):
                self.refused("study", *argv, folder, words="records.tar.xz .*is damaged")
            self.assertEqual(archive.read_bytes(), b"nonsense")

    def test_a_folder_in_use_is_not_packed(self):
        with TemporaryDirectory() as folder, locked(folder):
            with RunWriter(folder, "a", HEADER) as record:
                record.end("finished")
            self.refused("study", "pack", folder, words="in use by another study")
            self.assertEqual(os.listdir(str(Path(folder) / "records")), ["a.jsonl"])

    def test_a_wrong_option_is_argparses_to_tell(self):
        self.assertEqual(call("study", "run", "--workers", "0")[0], 2)
        self.assertEqual(call("stduy")[0], 2)


def start(folder, *more):
    """Return a process of the command that runs the small study into `folder`."""
    return subprocess.Popen(
        [sys.executable, "-m", "yann_weightnorm", "study", "run", *STUDY, "--out", str(folder),
         "--workers", "2", *more], cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True)


def wait_for(condition, child, seconds=300):
    """Wait until `condition()`; fail if `child` ends first."""
    until = time.monotonic() + seconds
    while not condition():
        assert child.poll() is None and time.monotonic() < until, child.communicate()
        time.sleep(0.02)


def lines(folder):
    """Return how many lines of records there are."""
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("records/*.jsonl"))


def workers_of(child):
    """Return the processes that train."""
    found = []
    for process in psutil.Process(child.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # gone meanwhile
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
    return found


class Disturbed(TestCase):
    def test_lost_workers_and_ctrl_c_and_a_cut_record_change_no_number(self):
        with TemporaryDirectory() as place:
            quiet, rough = Path(place) / "quiet", Path(place) / "rough"
            child = start(quiet)
            out, err = child.communicate()
            self.assertEqual(child.returncode, 0, err)
            self.assertIn("6 runs done, 0 were done before", out)
            self.assertTrue(out.endswith(f"{quiet / 'report.html'}\n"))
            self.assertNotIn("distributed", err)
            undisturbed = comparable(quiet)
            self.assertEqual(len(undisturbed), 6)
            self.lose_a_worker_and_interrupt(rough)
            self.cut_a_record(rough)
            self.kill_the_study(rough)
            child = start(rough)
            _, err = child.communicate()
            self.assertEqual(child.returncode, 0, err)
            self.assertEqual(comparable(rough), undisturbed)
            self.nothing_is_trained_again(rough)

    def lose_a_worker_and_interrupt(self, folder):
        child = start(folder)
        wait_for(lambda: lines(folder) > 5, child)
        os.kill(workers_of(child)[0].pid, signal.SIGKILL)
        there = lines(folder)
        wait_for(lambda: lines(folder) > there + 5, child)
        left = workers_of(child)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        if child.returncode != 0:  # else it was over before
            self.assertEqual(child.returncode, 130, err)
            self.assertIn("What is recorded stays; the same command goes on from there.", err)
            self.assertNotIn("Traceback", err)
            self.assertNotIn("resource_tracker", err)
        psutil.wait_procs(left, timeout=10)
        self.assertFalse([process for process in left if process.is_running()
                          and process.status() != psutil.STATUS_ZOMBIE])

    def kill_the_study(self, folder):
        child = start(folder)
        there = lines(folder)
        wait_for(lambda: lines(folder) > there + 3, child)
        left = workers_of(child)
        child.kill()
        child.communicate()
        _, alive = psutil.wait_procs(left, timeout=60)
        self.assertFalse([process for process in alive
                          if process.status() != psutil.STATUS_ZOMBIE])

    def cut_a_record(self, folder):
        """Cut one, and drop the others, so that there is enough to do for the next to be killed."""
        record, *others = sorted(folder.glob("records/*.jsonl"))
        record.write_bytes(record.read_bytes()[:-30])
        for other in others:
            other.unlink()

    def nothing_is_trained_again(self, folder):
        times = {path: path.stat().st_mtime_ns for path in folder.glob("records/*.jsonl")}
        child = start(folder)
        out, err = child.communicate()
        self.assertEqual(child.returncode, 0, err)
        self.assertIn("0 runs done, 6 were done before", out)
        self.assertEqual({path: path.stat().st_mtime_ns for path in times}, times)
