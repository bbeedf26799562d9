"""Each update rule with each momentum against plain NumPy, over 20 steps."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import floatx, message
from yann_weightnorm.toolbox.modules import Optimizer
from yann_weightnorm.toolbox.updates import MOMENTA, RULES

START = np.random.RandomState(0).normal(size=(3, 2))
TARGET = np.random.RandomState(1).normal(size=(3, 2))
RATE, STEPS, MOMENTUM = 0.05, 20, (0.5, 0.9, 10)


def gradient(p):
    return 2 * (p - TARGET) * np.arange(1, 7).reshape(3, 2)


class Oracle:
    """The formulas of YANN's optimizer (and of Kingma & Ba for adamax), written for arrays."""

    def __init__(self):
        self.step, self.a, self.b, self.velocity = 0, 0.0, 0.0, 0.0

    def sgd(self, p, g):
        return p - RATE * g

    def rmsprop(self, p, g):
        self.a = 0.9 * self.a + 0.1 * g ** 2
        return p - RATE * g / np.sqrt(self.a + 1e-8)

    def adagrad(self, p, g):
        self.a = self.a + g ** 2
        return p - RATE * g / np.sqrt(self.a + 1e-8)

    def adam(self, p, g):
        self.a, self.b = 0.9 * self.a + 0.1 * g, 0.999 * self.b + 0.001 * g ** 2
        rate = RATE * np.sqrt(1 - 0.999 ** self.step) / (1 - 0.9 ** self.step)
        return p - rate * self.a / (np.sqrt(self.b) + 1e-8)

    def adamax(self, p, g):
        self.a, self.b = 0.9 * self.a + 0.1 * g, np.maximum(0.999 * self.b, abs(g))
        return p - RATE / (1 - 0.9 ** self.step) * self.a / (self.b + 1e-8)

    def adadelta(self, p, g):
        self.a = 0.95 * self.a + 0.05 * g ** 2
        step = g * np.sqrt(self.b + 1e-8) / np.sqrt(self.a + 1e-8)
        self.b = 0.95 * self.b + 0.05 * step ** 2
        return p - RATE * step

    def false(self, p, proposal, momentum):
        return proposal

    def polyak(self, p, proposal, momentum):
        moved = momentum * self.velocity + proposal
        self.velocity = moved - p
        return moved

    def nesterov(self, p, proposal, momentum):
        self.velocity = momentum * self.velocity + proposal - p
        return momentum * self.velocity + proposal


def course(rule, momentum):
    oracle, p, found = Oracle(), START.copy(), []
    for epoch in range(STEPS):
        oracle.step += 1
        share = min(epoch / MOMENTUM[2], 1)
        mu = MOMENTUM[0] * (1 - share) + MOMENTUM[1] * share
        p = getattr(oracle, momentum)(p, getattr(oracle, rule)(p, gradient(p)), mu)
        found.append(p)
    return found


def stepper(rule, momentum, **options):
    optimizer = Optimizer("opt", optimizer_type=rule, momentum_type=momentum,
                          momentum_params=MOMENTUM, **options)
    p = theano.shared(START.astype(theano.config.floatX), name="p")
    scale = T.constant(np.arange(1, 7).reshape(3, 2).astype(theano.config.floatX))
    cost = T.sum(scale * (p - TARGET.astype(theano.config.floatX)) ** 2)
    optimizer.create_updates([p], cost, constrained=[p] if options else ())
    optimizer.learning_rate.set_value(RATE)
    # Without C code: what is tested is the formula, and 24 of them take minutes to compile.
    step = theano.function([optimizer.epoch], cost, updates=optimizer.updates,
                           on_unused_input="ignore", mode="FAST_COMPILE")
    return optimizer, p, step


def check_rule(rule, momentum, dtype, tolerance):
    with floatx(dtype):
        optimizer, p, step = stepper(rule, momentum)
        for epoch, wanted in enumerate(course(rule, momentum)):
            step(epoch)
            assert_allclose(p.get_value(), wanted, rtol=tolerance, atol=tolerance)
        optimizer.reset()
        p.set_value(START.astype(dtype))
        step(0)
        assert_allclose(p.get_value(), course(rule, momentum)[0], rtol=tolerance, atol=tolerance)


def test_rules():
    for rule in RULES:
        for momentum in ["false"] + list(MOMENTA):
            yield check_rule, rule, momentum, "float64", 1e-10
        yield check_rule, rule, "nesterov", "float32", 1e-4


def test_max_norm_bounds_the_columns_of_constrained_matrices():
    _, p, step = stepper("sgd", "false", max_norm=0.5)
    step(0)
    free = START - RATE * gradient(START)
    norms = np.linalg.norm(free, axis=0)
    assert_allclose(p.get_value(), free * np.clip(norms, 0, 0.5) / (1e-8 + norms), rtol=1e-5)


def test_momentum_moves_linearly_to_its_end():
    optimizer = Optimizer("opt", momentum_type="polyak", momentum_params=(0.5, 0.9, 4))
    assert_allclose([optimizer.momentum_at(e) for e in (0, 1, 4, 5)], [0.5, 0.6, 0.9, 0.9])
    assert Optimizer("opt").momentum_at(3) is None


def test_unknown_types_are_refused_with_the_nearest_known_one():
    said = message(ValueError, Optimizer, "main", optimizer_type="adamx")
    assert "optimizer 'main'" in said and "'adamx'" in said and "'adamax'" in said, said
    said = message(ValueError, Optimizer, "main", momentum_type="nestorov")
    assert "perhaps you meant 'nesterov'" in said, said


def test_momentum_params_of_another_length_are_refused():
    said = message(ValueError, Optimizer, "main", momentum_params=(0.5, 0.9))
    assert "optimizer 'main'" in said and "(0.5, 0.9)" in said, said


def test_a_parameter_the_cost_does_not_depend_on_is_named():
    p = theano.shared(np.zeros(2, "float32"), name="fc.v")
    said = message(ValueError, Optimizer("main").create_updates, [p], T.constant(1.0) * 2)
    assert "optimizer 'main'" in said and "'fc.v'" in said and "learnable=False" in said, said
