"""The generative study: bounds and filters against NumPy, gradients by differences, repeats."""

import dataclasses
from unittest import TestCase

import numpy as np
import theano
import theano.tensor as T

from tests.small import floatx, without_c_code
from yann_weightnorm.studies.generative.study import GENERATIVE, check, perform
from yann_weightnorm.studies.generative.attention import attention_named, filter_bank
from yann_weightnorm.studies.generative.bounds import bernoulli_log_likelihood, divergence
from yann_weightnorm.studies.generative.draw import Draw

STUDY = GENERATIVE.override({}, "smoke")


def run_of(model, **values):
    """Return the last smoke run of a model, with other values."""
    return dataclasses.replace([run for run in STUDY.runs() if run.model == model][-1], **values)


def records_of(run):
    """Return what the run records, without the timings."""
    records = []
    perform(run, None, records.append)
    return [{name: value for name, value in record.items() if name != "seconds"}
            for record in records]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def bound_by_numpy(layer, x, noise):
    """Return DRAW's bound of each row, without attention, from the layer's parameters."""
    values = dict(zip(layer.param_names, [p.get_value() for p in layer.params]))

    def weight(name):
        v = values[f"{name}.v"]
        return v * values[f"{name}.g"] / np.sqrt((v ** 2).sum(axis=0))

    def affine(name, below):
        return below.dot(weight(name)) + values[f"{name}.b"]

    def step(name, below, output, cell):
        i, f, o, c = np.split(affine(name, np.hstack([below, output])), 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        return sigmoid(o) * np.tanh(cell), cell

    encoder = decoder = (np.zeros((len(x), layer.hidden)),) * 2
    canvas, kl = np.zeros_like(x) + values["canvas"], 0
    for each in noise:
        encoder = step("encoder", np.hstack([x, x - sigmoid(canvas), decoder[0]]), *encoder)
        mean, log_variance = affine("mean", encoder[0]), affine("deviation", encoder[0])
        variance = np.exp(log_variance)
        kl = kl + 0.5 * (mean ** 2 + variance - log_variance - 1).sum(axis=1)
        decoder = step("decoder", mean + np.sqrt(variance) * each, *decoder)
        canvas = canvas + affine("write", decoder[0])
    p = sigmoid(canvas)
    return (x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1) - kl


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


class DrawsBound(TestCase):
    def test_value_by_numpy_and_gradients_by_differences(self):
        rng = np.random.RandomState(1)
        with floatx("float64"), without_c_code():
            layer = Draw("draw", (3, 1, 2, 3), rng, hidden=3, latent=2, glimpses=2,
                         weight_norm=True)
            for p in layer.params:
                p.set_value(p.get_value() + rng.normal(0, 0.3, p.get_value().shape))
            x, noise = rng.randint(2, size=(3, 6)) * 1.0, rng.normal(size=(2, 3, 2))
            bound = layer.bound(T.constant(x), T.constant(noise))
            found, *gradients = theano.function(
                [], [bound] + theano.grad(bound.sum(), layer.params))()
        np.testing.assert_allclose(found, bound_by_numpy(layer, x, noise), rtol=1e-10)
        for p, gradient in zip(layer.params, gradients):
            self.check_gradient(layer, p, gradient, x, noise)

    def check_gradient(self, layer, p, gradient, x, noise, step=1e-5):
        before, along = p.get_value(), np.random.RandomState(2).normal(size=gradient.shape)
        values = []
        for sign in (1, -1):
            p.set_value(before + sign * step * along)
            values.append(bound_by_numpy(layer, x, noise).sum())
        p.set_value(before)
        np.testing.assert_allclose((gradient * along).sum(), (values[0] - values[1]) / (2 * step),
                                   rtol=1e-5, atol=1e-7, err_msg=p.name)


class Attention(TestCase):
    def test_filters_are_those_of_numpy(self):
        centre, variance, stride = np.array([[1.5, 4.0], [0.5, 2.0], [1.0, 0.7]])
        with without_c_code():
            found = filter_bank(*map(T.constant, (centre, variance, stride)), 3, 6).eval()
        for n in range(2):
            for i in range(3):
                mu = centre[n] + (i - 1) * stride[n]
                row = np.exp(-(np.arange(6) - mu) ** 2 / (2 * variance[n]))
                np.testing.assert_allclose(found[n, i], row / row.sum(), rtol=1e-5)

    def test_names(self):
        self.assertEqual(attention_named("2-5"), (2, 5))
        for text in ("2", "1-5", "x-y", ""):
            with self.assertRaisesRegex(ValueError, "neither 'none' nor two sizes"):
                attention_named(text)


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
