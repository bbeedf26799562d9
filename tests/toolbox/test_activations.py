"""Activations by name against NumPy."""

import numpy as np
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import floatx, without_c_code
from yann_weightnorm.toolbox.activations import activate, activated_channels, activation_name

X = np.random.RandomState(0).normal(size=(5, 6))
GROUPS = X.reshape(5, 3, 2)


def softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)


WANTED = {
    "relu": np.maximum(X, 0), ("relu", 0.1): np.where(X > 0, X, 0.1 * X),
    "elu": np.where(X > 0, X, np.exp(X) - 1), ("elu", 2): np.where(X > 0, X, 2 * np.exp(X) - 2),
    "sigmoid": 1 / (1 + np.exp(-X)), "tanh": np.tanh(X), "abs": abs(X), "squared": X ** 2,
    "identity": X, None: X, "softmax": softmax(X), ("softmax", 2.0): softmax(X / 2),
    ("softmax", 1): softmax(X),
    ("maxout", "maxout", 2): GROUPS.max(axis=2),
    ("maxout", "meanout", 2): GROUPS.mean(axis=2),
    ("maxout", "mixedout", 2): (GROUPS.max(axis=2) + GROUPS.mean(axis=2)) / 2,
}


def check(activation):
    x = T.dmatrix()
    with without_c_code(), floatx("float64"):
        found = activate(x, activation).eval({x: X})
    assert_allclose(found, WANTED[activation], rtol=1e-10, atol=1e-12)
    assert activated_channels(6, activation) == found.shape[1]


def test_activations_q17_q18():
    for activation in WANTED:
        yield check, activation


def test_a_softmax_of_large_numbers_is_finite():
    x = T.dmatrix()
    with without_c_code():
        found = activate(x, ("softmax", 0.01)).eval({x: np.array([[900.0, 0.0]])})
    assert_allclose(found, [[1, 0]])


def test_the_name_of_an_activation_is_its_first_entry():
    assert activation_name(("relu", 0.1)) == "relu" and activation_name(None) == "identity"
