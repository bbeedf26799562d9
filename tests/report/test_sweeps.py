"""Final values against an axis of the grid."""

import re
import tempfile
import unittest

from tests.report.test_comparison import RUN
from tests.report.made_up import make_header
from yann_weightnorm.plan import Plan
from yann_weightnorm.records import RunWriter, read_records
from yann_weightnorm.report import write_report
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.pictures import sweep_picture
from yann_weightnorm.report.sweeps import (
    is_steep, pictured, sweep_figure, sweep_metrics, sweep_rows, sweeps)

PLAN = Plan(axes={"depth": "hidden layers"})


def put(folder, arm, depth, seed, valid, test, status="finished", rate=0.1, **values):
    """Write a run of two epochs at a depth."""
    run = dict(RUN, arm=arm, learning_rate=rate, seed=seed, depth=depth, **values)
    name = "-".join(map(str, (arm, depth, seed, rate, *values.values())))
    with RunWriter(folder, name, make_header(run, plan=PLAN._asdict())) as record:
        record.epoch(1, train_error=valid, valid_error=valid, seconds=1)
        record.end(status, test_error=test)


class TestSweeps(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        for depth, errors in ((2, (5, 6)), (50, (8, 9))):
            for seed, error in enumerate(errors):
                put(self.folder, "plain", depth, seed, error, error + 1)
                put(self.folder, "weight norm", depth, seed, error - 4, error - 3)
        put(self.folder, "plain", 100, 0, 90, None, status="diverged")
        put(self.folder, "plain", 100, 0, 90, None, status="diverged", rate=0.2)
        put(self.folder, "weight norm", 100, 0, 7, 8)
        put(self.folder, "weight norm", 100, 0, 90, None, status="diverged", rate=0.2)

    def found(self):
        comparisons = compare(read_records(self.folder).runs)
        return sweeps(comparisons), looks(comparisons)

    def test_comparisons_that_differ_in_the_axis_alone_make_one(self):
        (sweep,), _ = self.found()
        self.assertEqual((sweep.axis, sweep.places, sweep.log), ("depth", [2, 50, 100], True))
        self.assertEqual(sweep.title, "d, mlp: hidden layers")
        put(self.folder, "plain", 2, 0, 1, 1, epochs=77)
        self.assertEqual(len(self.found()[0]), 1)  # 77 epochs at one depth make none
        put(self.folder, "plain", 3, 0, 1, 1, epochs=77)
        self.assertEqual(len(self.found()[0]), 2)

    def test_rows_by_hand(self):
        (sweep,), _ = self.found()
        self.assertEqual(sweep_rows(sweep), [
            ["plain", "6.50 [6.00, 7.00] at 0.1", "9.50 [9.00, 10.00] at 0.1", "diverged"],
            ["weight norm", "2.50 [2.00, 3.00] at 0.1", "5.50 [5.00, 6.00] at 0.1",
             "8.00 at 0.1"]])

    def test_the_figure_holds_each_metric_and_marks_what_diverged(self):
        (sweep,), look = self.found()
        traces = sweep_figure(sweep, look).data
        names = list(sweep_metrics(sweep))
        self.assertEqual(names, ["test_error", "valid_error", "train_error", "diverged"])
        self.assertEqual({trace.meta["metric"] for trace in traces}, set(names))
        shown = [trace for trace in traces if trace.visible]
        self.assertEqual({trace.meta["metric"] for trace in shown}, {"test_error"})
        line, crosses = [trace for trace in shown if trace.meta["arm"] == "plain"]
        self.assertEqual((list(line.y), len(crosses.y)), ([6.5, 9.5], 1))
        share = [trace.y for trace in traces if trace.meta["metric"] == "diverged" and len(trace.y)]
        self.assertEqual([list(y) for y in share], [[0, 0, 100], [0, 0, 50]])

    def test_the_picture_shows_what_tables_show_and_the_diverged_runs_if_there_are_any(self):
        (sweep,), _ = self.found()
        self.assertEqual(pictured(sweep), ["test_error", "diverged"])
        sound = {name: {x: arm for x, arm in arms.items() if x < 100}
                 for name, arms in sweep.arms.items()}
        sound = sweep._replace(arms=sound)
        self.assertEqual(pictured(sound), ["test_error"])
        self.assertEqual(list(sweep_metrics(sound)), ["test_error", "valid_error", "train_error"])

    def test_what_was_not_measured_is_not_offered(self):
        for depth in (2, 50):
            put(self.folder, "plain", depth, 0, 5, None, network="untested")
        sweep = [each for each in self.found()[0] if "untested" in each.title][0]
        self.assertEqual(list(sweep_metrics(sweep)), ["valid_error", "train_error"])

    def test_values_a_thousand_times_apart_have_a_logarithmic_axis(self):
        (sweep,), _ = self.found()
        self.assertFalse(is_steep(sweep, "test_error"))  # 2 to 10
        put(self.folder, "plain", 500, 0, 1, 2001)
        (sweep,), _ = self.found()
        self.assertTrue(is_steep(sweep, "test_error"))
        self.assertFalse(is_steep(sweep, "valid_error"))
        page = write_report(self.folder).page.read_text("utf-8")
        self.assertEqual(re.findall('name="s0-scale" value="([a-z]+)" checked', page), ["log"])
        put(self.folder, "plain", 1000, 0, 1, 0)  # which no logarithmic axis has room for
        self.assertFalse(is_steep(self.found()[0][0], "test_error"))

    def test_the_same_records_give_the_same_picture(self):
        (sweep,), look = self.found()
        one, other = (sweep_picture(sweep, look) for _ in range(2))
        self.assertEqual(one[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(one, other)
