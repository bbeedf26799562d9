"""The running average of parameters against NumPy's, and that it leaves training alone."""

from unittest import TestCase

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tests.studies.bits import built, tiny
from yann_weightnorm.studies.generative import draw
from yann_weightnorm.studies.generative.optimizers import Averaging

STEPS = 5


class Averages(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.plain, cls.net = (built(tiny("draw", glimpses=1, average=average), 2, 3)
                              for average in (0, 2))

    def setUp(self):
        self.rule, self.params = self.net.cooked_optimizer, self.net.active_params
        draw.begin(self.net, tiny("draw"))

    def trained(self, net):
        """Return the values of all parameters after each step."""
        net.datastream["data"].set_data("train", 0)
        net.learning_rate.set_value(np.asarray(0.05, net.learning_rate.dtype))
        told = []
        for step in range(STEPS):
            net.train_step(step % 2, 0)
            told.append([p.get_value() for p in net.active_params])
        return told

    def test_the_average_is_numpys_without_its_beginning_at_0(self):
        steps = self.trained(self.net)
        self.assertEqual(self.rule.keep, 0.75)  # two epochs of two mini batches
        weights = 0.75 ** np.arange(STEPS)[::-1]
        with self.rule.averaged():
            for p, *values in zip(self.params, *steps):
                assert_allclose(p.get_value(), np.average(values, axis=0, weights=weights),
                                rtol=1e-5, atol=1e-9, err_msg=p.name)

    def test_parameters_come_back_whatever_happens(self):
        last = self.trained(self.net)[-1]
        with self.assertRaisesRegex(KeyError, "body"), self.rule.averaged():
            self.assertTrue(any((p.get_value() != value).any()
                                for p, value in zip(self.params, last)))
            raise KeyError("body")
        for p, value in zip(self.params, last):
            assert_array_equal(p.get_value(), value)

    def test_training_is_the_same_with_an_average_and_without(self):
        draw.begin(self.plain, tiny("draw"))
        for one, other in zip(self.trained(self.plain), self.trained(self.net)):
            for mine, theirs in zip(one, other):
                assert_array_equal(mine, theirs)

    def test_without_steps_nothing_changes(self):
        before = [p.get_value() for p in self.params]
        others = Averaging("none"), Averaging("not cooked", steps=3)
        with self.rule.averaged(), others[0].averaged(), others[1].averaged():
            for p, value in zip(self.params, before):
                assert_array_equal(p.get_value(), value)
