"""The adversarial study: searches against least squares and SciPy, the rest against NumPy."""

import dataclasses
import functools
import itertools
from unittest import TestCase

import numpy as np
import scipy.optimize
import theano
import theano.tensor as T

from tests.small import floatx, without_c_code
from tests.studies.recorded import recorded
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.adversarial.networks import begin, build, halvings
from yann_weightnorm.studies.adversarial.reconstruction import Search, as_maps, constant_error
from yann_weightnorm.studies.adversarial.study import check, cooked, perform
from yann_weightnorm.studies.adversarial.training import collapsed_since
from yann_weightnorm.studies.adversarial.ways import STRICT, WAYS
from yann_weightnorm.toolbox.datasets import dataset_from_arrays

STUDY = study_named("adversarial").override({}, "smoke")


def run_of(arm, **values):
    """Return the first smoke run of an arm, with other values."""
    first = STUDY.runs()[0]
    return dataclasses.replace(first, arm=arm, **values)


def colours(side=8, rows=8):
    """Return a data set of colour images in three splits."""
    rng = np.random.RandomState(3)
    parts = [(rng.uniform(size=(rows, side, side, 3)), np.zeros(rows, int)) for _ in range(3)]
    return dataset_from_arrays(*parts, mini_batch_size=4)


def built(arm, network="conv", dataset=None):
    """Return the network of an arm, nothing of it compiled."""
    run = run_of(arm, network=network, width=3, mini_batch_size=4)
    return build(run, colours() if dataset is None else dataset)


def layer(net, id):
    return net.dropout_layers[id].layer


# -- the search -------------------------------------------------------------------------------

class Searching(TestCase):
    @classmethod
    def setUpClass(cls):
        rng = np.random.RandomState(0)
        cls.a, cls.c = rng.normal(size=(3, 6)), rng.normal(size=6)
        cls.images = rng.normal(size=(120, 6))
        with floatx("float64"), without_c_code():
            cls.linear = Search(lambda z: T.dot(z, cls.a) + cls.c, 3, ndim=2)
            cls.bent = Search(lambda z: T.tanh(T.dot(z, cls.a) + cls.c), 3, ndim=2)
            cls.of_linear = cls.linear(cls.images, 1500, 0.003)
            cls.of_bent = cls.bent(cls.images[:4] / 3, 1500, 0.003)

    def test_a_linear_generator_ends_at_least_squares(self):
        z = np.linalg.lstsq(self.a.T, (self.images - self.c).T, rcond=None)[0].T
        wanted = ((z.dot(self.a) + self.c - self.images) ** 2).mean(axis=1)
        np.testing.assert_allclose(self.of_linear, wanted, rtol=1e-3, atol=1e-4)
        self.assertTrue((self.of_linear >= wanted - 1e-12).all())

    def test_another_ends_where_scipy_does(self):
        for image, found in zip(self.images[:4] / 3, self.of_bent):
            def cost(z, image=image):
                return ((np.tanh(z.dot(self.a) + self.c) - image) ** 2).mean()
            wanted = scipy.optimize.minimize(cost, np.zeros(3)).fun
            np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)

    def test_no_step_is_the_image_of_0(self):
        np.testing.assert_allclose(self.linear(self.images, 0, 0.1),
                                   ((self.c - self.images) ** 2).mean(axis=1), rtol=1e-12)

    def test_the_first_step_is_rmsprops(self):
        gradient = 2 * (self.c - self.images).dot(self.a.T)
        z = -1e-3 * gradient / np.sqrt(0.1 * gradient ** 2 + 1e-8)
        after = ((z.dot(self.a) + self.c - self.images) ** 2).mean(axis=1)
        before = ((self.c - self.images) ** 2).mean(axis=1)
        np.testing.assert_allclose(self.linear(self.images, 1, 1e-3), np.minimum(before, after),
                                   rtol=1e-12)

    def test_an_image_is_searched_for_alike_alone_and_among_others(self):
        np.testing.assert_allclose(self.linear(self.images[110:111], 20, 0.1),
                                   self.linear(self.images, 20, 0.1)[110], rtol=1e-12)

    def test_the_error_of_the_mean_image(self):
        images, others = self.images[:5], self.images[5:]
        wanted = np.mean([np.mean((image - others.mean(axis=0)) ** 2) for image in images])
        np.testing.assert_allclose(constant_error(images, others), wanted, rtol=1e-12)


class Images(TestCase):
    def test_channels_come_first_as_in_the_network(self):
        net, dataset = built("normal"), colours()
        rows = dataset.load("valid")[0]
        with without_c_code():
            seen = net.layers["x"].output.eval(
                {net.datastream["data"].x: rows.astype(theano.config.floatX)})
        np.testing.assert_allclose(as_maps(rows, dataset), seen, rtol=1e-6)
        self.assertEqual(as_maps(rows, dataset)[1, 2, 3, 4], rows[1].reshape(8, 8, 3)[3, 4, 2])


# -- the networks -----------------------------------------------------------------------------

class Networks(TestCase):
    def test_conv_halves_and_doubles(self):
        for side, count in ((8, 1), (28, 2), (32, 3)):
            self.assertEqual(halvings((side, side)), count)
        net = built("normal", dataset=colours(side=32))
        shapes = {id: view.output_shape[1:] for id, view in net.layers.items()}
        self.assertEqual([shapes[f"D{n}"] for n in (1, 2, 3)],
                         [(3, 16, 16), (6, 8, 8), (12, 4, 4)])
        self.assertEqual([shapes[id] for id in ("G2", "G3", "G4", "made")],
                         [(12, 4, 4), (6, 8, 8), (3, 16, 16), (3, 32, 32)])

    def test_batch_norm_is_neither_in_the_ends_nor_in_the_discriminators_first_layer(self):
        for network, have in (("conv", {"G1"}), ("dense", {"G1", "G2", "D2"})):
            net = built("batch norm", network)
            self.assertEqual({id for id, view in net.layers.items() if id[0] in "GD"
                              and view.batch_norm}, have)

    def test_both_readings_of_the_discriminator_have_its_parameters(self):
        for arm in WAYS:
            net = built(arm)
            for first, second in (("D1", "E1"), ("real", "fake")):
                pairs = list(zip(layer(net, first).params, layer(net, second).params))
                self.assertTrue(pairs and all(a is b for a, b in pairs), arm)

    def test_strict_lengths_are_fixed_and_there_is_no_bias(self):
        net = built(STRICT, dataset=colours(side=16))
        for id, length in (("D1", 1), ("D2", 1), ("G1", 1), ("G3", 2), ("real", 1), ("made", 2)):
            weight, axis = layer(net, id).weight_value(), layer(net, id).output_axis
            rows = np.moveaxis(weight, axis, 0).reshape(weight.shape[axis], -1)
            np.testing.assert_allclose(np.linalg.norm(rows, axis=1), length, rtol=1e-5)
        learnt = {p.name for p in net.active_params}
        self.assertLessEqual({"D1.v", "D1.slope", "D1.threshold", "G3.v", "made.v", "made.g",
                              "made.b", "real.g"}, learnt)
        self.assertFalse(learnt & {"D1.b", "G1.b", "G3.b", "G3.g"})


# -- what is recorded -------------------------------------------------------------------------

def leaky(x):
    return np.where(x > 0, x, 0.25 * x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Forward:
    """The dense network with batch norm, in NumPy."""

    def __init__(self, net):
        self.net = net

    def affine(self, id, x):
        """Return x w + b, with the parameters of layer `id`."""
        return x.dot(layer(self.net, id).w.get_value()) + layer(self.net, id).b.get_value()

    def normalised(self, id, x, inference=False):
        """Return the output of a hidden layer with batch norm."""
        t, own = self.affine(id, x), layer(self.net, id)
        gamma, beta, mean, var = (p.get_value().ravel() for p in (
            own.gamma, own.beta, own.running_mean, own.running_var))
        if not inference:
            mean, var = t.mean(axis=0), t.var(axis=0)
        return leaky((t - mean) / np.sqrt(var + 1e-4) * gamma + beta)

    def made(self, z, inference=False):
        hidden = self.normalised("G2", self.normalised("G1", z, inference), inference)
        return sigmoid(self.affine("G3", hidden))

    def logits(self, rows):
        return self.affine("real", self.normalised("D2", leaky(self.affine("D1", rows))))[:, 0]


class Recorded(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = run_of("batch norm", search_rows=30)
        cls.records = recorded(perform, cls.run_)
        cls.game = cooked(cls.run_, None)

    def test_a_run_is_the_same_alone_and_after_others(self):
        diverged = recorded(perform, dataclasses.replace(self.run_, learning_rate=1e30))
        recorded(perform, dataclasses.replace(self.run_, seed=5))
        self.assertEqual(recorded(perform, self.run_), self.records)
        self.assertEqual([record["kind"] for record in self.records],
                         ["header", "epoch", "epoch", "end"])
        self.assertEqual(self.records[-1]["status"], "finished")
        self.assertEqual(diverged[-1], {"kind": "end", "status": "diverged",
                                        "test_reconstruction": None, "diverged_at": 1})
        self.assertEqual(len(diverged), 2)

    def test_where_the_players_stand_is_numpys(self):
        begin(self.game.net, self.run_)
        self.game.net.set_learning_rate(0.01)
        for epoch in range(3):
            self.game.net.run_epoch(epoch)
        rng, net = np.random.RandomState(1), Forward(self.game.net)
        rows = self.game.net.cooked_datastream.load_data("valid")[0][:30]
        z = rng.normal(size=(30, self.run_.latent)).astype(theano.config.floatX)
        made = net.made(z, inference=True)
        wanted = {"real_right": 100 * np.mean(net.logits(rows) > 0),
                  "fake_right": 100 * np.mean(net.logits(net.made(z)) < 0),
                  "spread": 100 * made.var(axis=0).mean() / rows.var(axis=0).mean()}
        found = self.game.judge(rows, z)
        self.assertEqual(set(found), set(wanted))
        for name in wanted:
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-4, err_msg=name)

    def test_the_data_dependent_start_is_the_arms(self):
        run = run_of("weight norm + data start")
        records, game = recorded(perform, run), cooked(run, None)
        self.assertEqual(records[-1]["status"], "finished")
        begin(game.net, run)
        rows = game.net.cooked_datastream.load_data("train")[0][:run.mini_batch_size]
        first = layer(game.net, "D1")
        t = rows.dot(first.weight_value()) + first.b.get_value()
        np.testing.assert_allclose(t.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(t.std(axis=0), 1, atol=1e-4)

    def test_costs_are_cross_entropies_of_the_logits(self):
        net = self.game.net
        outputs = [net.dropout_layers[id].output for id in ("real", "fake")]
        net.load_if_empty()
        with without_c_code():
            real, fake, first, second = theano.function(
                [], [*outputs, net.dropout_D_cost, net.dropout_G_cost],
                givens=net.cooked_datastream.givens(0), on_unused_input="ignore")()
        np.testing.assert_allclose(first, -np.log(sigmoid(real)).mean()
                                   - np.log(1 - sigmoid(fake)).mean(), rtol=1e-4)
        np.testing.assert_allclose(second, -np.log(sigmoid(fake)).mean(), rtol=1e-4)

    def test_errors_are_in_percent_of_that_of_the_mean_training_image(self):
        begin(self.game.net, self.run_)
        self.game.net.set_learning_rate(self.run_.learning_rate)
        for epoch in range(self.run_.epochs):
            self.game.net.run_epoch(epoch)
        stream, net = self.game.net.cooked_datastream, Forward(self.game.net)
        rows, training = (stream.load_data(split)[0] for split in ("test", "train"))
        found = 0.0
        for row in rows[:30]:
            found += descended(lambda z: net.made(z[None], inference=True)[0], row,
                               self.run_.latent, self.run_.final_steps, self.run_.search_rate)
        mean = np.square(rows[:30] - training.mean(axis=0)).mean()
        np.testing.assert_allclose(self.records[-1]["test_reconstruction"],
                                   100 * found / 30 / mean, rtol=2e-3)


def descended(generate, image, latent, steps, rate, step=1e-5):
    """Return the least error that RMSProp meets, with gradients by differences."""
    def cost(z):
        return np.square(generate(z) - image).sum()
    z, square, least = np.zeros(latent), np.zeros(latent), np.inf
    for _ in range(steps + 1):
        least = min(least, cost(z))
        gradient = np.array([cost(z + step * e) - cost(z - step * e)
                             for e in np.eye(latent)]) / (2 * step)
        square = 0.9 * square + 0.1 * gradient ** 2
        z = z - rate * gradient / np.sqrt(square + 1e-8)
    return least / image.size


class Collapse(TestCase):
    def test_it_counts_from_where_it_lasts_to_the_end(self):
        self.assertIsNone(collapsed_since([1.0, 50.0]))
        self.assertIsNone(collapsed_since([]))
        self.assertEqual(collapsed_since([1.0, 50.0, 5.0, 0.0]), 3)
        self.assertEqual(collapsed_since([0.0]), 1)


class Refused(TestCase):
    def test_what_means_nothing_is_refused_in_words(self):
        good = run_of("normal")
        check(good, None)
        for values, words in (
                (dict(arm="weight nrm"), "arm 'weight nrm' .perhaps you meant 'weight norm'."),
                (dict(arm="frozen scale"), "arm 'frozen scale'.*known: 'normal'"),
                (dict(network="convv"), "network 'convv' .perhaps you meant 'conv'."),
                (dict(optimizer="sgd"), "optimizer 'sgd'.*known: 'rmsprop'"),
                (dict(search_rows=200), "reconstruct 200 of the 176 valid images of digits; give"),
                (dict(search_rows=1), "search_rows 1; it needs 2 images or more")):
            with self.assertRaisesRegex(ValueError, "^study adversarial .*" + words):
                check(dataclasses.replace(good, **values), None)

    def test_images_that_cannot_be_halved(self):
        for image in ((30, 30), (7, 7), (28, 30)):
            with self.assertRaisesRegex(ValueError, "don't allow; choose the network 'dense'"):
                halvings(image)


class Budgets(TestCase):
    def test_every_budget_is_a_grid_of_known_names(self):
        counts = {"smoke": 4, "quick": 8, "full": 60, "paper": 36}
        for budget, count in counts.items():
            runs = study_named("adversarial").override({}, budget).runs()
            self.assertEqual(len(runs), count)
            for arm, network in itertools.product({run.arm for run in runs},
                                                  {run.network for run in runs}):
                check(run_of(arm, network=network), None)
            self.assertTrue(all(map(functools.partial(positive_estimates, study_named(
                "adversarial")), runs)))


def positive_estimates(study, run):
    return study.epoch_seconds(run) > 0 and study.start_seconds(run) > 0
