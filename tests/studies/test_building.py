"""The networks behind the arms: the paper's layers, the frozen scale, the schedule, whitening."""

import functools
from unittest import TestCase

import numpy as np

from tests.small import without_c_code
from yann_weightnorm import dataset_from_arrays
from yann_weightnorm.studies.building import begin, build, weighted
from yann_weightnorm.studies.data import whitened
from yann_weightnorm.studies.networks import multiplications, network_named
from yann_weightnorm.studies.supervised import SupervisedRun, rates

RATE = 0.01


@functools.lru_cache(maxsize=None)
def data(side=4, channels=1):
    rng = np.random.RandomState(3)
    pairs = [(rng.uniform(size=(n, side, side, channels)).astype("float32"), np.arange(n) % 3)
             for n in (40, 20, 20)]
    return dataset_from_arrays(*pairs, mini_batch_size=20)


def begun(arm, seed=0, **options):
    with without_c_code():
        net = build("mlp 5", arm, data(), **options)
        begin(net, "mlp 5", arm, seed)
    return net


def weights(net):
    return [layer.weight_value() for layer in weighted(net)]


class FrozenScale(TestCase):
    def test_it_begins_as_the_plain_arm_of_the_papers_words(self):
        for mine, theirs in zip(weights(begun("frozen scale")),
                                weights(begun("normal + data start"))):
            np.testing.assert_array_equal(mine, theirs)

    def test_each_neurons_step_is_the_usual_one_times_its_scale(self):
        with without_c_code():
            nets = [begun(arm) for arm in ("frozen scale", "normal + data start")]
            before = weights(nets[0])
            for net in nets:
                net.set_learning_rate(RATE)
                net.mini_batch_train(0)
            after = list(map(weights, nets))
        rng = np.random.RandomState(0)
        net = nets[0]
        net.restart(rng)  # draws as begin() does
        for _, old, scaled, usual in zip(weighted(net), before, *after):
            drawn = 0.05 * rng.standard_normal(size=old.shape)
            scale = np.abs(old / drawn).mean(axis=0)
            step, plain = scaled - old, usual - old
            np.testing.assert_allclose(step, scale * plain, rtol=2e-2, atol=1e-5)
            self.assertGreater(abs(scale - 1).max(), 0.5)


class Schedule(TestCase):
    def test_beta1_drops_in_the_middle(self):
        net = begun("weight norm", late=3)
        beta1 = net.optimizer["adam"].beta1_at
        found = [float(beta1(np.float32(epoch)).eval()) for epoch in (0, 2, 3, 9)]
        np.testing.assert_allclose(found, [0.9, 0.9, 0.5, 0.5], rtol=1e-6)

    def test_the_rate_is_the_papers(self):
        run = SupervisedRun("", "mlp", "normal", "none", "paper", False, 0.0, 1, None, 0.003, 0,
                            200)
        rate = rates(run)
        for epoch in range(200):  # the paper's code: lr * min(2 - epoch / 100, 1)
            self.assertAlmostEqual(rate(epoch), 0.003 * min(2 - epoch / 100, 1), places=12)


class Paper(TestCase):
    def test_the_layer_table(self):
        shape = network_named("paper")
        self.assertEqual(shape.sizes, (96,) * 3 + (192,) * 6)
        # paper_facts, table A4, less the classifier's 1,920: 399.5 million, weights 1,403,424.
        self.assertAlmostEqual(multiplications(shape, (32, 32, 3)) / 1e6, 399.5, delta=0.5)
        with without_c_code():
            net = build("paper 0.05", "weight norm + mean-only batch norm", data(12, 3), noise=0.1)
        shapes = [view.output_shape[1:] for view in net.layers.values()]
        self.assertEqual(shapes, [(3, 12, 12)] * 2 + [(5, 12, 12)] * 3 + [(5, 6, 6)]
                         + [(10, 6, 6)] * 3 + [(10, 3, 3)] + [(10, 1, 1)] * 3 + [(10, 1, 1)]
                         + [(10,), (3,), ()])
        self.assertEqual([p.name.split(".")[1] for p in weighted(net)[0].params],
                         ["v", "g", "b", "running_mean"])

    def test_the_width_is_a_factor_that_leaves_maps(self):
        self.assertEqual(network_named("paper 0.25").sizes, (24,) * 3 + (48,) * 6)
        for text in ("paper 0", "paper x", "paper 0.001", "paper inf", "paper 1e9", "paper nan"):
            with self.assertRaisesRegex(ValueError, "factor of its width"):
                network_named(text)


class Whitened(TestCase):
    def test_columns_are_uncorrelated_and_images_stay_near_themselves(self):
        rng = np.random.RandomState(0)
        mixed = rng.uniform(size=(500, 12)).dot(rng.uniform(size=(12, 12))) / 12
        images = mixed.astype("float32").reshape(500, 2, 2, 3)
        parts = whitened({"train": (images, None), "test": (images[:7], None)})
        rows = parts["train"][0].reshape(500, -1).astype("float64")
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-5)
        # Eigenvalues s become s / (s + 1e-5).
        pixels = (mixed.astype("float32") * 255.0 - 127.5) / 128.0
        s = np.linalg.eigvalsh(np.cov(pixels.T, bias=True))
        np.testing.assert_allclose(np.linalg.eigvalsh(rows.T.dot(rows) / 500), s / (s + 1e-5),
                                   rtol=1e-3)
        np.testing.assert_array_equal(parts["test"][0], parts["train"][0][:7])
        for column in range(12):  # ZCA: each pixel is most like itself
            centred = pixels - pixels.mean(axis=0)
            self.assertGreater(centred[:, column].dot(rows[:, column]), 0)
