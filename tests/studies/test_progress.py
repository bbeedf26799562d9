"""What a study shows while it runs."""

import io
from unittest import TestCase

from tests.studies.test_recorder import stream
from tests.studies.toy import toy
from yann_weightnorm.studies.progress import Progress, duration, seconds_of


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Lines(TestCase):
    def test_one_line_a_finished_run_where_there_is_no_terminal(self):
        study, file = toy(arms=("fast",), seeds=(0,), learning_rates=(0.1,)), io.StringIO()
        progress = Progress(study, study.runs(), file)
        for run in study.runs():
            for record in stream(run):
                progress.tell(run, record)
        progress.close()
        lines = file.getvalue().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0], "[1/2] even, fast, rate 0.1, seed 0: test error 70.00 %, 1.0 s")

    def test_a_terminal_gets_a_bar_with_what_runs(self):
        study, file = toy(arms=("fast",)), Terminal()
        progress = Progress(study, study.runs(), file)
        run = study.runs()[0]
        for record in stream(run)[:2]:
            progress.tell(run, record)
        self.assertIn("run 1 of 12: even, fast, rate 0.1, seed 0", file.getvalue())
        progress.close()

    def test_quiet_is_quiet(self):
        study, file = toy(arms=("fast",)), Terminal()
        progress = Progress(study, study.runs(), file, quiet=True)
        for record in stream(study.runs()[0]):
            progress.tell(study.runs()[0], record)
        progress.close()
        self.assertEqual(file.getvalue(), "")


class Amounts(TestCase):
    def test_all_that_is_done_adds_up(self):
        study, file = toy(arms=("fast",)), io.StringIO()
        progress = Progress(study, study.runs(), file)
        for run in study.runs():
            again = stream(run)[:2] if run.seed == 1 else []  # its worker was lost
            for record in again + stream(run):
                progress.tell(run, record)
        self.assertAlmostEqual(progress.done, seconds_of(study, study.runs()))
        progress.close()

    def test_durations_in_words(self):
        self.assertEqual([duration(s) for s in (0.2, 59, 61, 7260)],
                         ["1 s", "59 s", "2 min", "2 h 1 min"])
