"""Rules on claims: each word from records that deserve it."""

import tempfile
import unittest

from tests.report.test_comparison import put
from yann_weightnorm.records import read_records
from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.verdicts import (
    NOT, SUPPORTED, UNTESTED, Claim, alike, better, better_at_one_rate, cheap, faster, follows_less,
    larger_rate, reaches, steadier, trains_at, trains_instead, wider)


class TestVerdicts(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def two(self, mine, theirs, train=((9, 1), (9, 9, 1)), rates=((0.1,), (0.1,)), **run):
        """Write arms 'a' and 'b' with these test errors, one a seed, and these training errors."""
        for arm, tests, errors, tried in zip("ab", (mine, theirs), train, rates):
            for seed, test in enumerate(tests):
                for rate in tried:
                    put(self.folder, arm, rate, seed, errors, errors, test, **run)

    def word(self, rule):
        return rule(compare(read_records(self.folder).runs)).word

    def why(self, rule):
        return rule(compare(read_records(self.folder).runs)).why

    def test_with_few_seeds_ranges_that_do_not_meet_decide(self):
        self.two((1, 2, 3), (4, 5, 6))
        self.assertEqual(self.word(better("a", "b")), SUPPORTED)
        self.assertEqual(self.word(better("b", "a")), NOT)
        self.assertEqual(self.word(alike("a", "b")), NOT)
        self.assertIn("d, mlp: test error (%) 2.00 [1.00, 3.00] of a, 5.00 [4.00, 6.00] of b.",
                      self.why(better("a", "b")))

    def test_what_follows_from_the_rate_is_compared_at_one_rate(self):
        for rate, ends in ((0.1, (5, 6, 7)), (1.0, (50, 60, 70))):
            for seed, end in enumerate(ends):  # a is the better at each rate, and judged worse
                put(self.folder, "a", rate, seed, [9], [9 - rate], end - 1)
                put(self.folder, "b", rate, seed, [9], [9 + rate], end)
        self.assertEqual(self.word(better("a", "b")), NOT)  # at 1, and b at 0.1
        self.assertEqual(self.word(better_at_one_rate("a", "b", "test_error")), SUPPORTED)
        self.assertEqual(self.word(better_at_one_rate("b", "a", "test_error")), NOT)
        self.assertIn("test error (%), over all learning rates, 27.50 [4.00, 69.00] of a, 28.50 "
                      "[5.00, 70.00] of b.", self.why(better_at_one_rate("a", "b", "test_error")))

    def test_every_run_must_end_above_what_is_to_be_reached(self):
        self.two((1, 2, 3), (4, 5, 6))
        self.assertEqual(self.word(reaches("b", "test_error", 3.5)), SUPPORTED)
        self.assertEqual(self.word(reaches("b", "test_error", 4.5)), NOT)
        self.assertEqual(self.word(reaches("c", "test_error", 0)), UNTESTED)
        self.assertIn("d, mlp: test error (%) 4 to 6.", self.why(reaches("b", "test_error", 3.5)))

    def test_what_grows_less_than_the_learning_rate(self):
        rule = follows_less("a", "train_error")
        put(self.folder, "a", 0.01, 0, [5, 2], [9, 9], 9)
        self.assertEqual(self.word(rule), UNTESTED)
        for rate, last in ((0.04, 4), (0.16, 8)):  # as the square root
            put(self.folder, "a", rate, 0, [5, last], [9, 9], 9)
        put(self.folder, "a", 1.0, 0, [5], [9], status="diverged")
        self.assertEqual(self.word(rule), SUPPORTED)
        self.assertIn("d, mlp: training error (%) as the rate to the power of 0.50.",
                      self.why(rule))
        for rate in (0.01, 0.04):                  # in proportion, and more
            put(self.folder, "b", rate, 0, [5, 100 * rate ** 1.2], [9, 9], 9)
        self.assertEqual(self.word(follows_less("b", "train_error")), NOT)

    def test_ranges_that_meet_support_only_that_they_are_alike(self):
        self.two((1, 2, 4), (4, 5, 6))
        self.assertEqual(self.word(better("a", "b")), NOT)
        self.assertEqual(self.word(alike("a", "b")), SUPPORTED)

    def test_with_six_seeds_the_paired_test_decides_though_ranges_meet(self):
        theirs = [2, 3, 4, 5, 6, 7]
        self.two([each - 1 for each in theirs], theirs)
        self.assertEqual(self.word(better("a", "b")), SUPPORTED)

    def test_one_seed_or_one_arm_decides_nothing(self):
        self.two((1,), (5,))
        self.assertEqual(self.word(better("a", "b")), UNTESTED)
        self.assertEqual(self.word(better("a", "c")), UNTESTED)
        self.assertIn("No comparison has ended runs of both a and c", self.why(better("a", "c")))

    def test_a_claim_must_hold_in_every_comparison_that_can_tell(self):
        self.two((1, 2), (4, 5))
        self.two((4, 5), (1, 2), network="other")
        self.two((1,), (5,), network="one seed")
        self.assertEqual(self.word(better("a", "b")), NOT)
        self.assertIn("In 1 of 2 comparisons.", self.why(better("a", "b")))

    def test_epochs_to_the_hardest_level_that_both_reached(self):
        self.two((1, 2), (1, 2), train=((4, 1), (9, 4, 4)))
        self.assertEqual(self.word(faster("a", "b")), SUPPORTED)
        self.assertIn("to a training error of 5 %: a 1 epoch, b 2, 2.00 times as many",
                      self.why(faster("a", "b")))
        self.two((1, 2), (1, 2), train=((50,), (50,)), network="slow")
        self.assertEqual(self.word(faster("b", "a")), NOT)

    def test_no_common_level_is_not_testable(self):
        self.two((1, 2), (1, 2), train=((50,), (5,)))
        self.assertEqual(self.word(faster("a", "b")), UNTESTED)

    def test_seconds_an_epoch(self):
        self.two((1, 2), (1, 2))  # epoch n takes n seconds: medians 1.5 and 2
        self.assertEqual(self.word(cheap("a", "b", 0.8)), SUPPORTED)
        self.assertEqual(self.word(cheap("b", "a", 1.3)), NOT)
        self.assertIn("an epoch 1.33 times as long", self.why(cheap("b", "a", 1.3)))

    def test_learning_rates_that_train(self):
        for rate, errors in ((0.1, (9, 9)), (0.2, (9, 90)), (0.4, (90, 90))):
            put(self.folder, "a", rate, 0, [9], [errors[0]], 9)
            put(self.folder, "b", rate, 0, [9], [errors[1]], 9)
        self.assertEqual(self.word(wider("a", "b", 50)), SUPPORTED)
        self.assertEqual(self.word(wider("b", "a", 50)), NOT)
        self.assertEqual(self.word(trains_instead("a", "b", 50)), SUPPORTED)
        self.assertIn("a trains at 0.1, 0.2, b at 0.1", self.why(wider("a", "b", 50)))
        put(self.folder, "c", 0.1, 0, [9], [9], 9)
        self.assertEqual(self.word(wider("c", "a", 50)), UNTESTED)
        self.assertEqual(self.word(larger_rate("c", "a")), UNTESTED)
        self.assertEqual(self.word(larger_rate("a", "b")), NOT)

    def test_fewer_runs_that_diverge(self):
        for arm, bad in (("a", 0), ("b", 5), ("c", 2)):
            for seed in range(6):
                put(self.folder, arm, 0.1, seed, [9], [9], 9 if seed >= bad else None,
                    "diverged" if seed < bad else "finished")
        # Of 12 runs 5 diverged: that all are b's has the chance 6 / 792; of 2 that both are c's,
        # 15 / 66.
        self.assertEqual(self.word(steadier("a", "b")), SUPPORTED)
        self.assertEqual(self.word(steadier("b", "a")), NOT)
        self.assertEqual(self.word(steadier("a", "c")), NOT)
        self.assertIn("a 0 of 6 runs diverged, b 5 of 6 runs diverged", self.why(
            steadier("a", "b")))
        for seed in range(6):
            put(self.folder, "d", 0.1, seed, [9], [9], 9)
        self.assertEqual(self.word(steadier("a", "d")), UNTESTED)

    def test_training_at_a_place_of_an_axis(self):
        for depth, error in ((10, 5), (30, 5), (50, 90)):
            put(self.folder, "a", 0.1, 0, [9], [error], 9, depth=depth)
        self.assertEqual(self.word(trains_at("a", "depth", 30, 50)), NOT)
        self.assertEqual(self.word(trains_at("a", "depth", 51, 50)), UNTESTED)
        self.assertIn("depth 30: trains.", self.why(trains_at("a", "depth", 30, 50)))
        self.assertEqual(self.word(trains_at("a", "depth", 9, 50, itself=True)), UNTESTED)
        self.assertEqual(self.word(trains_at("a", "depth", 50, 50, itself=True)), NOT)
        self.assertEqual(self.word(trains_at("a", "depth", 10, 4)), UNTESTED)
        self.assertIn("No arm trains anywhere", self.why(trains_at("a", "depth", 10, 4)))

    def test_a_claim_counts_only_the_runs_it_is_about(self):
        self.two((1, 2), (4, 5), sweep="rate")
        self.two((4, 5), (1, 2), sweep="depth")
        claim = Claim("", "", better("a", "b"), {"sweep": "rate"})
        self.assertEqual(claim.verdict(compare(read_records(self.folder).runs)).word, SUPPORTED)

    def test_every_claim_has_a_verdict_on_any_records(self):
        self.two((1, 2), (4, 5))
        comparisons = compare(read_records(self.folder).runs)
        for claims in CLAIMS.values():
            for claim in claims:
                self.assertEqual(claim.verdict(comparisons).word, UNTESTED, claim.text)
                self.assertTrue(claim.paper)
