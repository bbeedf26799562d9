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
from yann_weightnorm.report.curves import arm_band, robustness
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.verdicts import NOT, SUPPORTED, better, faster
from yann_weightnorm.report.words import lead

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

    def test_words_and_files(self):
        self.assertIn("On breakout: weight norm reached 2 mean return in 2 evaluations",
                      lead(self.compared()))
        self.assertIn("return", summary_table(self.folder))
        text = write_report(self.folder).page.read_text("utf-8")
        for words in ("Does it play better?", "seconds per evaluation", "mean return"):
            self.assertIn(words, text)
        page = write_page(self.folder, "supervised", self.folder / "docs").read_text("utf-8")
        self.assertIn("| arm | best learning rate | mean return | to 2 | to 5 |", page)


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
