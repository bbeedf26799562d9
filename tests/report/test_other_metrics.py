"""Studies that measure something else: returns by evaluation, more being better."""

import math
import tempfile
import unittest
from pathlib import Path

from tests.report.made_up import make_header
from yann_weightnorm.plan import Metric, Plan, plan_of
from yann_weightnorm.records import RunWriter, read_records
from yann_weightnorm.report import summary_table, write_page, write_report
from yann_weightnorm.report.comparison import compare, subject
from yann_weightnorm.report.curves import (
    arm_band, axis_title, learning_curves, recorded_metrics, robustness)
from yann_weightnorm.report.numbers import of_unit
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.verdicts import NOT, SUPPORTED, better, faster
from yann_weightnorm.report.words import lead
from yann_weightnorm.studies import STUDIES

PLAN = Plan(metrics={"mean_return": Metric("mean return", higher=True, short="return")},
            finals={}, judge="mean_return", levels=(2, 5), point="evaluation",
            title=("game",), baseline=("normal",), subject=("weight norm",),
            question="Does it play better?")


def put(folder, arm, rate, seed, returns, status="finished"):
    run = {"game": "breakout", "arm": arm, "learning_rate": rate, "seed": seed}
    header = make_header(run, plan=PLAN._asdict(), rows=None)
    with RunWriter(folder, f"{arm}-{rate}-{seed}", header) as record:
        for point, value in enumerate(returns, start=1):
            record.epoch(point, mean_return=value, seconds=3)
        record.end(status, seconds=9)


class TestReturns(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        for seed in (0, 1):
            put(self.folder, "normal", 0.1, seed, [1, 2, 3 + seed])
            put(self.folder, "normal", 0.2, seed, [1, 1, 1])
            put(self.folder, "weight norm", 0.1, seed, [1, 5, 6 + seed])
        put(self.folder, "weight norm", 0.2, 0, [1, 9], status="diverged")

    def compared(self):
        return compare(read_records(self.folder).runs)

    def test_the_best_rate_is_that_of_the_greatest_value(self):
        comparison, = self.compared()
        self.assertEqual({arm.name: arm.best for arm in comparison.arms},
                         {"normal": 0.1, "weight norm": 0.1})
        self.assertEqual(comparison.title, "breakout")
        self.assertEqual(subject(comparison).epochs_to(5).median, 2)
        self.assertEqual(comparison.arms[0].epochs_to(5).median, math.inf)

    def test_what_is_better_is_judged_by_the_metric(self):
        ends = better("weight norm", "normal", "mean_return")
        self.assertEqual(ends(self.compared()).word, SUPPORTED)
        self.assertEqual(better("normal", "weight norm", "mean_return")(self.compared()).word, NOT)
        self.assertEqual(faster("normal", "weight norm")(self.compared()).word, NOT)

    def test_what_diverged_is_marked_at_the_bottom_and_cuts_the_band_below(self):
        comparison, = self.compared()
        crosses = robustness(comparison, looks([comparison])).data[3]
        self.assertEqual((crosses.name, len(crosses.y)), ("weight norm", 1))
        self.assertLess(crosses.y[0], 1)
        put(self.folder, "weight norm", 0.1, 2, [1], status="diverged")
        arm = self.compared()[0].arms[1]
        drawn = arm_band(arm, "mean_return")
        self.assertEqual(list(drawn.median), [1, 5, 6])
        self.assertEqual(list(drawn.low), [1, 5, 6])

    def test_a_long_name_of_an_axis_is_broken_and_values_have_their_unit(self):
        self.assertEqual(axis_title("mean return of the last 100 episodes (points)"),
                         "mean return of the last 100<br>episodes (points)")
        self.assertEqual(axis_title("training error (%)"), "training error (%)")

    def test_words_and_files(self):
        self.assertIn("On breakout: weight norm reached a mean return of 2 in 2 evaluations",
                      lead(self.compared()))
        self.assertIn("return", summary_table(self.folder))
        text = write_report(self.folder).page.read_text("utf-8")
        for words in ("Does it play better?", "seconds per evaluation", "mean return"):
            self.assertIn(words, text)
        page = write_page(self.folder, "supervised", self.folder / "docs").read_text("utf-8")
        self.assertIn("| arm | best learning rate | mean return | to 2 | to 5 |", page)


def write_real(folder, study, run, ends):
    """Write three seeds of two arms of a real study: `ends` are its first metric's last values."""
    plan = study.plan
    for arm, last in ends.items():
        for seed, value in enumerate(last):
            header = make_header(dict(run, arm=arm, seed=seed, learning_rate=0.1),
                                 study=study.name, plan=plan._asdict())
            with RunWriter(folder, f"{arm}-{seed}", header) as record:
                for point in (1, 2):
                    record.epoch(point, **dict.fromkeys(plan.metrics, value), seconds=3)
                record.end("finished", **dict.fromkeys(plan.finals, value))


def test_a_graph_offers_what_was_recorded_and_begins_with_the_first_of_that():
    plan = Plan(metrics={name: Metric(name) for name in ("never", "cost", "error")}, finals={},
                judge="cost")
    with tempfile.TemporaryDirectory() as folder:
        run = {"arm": "plain", "seed": 0, "learning_rate": 0.1, "network": "mlp", "dataset": "d"}
        with RunWriter(folder, "run", make_header(run, plan=plan._asdict())) as record:
            record.epoch(1, cost=2.0, error=1.0, seconds=1)
            record.end("finished")
        comparison, = compare(read_records(folder).runs)
        assert list(recorded_metrics([comparison])) == ["cost", "error"]
        figure = learning_curves(comparison, looks([comparison]))
        assert [(trace.meta["metric"], trace.visible) for trace in figure.data] == [
            ("cost", True), ("error", False)]
        assert figure.layout.yaxis.title.text == "cost"


def test_a_unit_of_several_words_is_for_axes():
    cost = Metric("training cost", "mean over rows")
    assert of_unit("0.1", cost) == "0.1" and cost.title == "training cost (mean over rows)"
    assert of_unit("2", Metric("training error", "%")) == "2 %"


def test_the_studies_of_returns_and_bounds_are_told_in_their_own_words():
    cases = (
        (STUDIES["reinforcement"], {"game": "breakout"}, (2.5, 3.5, 4.5), (5.5, 6.5, 7.5),
         ("weight norm + data start reached a mean return of the last 100 episodes of 3 points in "
          "1 evaluation, normal + data start in 1 evaluation; only weight norm + data start "
          "reached 5 points, in 1 evaluation", "an evaluation took 1.00 times as long",
          "Score in the test 6.50 [5.50, 7.50] points against 3.50 [2.50, 4.50] points: higher and "
          "so better"),
         ("| mean return of the last 100 episodes, points | score in the test, points |",
          "median mean return of the last 100 episodes after the last evaluation",
          "| to 5 points | seconds per evaluation |")),
        (STUDIES["generative"], {"model": "vae", "dataset": "d", "attention": "none"},
         (-99, -98, -97), (-160, -150, -140),
         ("weight norm + data start reached a bound on test data of -150 nats in 1 epoch, normal + "
          "data start in 1 epoch; only normal + data start reached -100 nats",
          "Last bound on test data -150.00 [-160.00, -140.00] nats against -98.00 [-99.00, -97.00] "
          "nats: lower and so worse"),
         ("| to -100 nats | seconds per epoch |", "median bound on validation data after")))
    for study, run, plain, normalised, sentences, on_page in cases:
        with tempfile.TemporaryDirectory() as folder:
            write_real(folder, study, run, {"normal + data start": plain,
                                            "weight norm + data start": normalised})
            told = lead(compare(read_records(folder).runs))
            page = write_page(folder, study.name, Path(folder) / "docs").read_text("utf-8")
        for words in sentences:
            assert words in told, told
        for words in on_page:
            assert words in page, page
        assert "validation data." not in page


def test_a_plan_is_read_back_from_json():
    import json
    assert plan_of(json.loads(json.dumps(PLAN._asdict()))) == PLAN
    for wrong in ({"nonsense": 1}, {"metrics": 3}, "text", {"levels": ["x"]}):
        try:
            plan_of(wrong)
        except ValueError as error:
            assert "a plan should hold metrics" in str(error)
        else:
            raise AssertionError(wrong)
