"""The generative study: the terms of a bound by NumPy, that runs repeat, what is refused."""

import dataclasses
import functools
from unittest import TestCase, mock

import numpy as np
import theano.tensor as T

from tests.small import without_c_code
from tests.studies.bits import tiny
from tests.studies.recorded import recorded
from yann_weightnorm import dataset_from_arrays
from yann_weightnorm.studies.generative import study
from yann_weightnorm.studies.generative.bounds import bernoulli_log_likelihood, divergence
from yann_weightnorm.studies.generative.study import GENERATIVE, check, perform

STUDY = GENERATIVE.override({}, "smoke")
records_of = functools.partial(recorded, perform)


def run_of(model, **values):
    """Return the last smoke run of a model, with other values."""
    return dataclasses.replace([run for run in STUDY.runs() if run.model == model][-1], **values)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Bounds(TestCase):
    def test_terms_are_those_of_numpy(self):
        rng = np.random.RandomState(0)
        x, a, b = rng.randint(2, size=(3, 5)), rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
        p = sigmoid(a)
        with without_c_code():
            np.testing.assert_allclose(
                bernoulli_log_likelihood(T.constant(x * 1.0), T.constant(a)).eval(),
                np.log(np.where(x, p, 1 - p)).sum(axis=1), rtol=1e-12)
            np.testing.assert_allclose(
                divergence(T.constant(a), T.constant(b)).eval(),
                0.5 * (a ** 2 + np.exp(b) - b - 1).sum(axis=1), rtol=1e-12)


class Repeats(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        run = run_of("draw", hidden=4)
        first = records_of(run)
        records_of(dataclasses.replace(run, seed=5))
        self.assertEqual(records_of(run), first)
        self.assertEqual(first[-1]["status"], "finished")
        self.assertGreater(first[2]["train_bound"], first[1]["train_bound"])


class Refused(TestCase):
    def test_arms_that_a_model_cannot_have(self):
        for model, arm, words in (("draw", "normal + data start", "no data-dependent start"),
                                  ("vae", "batch norm", "can't run the arm 'batch norm'")):
            with self.assertRaisesRegex(ValueError, words):
                check(run_of(model, arm=arm), None)

    def test_images_of_a_shape_that_a_model_cannot_have(self):
        for model, shape, words in (("draw", (4, 4, 3), "attention wants images of one channel"),
                                    ("vae", (4, 8, 1), "square images twice; those of bits"),
                                    ("vae", (6, 6, 1), "square images twice; those of bits")):
            images = np.zeros((6,) + shape), np.zeros(6, "int64")
            bits = dataset_from_arrays(images, mini_batch_size=3)
            with mock.patch.object(study, "_bits", return_value=bits):
                check(tiny("draw"), None)
                check(tiny("draw", attention="2-3" if shape[-1] == 1 else "none"), None)
                with self.assertRaisesRegex(ValueError, words):
                    check(tiny(model, attention="2-3"), None)

    def test_images_and_rows_that_there_are_not(self):
        with self.assertRaisesRegex(ValueError, "train_rows of mnist-5k must fill a mini batch"):
            check(run_of("draw", train_rows=5), None)
        with self.assertRaisesRegex(ValueError, "neither 'none' nor two sizes"):
            check(run_of("draw", attention="2"), None)
