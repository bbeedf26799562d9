"""The auto-encoder's bound by SciPy's convolutions, its gradients by differences, its start."""

import dataclasses
from unittest import TestCase

import numpy as np
import theano
from numpy.testing import assert_allclose
from scipy.signal import convolve2d, correlate2d

from tests.small import floatx, without_c_code
from tests.studies.bits import BATCH, built, images, tiny
from tests.studies.recorded import recorded
from yann_weightnorm.studies.generative import vae
from yann_weightnorm.studies.generative.training import train_and_tell

RUN, SIDE = tiny("vae", arm="weight norm + data start", average=1), 4


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def identity(x):
    return x


def double(maps, size):
    """Return maps of `size` with those given at every second pixel and 0 between."""
    spread = np.zeros(maps.shape[:2] + (size, size))
    spread[:, :, ::2, ::2] = maps
    return spread


def summed(call, x, w):
    """Return a plane-wise `call` of maps and filters, (rows, in, ...) by (out, in, ...)."""
    return np.stack([[sum(call(plane, f, "same") for plane, f in zip(row, filters))
                      for filters in w] for row in x])


class ByNumpy:
    """The network once more, from the values of its parameters, in float64.

    Attributes
    ----------
    before : dict of str to array
        What went into each layer's activation last.
    """

    def __init__(self, net):
        self.values, self.before = {p.name: p.get_value() for p in net.params}, {}

    def bound(self, x, noise):
        """Return the lower bound of each row of `x`, (rows, 1, SIDE, SIDE)."""
        h = self.blocks("encoder1", self.conv("in", x))
        h = self.blocks("encoder2", self.conv("smaller1", h, stride=2))
        h = self.blocks("encoder3", self.conv("smaller2", h, stride=2))
        h = self.dense("encoded", h.reshape(len(h), -1))
        mean, log_variance = (self.dense(id, h, identity) for id in ("mean", "log_variance"))
        h = self.dense("decoded", mean + np.exp(log_variance / 2) * noise)
        h = self.dense("spread", h).reshape(len(h), -1, SIDE // 4, SIDE // 4)
        h = self.larger("larger2", self.blocks("decoder3", h), SIDE // 2)
        h = self.larger("larger1", self.blocks("decoder2", h), SIDE)
        p = 1 / (1 + np.exp(-self.conv("logits", self.blocks("decoder1", h), identity)))
        likelihood = np.log(np.where(x > 0, p, 1 - p)).sum(axis=(1, 2, 3))
        return likelihood - 0.5 * (mean ** 2 + np.exp(log_variance) - log_variance - 1).sum(axis=1)

    def dense(self, id, x, activation=elu):
        return self._after(id, x.dot(self._weight(id, 0)), activation)

    def conv(self, id, x, activation=elu, stride=1):
        maps = summed(convolve2d, x, self._weight(id, (1, 2, 3)))
        return self._after(id, maps[:, :, ::stride, ::stride], activation)

    def larger(self, id, x, size):
        """Return the transpose of a convolution with stride 2: correlation of what it left out."""
        w = self._weight(id, (0, 2, 3)).transpose(1, 0, 2, 3)
        return self._after(id, summed(correlate2d, double(x, size), w), elu)

    def blocks(self, id, x):
        return x + self.conv(f"{id}.1b", self.conv(f"{id}.1a", x), identity)

    def _weight(self, id, axes):
        v, g = self.values[f"{id}.v"], self.values[f"{id}.g"]
        return v * g / np.sqrt((v ** 2).sum(axis=axes, keepdims=True))

    def _after(self, id, x, activation):
        b = self.values[f"{id}.b"]
        self.before[id] = x + b.reshape((-1,) + (1,) * (x.ndim - 2))
        return activation(self.before[id])


class AutoEncoder(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = built(RUN, SIDE, SIDE)
        layers, stream = cls.net.layers, cls.net.datastream["data"]
        noise = layers["noise"].output
        with floatx("float64"), without_c_code():
            vae.begin(cls.net, RUN)
            cls.sample = staticmethod(theano.function([], noise))
            cls.told = staticmethod(theano.function(
                [stream.x, noise], [layers["cost"].output]
                + theano.grad(layers["cost"].output, cls.net.active_params)))

    def test_value_is_numpys_and_gradients_are_differences(self):
        rng, (x, noise) = np.random.RandomState(1), self.given()
        for p in self.net.active_params:
            p.set_value(p.get_value() + rng.normal(0, 0.1, p.get_value().shape))
        cost, *gradients = self.told(x.reshape(BATCH, -1), noise)
        assert_allclose(cost, -ByNumpy(self.net).bound(x, noise).mean(), rtol=1e-10)
        for p, gradient in zip(self.net.active_params, gradients):
            self.check_gradient(p.name, gradient, x, noise)

    def given(self):
        rng = np.random.RandomState(0)
        x = images(SIDE, SIDE, BATCH, seed=3).transpose(0, 3, 1, 2).astype("float64")
        return x, rng.normal(size=(BATCH, RUN.latent))

    def check_gradient(self, name, gradient, x, noise, step=1e-6):
        oracle, along = ByNumpy(self.net), np.random.RandomState(2).normal(size=gradient.shape)
        before, costs = oracle.values[name], []
        for sign in (1, -1):
            oracle.values[name] = before + sign * step * along
            costs.append(-oracle.bound(x, noise).mean())
        assert_allclose((gradient * along).sum(), (costs[0] - costs[1]) / (2 * step),
                        rtol=1e-6, atol=1e-7, err_msg=name)

    def test_the_data_dependent_start_standardises_what_each_activation_gets(self):
        self.net.restart(np.random.RandomState(RUN.seed))
        noise = self.sample()  # what the start, next, will draw from the same seed
        vae.begin(self.net, RUN)
        x = images(SIDE, SIDE)[:BATCH].transpose(0, 3, 1, 2).astype("float64")
        oracle = ByNumpy(self.net)
        oracle.bound(x, noise)
        for id, t in oracle.before.items():
            wanted = vae.RESIDUAL if id.endswith(".1b") else 1
            axes = (0,) + tuple(range(2, t.ndim))
            assert_allclose(t.mean(axis=axes), 0, atol=1e-9, err_msg=id)
            assert_allclose(t.std(axis=axes), wanted, rtol=1e-9, err_msg=id)
        self.assertEqual(set(oracle.before),
                         {id for id, view in self.net.layers.items() if view.params})

    def test_a_run_repeats_and_raises_its_bound(self):
        first = self.records()
        self.assertNotEqual(self.records(seed=5), first)
        self.assertEqual(self.records(), first)
        self.assertEqual(first[-1]["status"], "finished")
        self.assertGreater(first[-2]["train_bound"], first[1]["train_bound"] + 0.5)

    def records(self, **values):
        return recorded(self.perform, dataclasses.replace(RUN, epochs=6, **values))

    def perform(self, run, data, emit):
        vae.begin(self.net, run)
        train_and_tell(self.net, run, emit)
