"""Which runs are set side by side, and what is taken from them."""

import math
import tempfile
import unittest

from tests.report.made_up import make_header, write_study
from yann_weightnorm.records import RunWriter, read_records
from yann_weightnorm.report.comparison import baseline, compare, final

RUN = {"network": "mlp", "dataset": "d", "epochs": 3, "mini_batch_size": 10}


def put(folder, arm, rate, seed, train, valid, test=None, status="finished", file="", **run):
    """Write a run from lists of its errors; without a status it stays unfinished."""
    values = dict(RUN, arm=arm, learning_rate=rate, seed=seed, **run)
    name = "-".join(str(values[key]) for key in sorted(values)).replace("/", "_") + file
    with RunWriter(folder, name, make_header(values)) as record:
        for epoch, (train_error, valid_error) in enumerate(zip(train, valid), start=1):
            record.epoch(epoch, train_error=train_error, valid_error=valid_error, seconds=epoch)
        if status:
            record.end(status, test_error=test)


class TestCompare(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def compare(self):
        return compare(read_records(self.folder).runs)

    def test_the_best_rate_is_chosen_on_validation_never_on_test(self):
        put(self.folder, "plain", 0.1, 0, [9, 4, 2], [9, 8, 7], test=1)
        put(self.folder, "plain", 0.2, 0, [9, 4, 3], [9, 8, 6], test=99)
        arm = self.compare()[0].arms[0]
        self.assertEqual(arm.best, 0.2)
        self.assertEqual(arm.spread("test_error").median, 99)

    def test_numbers_at_the_best_rate_by_hand(self):
        for seed, (train, valid, test) in enumerate([([11, 5, 2], [9, 7, 6], 5.5),
                                                     ([10, 4, 3], [9, 8, 8], 7.5),
                                                     ([12, 11, 4], [9, 6, 5], 6.0)]):
            put(self.folder, "plain", 0.1, seed, train, valid, test)
            put(self.folder, "plain", 0.2, seed, train, [50, 50, 50], test)
        arm = self.compare()[0].arms[0]
        self.assertEqual(arm.best, 0.1)
        self.assertEqual(arm.spread("train_error"), (3, 2, 4, 3))
        self.assertEqual(arm.spread("valid_error"), (6, 5, 8, 3))
        self.assertEqual(arm.spread("test_error"), (6, 5.5, 7.5, 3))
        self.assertEqual(arm.epochs_to(10), (2, 1, 3, 3))
        self.assertEqual([arm.reached(level) for level in (10, 5, 3, 2, 1)], [3, 3, 2, 1, 0])
        self.assertEqual(arm.epochs_to(3), (3, 3, math.inf, 3))
        self.assertEqual(arm.epochs_to(2).median, math.inf)
        self.assertEqual(arm.seconds, 2)
        self.assertEqual((len(arm.runs), arm.diverged, arm.unfinished), (6, 0, 0))

    def test_a_diverged_seed_is_infinite_error_whatever_was_recorded(self):
        put(self.folder, "plain", 0.1, 0, [9, 1], [9, 1], status="diverged")
        put(self.folder, "plain", 0.1, 1, [9, 5], [9, 5], test=5)
        arm = self.compare()[0].arms[0]
        self.assertIsNone(arm.best)
        self.assertEqual(arm.best_runs, [])
        self.assertEqual(final(arm.rates[0.1][0], "valid_error"), math.inf)
        self.assertEqual((len(arm.runs), arm.diverged), (2, 1))

    def test_unfinished_runs_are_counted_and_not_used(self):
        put(self.folder, "plain", 0.1, 0, [9, 5, 4], [9, 5, 4], test=5)
        put(self.folder, "plain", 0.1, 1, [9], [0.1], status=None)
        arm = self.compare()[0].arms[0]
        self.assertEqual(arm.unfinished, 1)
        self.assertEqual(arm.spread("valid_error"), (4, 4, 4, 1))

    def test_a_rate_without_validation_error_is_never_best(self):
        put(self.folder, "plain", 0.1, 0, [1, 1], [math.nan, math.nan], test=1)
        put(self.folder, "plain", 0.2, 0, [9, 9], [80, 80], test=80)
        self.assertEqual(self.compare()[0].arms[0].best, 0.2)

    def test_different_settings_are_different_comparisons(self):
        for change in ({}, {"epochs": 5}, {"mini_batch_size": 20}, {"network": "cnn"},
                       {"dataset": "e"}, {"depth": 20}):
            put(self.folder, "plain", 0.1, 0, [1], [1], 1, **change)
        comparisons = self.compare()
        self.assertEqual(len(comparisons), 6)
        self.assertEqual(len({each.title for each in comparisons}), 6)
        self.assertIn("d, mlp, epochs 3, mini batch size 20", [each.title for each in comparisons])

    def test_order_is_that_of_the_study(self):
        write_study(self.folder, networks=("z", "a"), arms=("weight norm", "plain", "batch norm"),
                    seeds=(0,), epochs=2)
        comparisons = self.compare()
        self.assertEqual([each.network for each in comparisons], ["z", "a"])
        self.assertEqual([arm.name for arm in comparisons[0].arms],
                         ["weight norm", "plain", "batch norm"])
        self.assertEqual(list(comparisons[0].arms[0].rates), [0.01, 0.03, 0.1])
        self.assertEqual(baseline(comparisons[0]).name, "plain")

    def test_the_baseline_without_a_plain_arm_is_the_first(self):
        write_study(self.folder, arms=("weight norm", "batch norm"), seeds=(0,), epochs=2)
        self.assertEqual(baseline(self.compare()[0]).name, "weight norm")

    def test_of_two_records_of_the_same_run_one_counts_and_it_is_told(self):
        put(self.folder, "plain", 0.1, 0, [9], [9], 9, file="a")
        put(self.folder, "plain", 0.1, 0, [5], [5], 5, file="b")
        put(self.folder, "plain", 0.1, 0, [3], [3], status=None, file="c")
        comparison = self.compare()[0]
        arm = comparison.arms[0]
        self.assertEqual((len(arm.runs), arm.unfinished), (1, 0))
        self.assertEqual(arm.spread("valid_error").median, 5)
        self.assertEqual(len(comparison.problems), 2)
        self.assertIn("are the same run", comparison.problems[0])
