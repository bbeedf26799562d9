"""DRAW's bound by NumPy, with attention and without, its gradients by differences, its training."""

from unittest import TestCase

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import floatx, without_c_code
from tests.studies.bits import built, tiny
from tests.studies.recorded import recorded
from tests.studies.test_attention import window_by_numpy
from yann_weightnorm.studies.generative import draw
from yann_weightnorm.studies.generative.attention import attention_named
from yann_weightnorm.studies.generative.training import train_and_tell

HEIGHT, WIDTH = 2, 3


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class ByNumpy:
    """DRAW once more, from the values of a layer's parameters, in float64."""

    def __init__(self, layer, attention):
        self.values = dict(zip(layer.param_names, [p.get_value() for p in layer.params]))
        self.hidden, self.sizes = layer.hidden, attention_named(attention)

    def bound(self, x, noise):
        """Return the lower bound of each row of `x`."""
        encoder = decoder = (np.zeros((len(x), self.hidden)),) * 2
        canvas, divergence = np.zeros_like(x) + self.values["canvas"], 0
        for each in noise:
            seen = np.hstack([*self.read(x, x - sigmoid(canvas), decoder[0]), decoder[0]])
            encoder = self.step("encoder", seen, *encoder)
            mean, log_variance = (self.map(name, encoder[0]) for name in ("mean", "deviation"))
            divergence += 0.5 * (mean ** 2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)
            decoder = self.step("decoder", mean + np.exp(log_variance / 2) * each, *decoder)
            canvas = canvas + self.written(decoder[0])
        p = sigmoid(canvas)
        return np.log(np.where(x > 0, p, 1 - p)).sum(axis=1) - divergence

    def map(self, name, below):
        v = self.values[f"{name}.v"]
        w = v * self.values[f"{name}.g"] / np.sqrt((v ** 2).sum(axis=0))
        return below.dot(w) + self.values[f"{name}.b"]

    def step(self, name, below, output, cell):
        i, f, o, c = np.split(self.map(name, np.hstack([below, output])), 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        return sigmoid(o) * np.tanh(cell), cell

    def read(self, x, error, decoded):
        if not self.sizes:
            return x, error
        windows = self.windows("read_window", decoded, self.sizes[0])
        return [np.stack([intensity * down.dot(row.reshape(HEIGHT, WIDTH)).dot(across.T).ravel()
                          for row, (down, across, intensity) in zip(images, windows)])
                for images in (x, error)]

    def written(self, decoded):
        drawn = self.map("write", decoded)
        if not self.sizes:
            return drawn
        count = self.sizes[1]
        windows = self.windows("write_window", decoded, count)
        return np.stack([down.T.dot(row.reshape(count, count)).dot(across).ravel() / intensity
                         for row, (down, across, intensity) in zip(drawn, windows)])

    def windows(self, name, decoded, count):
        return [window_by_numpy(row, count, HEIGHT, WIDTH) for row in self.map(name, decoded)]


class Bound(TestCase):
    def test_without_attention(self):
        self.check("none")

    def test_with_attention(self):
        self.check("2-3")

    def check(self, attention):
        """Compare the value with NumPy's, and gradients with differences of NumPy's values."""
        rng = np.random.RandomState(1)
        x, noise = rng.randint(2, size=(3, HEIGHT * WIDTH)) * 1.0, rng.normal(size=(2, 3, 2))
        layer, found, gradients = self.told(rng, attention, x, noise)
        assert_allclose(found, ByNumpy(layer, attention).bound(x, noise), rtol=1e-10)
        for name, gradient in zip(layer.param_names, gradients):
            self.check_gradient(ByNumpy(layer, attention), name, gradient, (x, noise))

    def told(self, rng, attention, x, noise):
        """Return a layer away from its start, its bound, and the sum's gradients."""
        with floatx("float64"), without_c_code():
            layer = draw.Draw("draw", (3, 1, HEIGHT, WIDTH), rng, hidden=3, latent=2, glimpses=2,
                              attention=attention, weight_norm=True)
            for p in layer.params:
                p.set_value(p.get_value() + rng.normal(0, 0.3, p.get_value().shape))
            bound = layer.bound(T.constant(x), T.constant(noise))
            found, *gradients = theano.function(
                [], [bound] + theano.grad(bound.sum(), layer.params))()
        return layer, found, gradients

    def check_gradient(self, oracle, name, gradient, given, step=1e-5):
        before, along = oracle.values[name], np.random.RandomState(2).normal(size=gradient.shape)
        values = []
        for sign in (1, -1):
            oracle.values[name] = before + sign * step * along
            values.append(oracle.bound(*given).sum())
        assert_allclose((gradient * along).sum(), (values[0] - values[1]) / (2 * step),
                        rtol=1e-6, atol=1e-8, err_msg=name)


class Training(TestCase):
    def test_with_attention_a_short_one_raises_the_bound_and_repeats(self):
        run = tiny("draw", attention="2-3", glimpses=1, epochs=30)
        net = built(run, HEIGHT, WIDTH)

        def perform(run, data, emit):
            draw.begin(net, run)
            train_and_tell(net, run, emit)

        first = recorded(perform, run)
        self.assertEqual(recorded(perform, run), first)
        self.assertEqual(first[-1]["status"], "finished")
        for bound in ("train_bound", "test_bound"):
            self.assertGreater(first[-2][bound], first[1][bound] + 0.3)
