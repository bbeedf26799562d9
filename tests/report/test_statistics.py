"""The report's statistics against values worked out by hand and by another way of counting."""

import math
import random
import statistics
import unittest

import numpy as np

from yann_weightnorm.report.statistics import band, best_rate, first_epoch_at, spread

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
            self.assertEqual(spread(values)[1:3], (min(values), max(values)))


class TestFirstEpoch(unittest.TestCase):
    def test_at_or_below_counts(self):
        self.assertEqual(first_epoch_at([1, 2, 3], [6, 5, 4], 5), 2)

    def test_the_first_counts_even_if_the_error_rises_again(self):
        self.assertEqual(first_epoch_at([1, 2, 3, 4], [6, 2, 8, 1], 3), 2)

    def test_never_is_infinite(self):
        self.assertEqual(first_epoch_at([1, 2], [6, 5.001], 5), INF)
        self.assertEqual(first_epoch_at([], [], 5), INF)
        self.assertEqual(first_epoch_at([1, 2], [NAN, NAN], 5), INF)

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
