"""The report's statistics against values worked out by hand and by another way of counting."""

import itertools
import math
import random
import statistics
import unittest

import numpy as np
import scipy.stats

from yann_weightnorm.report.statistics import (
    band, best_rate, first_epoch_at, interval, paired, spread)

INF, NAN = math.inf, math.nan


class TestSpread(unittest.TestCase):
    def test_by_hand(self):
        self.assertEqual(spread([3, 1, 2]), (2, 1, 3, 3))
        self.assertEqual(spread([4, 1]), (2.5, 1, 4, 2))
        self.assertEqual(spread([7]), (7, 7, 7, 1))

    def test_infinity_is_the_worst_value(self):
        self.assertEqual(spread([3, INF, 1]), (3, 1, INF, 3))
        self.assertEqual(spread([INF, INF, 1]), (INF, 1, INF, 3))
        self.assertEqual(spread([1, INF]).median, INF)

    def test_nan_does_not_count(self):
        self.assertEqual(spread([NAN, 3, 1, NAN]), (2, 1, 3, 2))
        for nothing in ([], [NAN, NAN]):
            self.assertTrue(all(math.isnan(part) for part in spread(nothing)[:3]))
            self.assertEqual(spread(nothing).count, 0)

    def test_against_the_standard_library(self):
        draw = random.Random(3)
        for size in range(1, 12):
            values = [draw.uniform(0, 100) for _ in range(size)]
            self.assertAlmostEqual(spread(values).median, statistics.median(values), places=12)
            self.assertEqual(spread(values).count, size)


class TestInterval(unittest.TestCase):
    def test_of_six_values_or_fewer_it_is_the_range(self):
        draw = random.Random(4)
        for size in range(1, 7):
            values = [draw.uniform(0, 100) for _ in range(size)]
            self.assertEqual(interval(values), (min(values), max(values)))
        self.assertEqual(interval(range(7)), (1, 5))

    def test_against_all_draws_there_are(self):
        for size in (5, 7):
            medians = np.sort(np.median(np.indices((size,) * size).reshape(size, -1), axis=0))
            low, high = interval(np.arange(float(size)))
            for tail, end in ((medians < low, 0.025), (medians <= low, 1), (medians > high, 0.025),
                              (medians >= high, 1)):
                self.assertLessEqual(tail.mean(), end)
            self.assertGreaterEqual((medians <= low).mean(), 0.025)
            self.assertGreaterEqual((medians >= high).mean(), 0.025)

    def test_against_many_draws(self):
        for size in (12, 21):
            values = np.arange(float(size))
            picks = np.random.RandomState(0).randint(size, size=(40000, size))
            ends = np.quantile(np.median(values[picks], axis=1), [0.025, 0.975])
            np.testing.assert_allclose(interval(values), ends, atol=0.5)

    def test_infinite_values_take_part(self):
        self.assertEqual(interval([1, 2, 3, INF, INF, INF, INF])[1], INF)
        self.assertEqual(spread([1, 2, 3, 4, 5, 6, 7, 8, INF]).high, 8)

    def test_it_is_the_same_each_time_whatever_the_order(self):
        draw = np.random.RandomState(2)
        values = draw.normal(size=12)
        self.assertEqual(interval(values), interval(values[::-1]))
        low, high = interval(values)
        self.assertLess(values.min(), low)
        self.assertLess(high, values.max())


class TestPaired(unittest.TestCase):
    def test_against_scipy_where_that_is_exact(self):
        draw = np.random.RandomState(0)
        for size in (3, 6, 10, 20):
            mine, theirs = draw.normal(size=(2, size))
            got = paired(dict(enumerate(mine)), dict(enumerate(theirs)))
            self.assertAlmostEqual(got.p, scipy.stats.wilcoxon(mine, theirs).pvalue, places=12)
            self.assertEqual(got.difference, np.median(mine - theirs))

    def test_ties_against_counting_all_signs(self):
        gaps = np.array([1.0, 1.0, -1.0, 2.0, 3.0, 3.0, -2.0])
        ranks = scipy.stats.rankdata(abs(gaps))
        sums = np.array([sum(rank for rank, up in zip(ranks, signs) if up)
                         for signs in itertools.product((0, 1), repeat=len(gaps))])
        seen = ranks[gaps > 0].sum()
        by_hand = 2 * min((sums <= seen).mean(), (sums >= seen).mean())
        self.assertAlmostEqual(paired(dict(enumerate(gaps)), dict.fromkeys(range(7), 0.0)).p,
                               by_hand)

    def test_six_pairs_are_needed_and_that_is_said(self):
        for pairs, enough in ((5, False), (6, True)):
            ones = dict.fromkeys(range(pairs), 1.0)
            got = paired(ones, dict.fromkeys(range(pairs), 0.0))
            least = 2.0 ** (1 - pairs)
            self.assertEqual((got.enough, got.p, got.least), (enough, least, least))

    def test_only_common_seeds_with_values_count(self):
        got = paired({0: 1.0, 1: NAN, 2: 5.0, 3: INF}, {0: 3.0, 1: 1.0, 3: INF, 4: 2.0})
        self.assertEqual((got.pairs, got.difference), (2, -1.0))
        nothing = paired({0: 1.0}, {1: 1.0})
        self.assertEqual((nothing.pairs, nothing.p), (0, 1.0))
        self.assertTrue(math.isnan(nothing.difference))

    def test_divergence_is_the_greatest_difference(self):
        got = paired({0: INF, 1: 2.0, 2: 3.0}, {0: 9.0, 1: 1.0, 2: 1.0})
        self.assertEqual((got.difference, got.p), (2.0, 0.25))


class TestFirstEpoch(unittest.TestCase):
    def test_at_or_below_counts(self):
        self.assertEqual(first_epoch_at([1, 2, 3], [6, 5, 4], 5), 2)

    def test_the_first_counts_even_if_the_error_rises_again(self):
        self.assertEqual(first_epoch_at([1, 2, 3, 4], [6, 2, 8, 1], 3), 2)

    def test_never_is_infinite(self):
        self.assertEqual(first_epoch_at([1, 2], [6, 5.001], 5), INF)
        self.assertEqual(first_epoch_at([], [], 5), INF)
        self.assertEqual(first_epoch_at([1, 2], [NAN, NAN], 5), INF)

    def test_more_may_be_better(self):
        self.assertEqual(first_epoch_at([1, 2, 3], [-120, -99, -101], -100, higher=True), 2)

    def test_it_is_the_number_of_the_epoch_not_its_place(self):
        self.assertEqual(first_epoch_at([1, 4], [6, 5], 5), 4)


class TestBestRate(unittest.TestCase):
    def test_least_median_not_least_mean_or_minimum(self):
        self.assertEqual(best_rate({0.1: [2, 2, 50], 0.2: [1, 9, 9]}), 0.1)

    def test_a_diverged_seed_counts_as_infinite(self):
        self.assertEqual(best_rate({0.1: [4, 4, 4], 0.3: [1, 5, INF]}), 0.1)
        self.assertEqual(best_rate({0.1: [4, 4, 4], 0.3: [1, 3, INF]}), 0.3)

    def test_the_smaller_of_equals(self):
        self.assertEqual(best_rate({0.3: [2], 0.1: [2], 0.2: [2]}), 0.1)

    def test_none_if_none_is_finite(self):
        self.assertIsNone(best_rate({0.1: [INF, INF, 1], 0.2: [NAN]}))
        self.assertIsNone(best_rate({}))


class TestBand(unittest.TestCase):
    def test_by_hand(self):
        drawn = band([([1, 2], [5, 3], False), ([1, 2], [9, 1], False), ([1, 2], [6, 2], False)])
        np.testing.assert_array_equal(drawn, [[1, 2], [6, 2], [5, 1], [9, 3]])

    def test_after_a_divergence_the_run_is_the_worst(self):
        lost = ([1], [4], True)
        drawn = band([([1, 2], [5, 3], False), ([1, 2], [9, 1], False), lost])
        np.testing.assert_array_equal(drawn, [[1, 2], [5, 3], [4, 1], [9, 3]])

    def test_the_median_stops_where_half_have_diverged(self):
        drawn = band([([1, 2], [5, 3], False), ([1, 2], [4, NAN], True)])
        np.testing.assert_array_equal(drawn.median, [4.5, NAN])

    def test_what_a_finished_run_did_not_record_does_not_count(self):
        drawn = band([([1, 2], [5, NAN], False), ([1, 2, 3], [7, 2, 1], False)])
        np.testing.assert_array_equal(drawn, [[1, 2, 3], [6, 2, 1], [5, 2, 1], [7, 2, 1]])

    def test_of_nothing(self):
        self.assertEqual([part.size for part in band([])], [0, 0, 0, 0])
        self.assertEqual([part.size for part in band([([], [], False)])], [0, 0, 0, 0])
