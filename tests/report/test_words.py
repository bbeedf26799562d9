"""The sentences say what the records say, also when weight normalization doesn't help."""

import tempfile
import unittest

from tests.report.made_up import write_study
from tests.report.test_comparison import put
from yann_weightnorm.records import read_records
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.words import cautions, lead, sentence


class TestWords(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def compare(self):
        return compare(read_records(self.folder).runs)

    def two_arms(self, plain, normalized, tests=((5, 6, 7), (5, 6, 7)), **run):
        """Write three seeds of two arms with these training errors, and these test errors."""
        for arm, train, ends in zip(("plain", "weight norm"), (plain, normalized), tests):
            for seed, test in enumerate(ends):
                put(self.folder, arm, 0.1, seed, train, train, test, **run)

    def told(self):
        return lead(self.compare())

    def test_faster_and_better(self):
        self.two_arms([9, 4, 2], [4, 2, 2], tests=((6, 7, 8), (3, 4, 5)))
        self.assertEqual(
            self.told(), "On d, mlp: weight norm reached a training error of 2 % in 2 epochs, "
            "plain in 3 epochs (median of 3 seeds, each arm at its own best learning rate; an "
            "epoch took 1.00 times as long). Test error 4.00 [3.00, 5.00] % against 7.00 [6.00, "
            "8.00] %: lower and so better, beyond chance.")

    def test_slower_and_worse_is_said_as_plainly(self):
        self.two_arms([4, 2, 1], [9, 4, 2], tests=((3, 4, 5), (6, 7, 8)))
        self.assertIn("weight norm reached a training error of 2 % in 3 epochs, plain in 2 epochs; "
                      "only plain reached 1 %, in 3 epochs", self.told())
        self.assertIn("higher and so worse, beyond chance", self.told())

    def test_ranges_that_meet_are_no_difference(self):
        self.two_arms([9, 1], [9, 1], tests=((5, 6, 7), (3, 4, 5)))
        self.assertIn("no difference beyond chance", self.told())

    def test_no_level_reached(self):
        self.two_arms([50, 40], [30, 20])
        self.assertIn("weight norm ended with a training error of 20.00 [20.00, 20.00] %, plain "
                      "with 40.00 [40.00, 40.00] %", self.told())

    def test_one_seed_decides_nothing(self):
        put(self.folder, "plain", 0.1, 0, [9, 1], [9, 1], 2)
        put(self.folder, "weight norm", 0.1, 0, [1, 1], [9, 1], 1)
        self.assertIn("(one seed, each arm", self.told())
        self.assertIn("one seed can't tell", self.told())
        self.assertIn("With one seed nothing is known about the spread between runs.",
                      cautions(self.compare()[0]))

    def test_the_easiest_level_that_nobody_reached_is_told(self):
        self.two_arms([9, 4, 2], [4, 2, 2])
        self.assertIn("No arm reached a training error of 1 %.", cautions(self.compare()[0]))

    def test_few_seeds_are_a_caution_and_six_have_a_test(self):
        self.two_arms([9, 1], [9, 1], tests=((5, 6, 7), (1, 2, 3)))
        self.assertIn("With fewer than 6 seeds no test of pairs",
                      " ".join(cautions(self.compare()[0])))
        self.assertNotIn("p =", self.told())
        self.two_arms([9, 1], [9, 1], tests=((5, 6, 7, 8, 9, 9), (4, 5, 6, 7, 8, 8)))
        self.assertIn("lower and so better, beyond chance (p = 0.031 by pairs of one seed)",
                      self.told())  # although the two ranges meet
        self.assertFalse([each for each in cautions(self.compare()[0]) if "fewer than" in each])

    def test_nothing_to_compare(self):
        put(self.folder, "plain", 0.1, 0, [9, 1], [9, 1], 2)
        self.assertIn("The records don't answer the question", self.told())
        put(self.folder, "weight norm", 0.1, 0, [9, 1], [9, 1], status="diverged")
        self.assertIn("On d, mlp: weight norm has no learning rate", self.told())
        comparison = self.compare()[0]
        self.assertEqual(sentence(comparison, comparison.arms[1]),
                         "weight norm has no learning rate at which more than half of its runs "
                         "ended with a validation error; plain ended with a validation error of "
                         "1.00 %.")

    def test_an_arm_that_diverges_everywhere_among_many_comparisons(self):
        for network in "abc":
            put(self.folder, "plain", 0.1, 0, [9], [9], status="diverged", network=network)
            put(self.folder, "weight norm", 0.1, 0, [9, 1], [9, 1], 2, network=network)
        self.assertIn("weight norm needed fewer than plain in 3, as many in 0, more in 0",
                      self.told())
        self.assertIn("no such difference in 0 (3 can't tell)", self.told())

    def test_only_unfinished_runs(self):
        put(self.folder, "plain", 0.1, 0, [9], [9], status=None)
        put(self.folder, "weight norm", 0.1, 0, [9], [9], status=None)
        comparison = self.compare()[0]
        self.assertIn("has no ended runs yet", sentence(comparison, comparison.arms[1]))
        self.assertIn("plain: 1 run not finished and not counted", cautions(comparison)[0])

    def test_many_comparisons_are_counted(self):
        self.two_arms([9, 1], [1, 1], tests=((6, 7, 8), (3, 4, 5)), network="faster")
        self.two_arms([9, 1], [1, 1], tests=((6, 7, 8), (3, 4, 5)), network="faster too")
        self.two_arms([9, 1], [9, 1], network="same")
        self.two_arms([1, 1], [9, 1], tests=((3, 4, 5), (6, 7, 8)), network="slower")
        self.two_arms([50, 50], [50, 50], network="neither")
        self.assertEqual(
            self.told(), "5 comparisons, each arm at its own best learning rate. Epochs to a good "
            "training error: weight norm needed fewer than plain in 2, as many in 1, more in 1 "
            "(1 can't tell). Its test error: better beyond chance in 2, worse in "
            "1, no such difference in 2.")

    def test_a_best_rate_at_the_edge_is_a_caution(self):
        write_study(self.folder, rates=(0.03, 0.1), epochs=6)
        self.assertIn("weight norm: the best learning rate, 0.03, is the smallest one tried; a "
                      "smaller one may be better.", cautions(self.compare()[0]))

    def test_unequal_grids_and_seeds_are_cautions(self):
        for rate in (0.1, 0.2):
            put(self.folder, "plain", rate, 0, [9], [9], 9)
        for seed in (0, 1):
            put(self.folder, "weight norm", 0.1, seed, [9], [9], 9)
        told = cautions(self.compare()[0])
        self.assertIn("Not every arm was run at the same learning rates.", told)
        self.assertIn("Not every arm was run with the same number of seeds.", told)

    def test_a_single_learning_rate_is_a_caution(self):
        self.two_arms([9], [9])
        self.assertTrue(any(text.startswith("Only one learning rate was tried")
                            for text in cautions(self.compare()[0])))
