"""The critique's measurements against independent ones, and its runs."""

import dataclasses
import functools
from unittest import TestCase

import numpy as np
import theano
import theano.tensor as T

from tests.studies.recorded import recorded
from yann_weightnorm.normalization import compose
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.critique.least_squares import Plain, Problem, WeightNormalised
from yann_weightnorm.studies.critique.spectra import Gradients, Hessian, leading_share
from yann_weightnorm.studies.critique.study import check, perform

STUDY = study_named("critique").override({}, "smoke")
records_of = functools.partial(recorded, perform)


def run_of(part, **values):
    """Return the first smoke run of a part, with other values."""
    return dataclasses.replace(next(run for run in STUDY.runs() if run.part == part), **values)


# -- spectra ----------------------------------------------------------------------------------

def draw(rng, *shape):
    return rng.standard_normal(shape)


def net_of(v, g, u, x, y, lib):
    """Return the mean cost of a tiny net with a weight-normalised layer, and each row's."""
    hidden = lib.tanh(lib.dot(x, v * g / lib.sqrt((v ** 2).sum(axis=0, keepdims=True))))
    return ((lib.dot(hidden, u) - y) ** 2).mean()


class Spectra(TestCase):
    @classmethod
    def setUpClass(cls):
        rng = np.random.RandomState(0)
        cls.x, cls.y = draw(rng, 6, 3), draw(rng, 6, 1)
        cls.values = [draw(rng, 3, 2), draw(rng, 1, 2), draw(rng, 2, 1)]
        v, g, u = cls.params = [theano.shared(value, broadcastable=(len(value) == 1, False))
                                for value in cls.values]
        x, y = T.dmatrix(), T.dmatrix()
        w = compose(v, g, 0)
        cost = T.sqr(T.dot(T.tanh(T.dot(x, w)), u) - y).mean()
        cls.hessian = Hessian([x, y], cost, cls.params)
        cls.gradients = Gradients(x, y, cost, cls.params)

    def cost(self, flat, rows=slice(None)):
        values = [part.reshape(value.shape) for part, value in
                  zip(np.split(flat, [6, 8]), self.values)]
        return net_of(*values, self.x[rows], self.y[rows], np)

    @property
    def flat(self):
        return np.concatenate([value.ravel() for value in self.values])

    def numeric_hessian(self, h=1e-3):
        steps, at = h * np.eye(10), self.flat
        return np.array([[(self.cost(at + a + b) - self.cost(at + a - b) - self.cost(at - a + b)
                           + self.cost(at - a - b)) / (4 * h * h) for b in steps] for a in steps])

    def test_extremes_are_those_of_the_whole_hessian_by_finite_differences(self):
        values = np.linalg.eigvalsh(self.numeric_hessian())
        found = self.hessian.extremes(self.x, self.y, tolerance=1e-8)
        np.testing.assert_allclose(found, values[[0, -1]], rtol=1e-4, atol=1e-4)

    def test_products_are_the_hessians(self):
        vector = np.random.RandomState(1).standard_normal(10)
        np.testing.assert_allclose(self.hessian.times(vector, self.x, self.y),
                                   self.numeric_hessian().dot(vector), rtol=1e-3, atol=1e-4)

    def test_gradients_are_each_rows_own(self):
        found = self.gradients(self.x, self.y)
        wanted = [[(self.cost(self.flat + step, slice(row, row + 1))
                    - self.cost(self.flat - step, slice(row, row + 1))) / 2e-5
                   for step in 1e-5 * np.eye(10)] for row in range(6)]
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)

    def test_the_leading_share_is_that_of_the_covariance(self):
        rows = np.random.RandomState(2).standard_normal((5, 8))
        values = np.linalg.eigvalsh(np.cov(rows.T))
        np.testing.assert_allclose(leading_share(rows), values[-1] / values.sum())
        self.assertEqual(leading_share(np.ones((3, 2))), 0)


# -- least squares ----------------------------------------------------------------------------

class LeastNorm(TestCase):
    def setUp(self):
        self.problem = Problem(equations=5, unknowns=12, seed=1)

    def descend(self, way, rate, steps=4000):
        for _ in range(steps):
            way.step(self.problem.gradient(way.weight), rate / self.problem.curvature)
        self.assertLess(self.problem.cost(way.weight), 1e-8)
        return way.weight

    def test_the_least_solution_is_the_pseudoinverses(self):
        np.testing.assert_allclose(self.problem.least,
                                   np.linalg.pinv(self.problem.a).dot(self.problem.y))

    def test_the_curvature_is_the_hessians_largest_eigenvalue(self):
        hessian = self.problem.a.T.dot(self.problem.a) / 5
        np.testing.assert_allclose(self.problem.curvature, np.linalg.eigvalsh(hessian)[-1])

    def test_what_is_left_of_a_solved_problem_is_no_cost(self):
        w = self.problem.least
        self.assertEqual(self.problem.cost(w), 0)  # it would be 1e-33 or so
        error = 1e-9 * np.linalg.pinv(self.problem.a).dot(np.ones(5))
        np.testing.assert_allclose(self.problem.cost(w + error), 0.5e-18, rtol=1e-3)

    def test_plain_descent_keeps_what_no_equation_sees(self):
        start, a = 2.0 * self.problem.direction, self.problem.a
        unseen = start - np.linalg.pinv(a).dot(a.dot(start))
        np.testing.assert_allclose(self.descend(Plain(start), 1.0), self.problem.least + unseen,
                                   atol=1e-3)

    def test_weight_norm_ends_nearer_to_the_least_solution(self):
        start = self.problem.direction
        plain, normalised = (self.problem.excess(self.descend(way(start), rate))
                             for way, rate in ((Plain, 1.0), (WeightNormalised, 0.1)))
        self.assertLess(normalised, 0.7 * plain)

    def test_what_no_equation_sees_fades_as_the_length_grows(self):
        """Of a flow |unseen part of v| exp(g^2 / 2) stays as it is, while |v| is 1."""
        for scale in (0.3, 1.0):
            way = WeightNormalised(scale * self.problem.direction)
            before = self.unseen(way.v) * np.exp(way.g ** 2 / 2)
            self.descend(way, 0.01, steps=20000)
            np.testing.assert_allclose(self.unseen(way.v) * np.exp(way.g ** 2 / 2), before,
                                       rtol=0.05)

    def unseen(self, w):
        """Return the norm of the part of `w` that no equation sees."""
        return np.linalg.norm(w - np.linalg.pinv(self.problem.a).dot(self.problem.a.dot(w)))

    def test_steps_are_down_the_gradients_of_g_and_v(self):
        start, h = 0.7 * self.problem.direction, 1e-6
        way, v, g = (WeightNormalised(start), *self._parts(start))
        way.step(self.problem.gradient(start), 1.0)
        cost = self.problem.cost
        of_v = [(cost(compose(v + e, g, 0)) - cost(compose(v - e, g, 0))) / (2 * h)
                for e in h * np.eye(12)]
        of_g = (cost(compose(v, g + h, 0)) - cost(compose(v, g - h, 0))) / (2 * h)
        np.testing.assert_allclose(v - way.v, of_v, atol=1e-8)
        np.testing.assert_allclose(g - way.g, of_g, atol=1e-8)

    def _parts(self, w):
        length = np.linalg.norm(w, keepdims=True)
        return w / length, length


# -- runs -------------------------------------------------------------------------------------

class Runs(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        for part in ("norm", "conditioning"):
            run = run_of(part)
            first = records_of(run)
            self.assertNotEqual(records_of(dataclasses.replace(run, seed=7)), first)
            self.assertEqual(records_of(run), first)
            self.assertEqual(first[-1]["status"], "finished")

    def test_the_length_of_v_only_grows_under_plain_descent(self):
        values = records_of(run_of("growth", learning_rate=1.0))[1:-1]
        growth = [record["growth"] for record in values]
        self.assertTrue(1 < growth[0] < growth[1], growth)

    def test_a_plain_weights_effective_rate_is_the_learning_rate(self):
        record = records_of(run_of("conditioning", epochs=1))[1]
        self.assertEqual(record["effective_rate"], record["learning_rate"])
        self.assertTrue(record["hessian_smallest"] < record["hessian_largest"])
        self.assertTrue(0 < record["leading_share"] <= 100)

    def test_l2_of_v_keeps_it_short(self):
        run = run_of("decay", l2=0.1)
        shrunk, free = (records_of(dataclasses.replace(run, arm=arm))[-2]["growth"]
                        for arm in ("weight norm + L2 on v", "weight norm"))
        self.assertLess(shrunk, free)

    def test_too_large_steps_are_told_as_divergence(self):
        end = records_of(run_of("norm", arm="normal", learning_rate=1e3, epochs=20))[-1]
        self.assertEqual(end["status"], "diverged")
        self.assertGreater(end["diverged_at"], 1)


class Refused(TestCase):
    def test_what_means_nothing(self):
        for part, name, value, words in (
                ("growth", "part", "grwth", "perhaps you meant 'growth'"),
                ("growth", "arm", "weightnorm", "perhaps you meant 'weight norm'"),
                ("growth", "optimizer", "sdg", "perhaps you meant 'sgd'"),
                ("growth", "probe_rows", 999, "smaller probe_rows"),
                ("norm", "arm", "weight norm + l1", "part 'norm'"),
                ("norm", "equations", 12, "fewer equations than unknowns")):
            with self.assertRaisesRegex(ValueError, words):
                check(dataclasses.replace(run_of(part), **{name: value}), None)
