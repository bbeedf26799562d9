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


# -- clipping ---------------------------------------------------------------------------------

def clipped(*gradients, dtype="float64", **options):
    """Return what one step of plain descent at rate 1 takes off parameters with `gradients`."""
    with floatx(dtype):
        optimizer = Optimizer("opt", max_norm=None, **options)
        params = [theano.shared(np.zeros_like(g, dtype=dtype)) for g in gradients]
        cost = sum(T.sum(p * g.astype(dtype)) for p, g in zip(params, gradients))
        optimizer.create_updates(params, cost)
        optimizer.learning_rate.set_value(1)
        theano.function([optimizer.epoch], cost, updates=optimizer.updates,
                        on_unused_input="ignore", mode="FAST_COMPILE")(0)
        assert all(p.get_value().dtype == dtype for p in params)
    return [-p.get_value() for p in params]


GRADIENTS = 3 * START, 0.5 * TARGET[0]


def together(gradients):
    return np.sqrt(sum(np.sum(g ** 2) for g in gradients))


def check_clip_norm(dtype, tolerance):
    whole = together(GRADIENTS)
    found = clipped(*GRADIENTS, dtype=dtype, clip_norm=whole / 3)
    for one, g in zip(found, GRADIENTS):
        assert_allclose(one, g / 3, rtol=tolerance)
    assert_allclose(together(found), whole / 3, rtol=tolerance)
    for one, g in zip(clipped(*GRADIENTS, dtype=dtype, clip_norm=whole * 1.001), GRADIENTS):
        assert_allclose(one, g, rtol=tolerance)


def test_gradients_are_clipped_by_their_norm_together():
    yield check_clip_norm, "float64", 1e-12
    yield check_clip_norm, "float32", 1e-6


def test_gradients_are_clipped_by_value():
    for one, g in zip(clipped(*GRADIENTS, clip_value=0.3), GRADIENTS):
        assert_allclose(one, np.clip(g, -0.3, 0.3), rtol=1e-12)


def test_values_are_clipped_before_the_norm():
    wanted = [np.clip(g, -0.3, 0.3) for g in GRADIENTS]
    scale = 0.5 / together(wanted)
    assert scale < 1
    for one, g in zip(clipped(*GRADIENTS, clip_value=0.3, clip_norm=0.5), wanted):
        assert_allclose(one, g * scale, rtol=1e-12)


def test_clipping_leaves_nothing_and_what_is_no_number_as_they_are():
    assert np.all(clipped(np.zeros((3, 2)), clip_norm=1.0)[0] == 0)
    broken = clipped(np.array([[1.0, np.nan]]), np.ones(2), clip_norm=1.0, clip_value=0.5)
    assert np.isnan(broken[0][0, 1]) and broken[0][0, 0] == 0.5


def check_limit(name, limit):
    said = message(ValueError, Optimizer, "main", **{name: limit})
    assert f"optimizer 'main' got {name} {limit!r}; it must be a positive number" in said, said


def test_limits_that_are_not_positive_are_refused_by_name():
    for name in ("clip_norm", "clip_value"):
        for limit in (0, -1.0, float("nan"), float("inf"), "5", True):
            yield check_limit, name, limit


# ---------------------------------------------------------------------------------------------

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
