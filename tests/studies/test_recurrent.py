"""Recurrent runs: the order of pixels, the networks, that they repeat, what is refused."""

import dataclasses
import functools
from unittest import TestCase

import numpy as np
import theano
import theano.tensor as T

from tests.small import floatx, without_c_code
from tests.studies.recorded import recorded
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.recurrent import check, cooked, epoch_seconds, perform, permutation

STUDY = study_named("recurrent").override({}, "smoke")
records_of = functools.partial(recorded, perform)


def run_of(part, arm="weight norm", **values):
    """Return the first smoke run of a part and arm, with other values."""
    run = next(run for run in STUDY.runs() if (run.part, run.arm) == (part, arm))
    return dataclasses.replace(run, **values)


class Order(TestCase):
    def test_every_pixel_comes_once_in_an_order_that_a_seed_fixes(self):
        order = permutation(784, seed=3)
        self.assertEqual(sorted(order), list(range(784)))
        self.assertEqual(order, permutation(784, seed=3))
        self.assertNotEqual(order, permutation(784, seed=4))
        self.assertNotEqual(order, tuple(range(784)))

    def test_all_pixels_are_permuted_before_they_are_cut_into_rows(self):
        run = run_of("rows", "normal")
        net = cooked(run, None)
        images = np.random.RandomState(0).uniform(size=(100, 1, 8, 8)).astype("float32")
        shown = net.layers["steps"].output.eval({net.layers["input"].output: images})
        wanted = images.reshape(100, 64)[:, list(permutation(64, run.permutation_seed))]
        np.testing.assert_array_equal(shown, wanted.reshape(100, 8, 8))


class Networks(TestCase):
    def test_noise_on_the_first_state_only_where_pixels_come_in_order(self):
        for order, noise in (("sequential", 0.1), ("permuted", 0.0)):
            net = cooked(run_of("rows", "normal", order=order, hidden=2), None)
            self.assertEqual(net.layers["lstm"].state_noise, noise)
            self.assertEqual(net.layers["steps"].order is None, order == "sequential")

    def test_settings_are_those_of_the_paper(self):
        net = cooked(run_of("rows", "normal"), None)
        rule = net.optimizer["rmsprop"]
        self.assertEqual((rule.optimizer_type, rule.clip_norm), ("rmsprop", 1.0))
        self.assertEqual([rule.momentum_at(epoch) for epoch in (0, 50)], [0.9, 0.9])
        paper = study_named("recurrent").override({}, "paper").runs()
        self.assertEqual({(run.epochs, run.part, run.mini_batch_size) for run in paper},
                         {(200, "pixels", 100)})


    def test_each_arm_has_its_layer(self):
        for arm, kind in (("normal", "lstm"), ("weight norm", "weightnorm_lstm"),
                          ("batch norm", "bn_lstm")):
            net = cooked(dataclasses.replace(run_of("rows"), arm=arm), None)
            self.assertEqual(net.layers["lstm"].type, kind)

    def test_pixel_by_pixel_only_the_length_of_the_weight_from_the_input_learns(self):
        with floatx("float64"), without_c_code():
            net = cooked.make(run_of("pixels", hidden=2), None)
            weight = net.layers["lstm"].normalised["w_x"]
            v, g, w = weight.v, weight.g, net.layers["lstm"].w_x
            slope = T.grad(T.sqr(w + 1).sum(), [v, g])
            (of_v, of_g), value = theano.function([], slope)(), w.eval()
        np.testing.assert_allclose(value, g.get_value() * np.sign(v.get_value()), rtol=1e-6)
        np.testing.assert_allclose(of_v, 0, atol=1e-6)
        self.assertTrue((of_g != 0).all())


class Repeats(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        run = run_of("rows", arm="weight norm")
        first = records_of(run)
        self.assertNotEqual(records_of(dataclasses.replace(run, seed=5)), first)
        self.assertEqual(records_of(run), first)
        self.assertEqual(first[-1]["status"], "finished")


class Refused(TestCase):
    def test_words_that_mean_nothing(self):
        for name, value, words in (("part", "pixel", "perhaps you meant 'pixels'"),
                                   ("order", "permutated", "perhaps you meant 'permuted'"),
                                   ("arm", "weightnorm", "perhaps you meant 'weight norm'")):
            with self.assertRaisesRegex(ValueError, words):
                check(dataclasses.replace(run_of("rows"), **{name: value}), None)

    def test_arms_that_recurrent_layers_have_not(self):
        for arm in ("frozen scale", "mean-only batch norm", "weight norm + robust start"):
            with self.assertRaisesRegex(ValueError, "study recurrent"):
                check(dataclasses.replace(run_of("rows"), arm=arm), None)


def test_pixels_are_told_to_take_as_many_times_as_long():
    rows, pixels = (epoch_seconds(run_of(part)) for part in ("rows", "pixels"))
    np.testing.assert_allclose(pixels / rows, 8)
