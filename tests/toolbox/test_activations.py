"""Activations by name against NumPy."""

import numpy as np
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import floatx, message, without_c_code
from yann_weightnorm.toolbox.activations import (
    activate,
    activated_channels,
    activation_name,
    activation_params,
    check_activation,
)

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
    "norm_relu": (np.maximum(X, 0) - np.sqrt(1 / (2 * np.pi))) / np.sqrt((1 - 1 / np.pi) / 2),
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


def test_norm_relu_keeps_mean_and_deviation():
    """Of what is standard normal, within the sampling error of a million draws."""
    x, drawn = T.dmatrix(), np.random.RandomState(2).normal(size=(1000, 1000))
    with without_c_code(), floatx("float64"):
        found = activate(x, "norm_relu").eval({x: drawn})
    assert abs(found.mean()) < 4e-3 and abs(found.std() - 1) < 4e-3


THRESHOLD, SLOPE = np.array([0.5, -0.3, 0, 1, 0.2, -1]), np.array([0.5, 0.25, 1, 0, 1.5, -0.5])
CLIPPED = np.clip(SLOPE, 0, 1)


def with_params(x):
    """Return what trelu and tprelu, with a threshold and a slope for each channel, make of `x`."""
    shape = (1, -1) + (1,) * (x.ndim - 2)
    threshold, slope = THRESHOLD.reshape(shape), CLIPPED.reshape(shape)
    return {"trelu": np.maximum(x - threshold, 0) + threshold,
            "tprelu": np.where(x > threshold, x, threshold + slope * (x - threshold))}


def check_with_params(activation, here):
    values = {"trelu": [THRESHOLD], "tprelu": [SLOPE, THRESHOLD]}[activation]
    assert [name for name, _ in activation_params(activation)] == {
        "trelu": ["threshold"], "tprelu": ["slope", "threshold"]}[activation]
    x = T.TensorType("float64", (False,) * here.ndim)()
    with without_c_code(), floatx("float64"):
        found = activate(x, activation, [T.constant(v) for v in values]).eval({x: here})
    assert_allclose(found, with_params(here)[activation], rtol=1e-12, atol=1e-14)


def test_activations_with_parameters():
    maps = np.random.RandomState(3).normal(size=(2, 6, 3, 2))
    for activation in ("trelu", "tprelu"):
        yield check_with_params, activation, X
        yield check_with_params, activation, maps


def test_an_activation_without_its_parameters_is_refused():
    said = message(ValueError, activate, T.dmatrix(), "tprelu")
    assert "'tprelu'" in said and "['slope', 'threshold']" in said and "a layer" in said, said
    assert activation_params(("relu", 0.1)) == activation_params(None) == ()


def check_on_maps(activation, reduced):
    """Every second channel of maps makes a group with the one before it."""
    x = T.dtensor4()
    maps = np.random.RandomState(1).normal(size=(2, 4, 3, 3))
    with without_c_code(), floatx("float64"):
        found = activate(x, activation).eval({x: maps})
    assert_allclose(found, reduced(maps.reshape(2, 2, 2, 3, 3)), rtol=1e-10)


def test_maxout_groups_neighbouring_channels_q17():
    for kind, reduced in (("maxout", lambda g: g.max(axis=2)),
                          ("meanout", lambda g: g.mean(axis=2)),
                          ("mixedout", lambda g: (g.max(axis=2) + g.mean(axis=2)) / 2)):
        yield check_on_maps, ("maxout", kind, 2), reduced


def test_what_is_no_activation_is_refused_by_name_q18():
    for activation, words in (("rleu", "perhaps you meant 'relu'"), ("maxout", "size)"),
                              (("maxout", "max", 2), "known: maxout, meanout, mixedout"),
                              (("maxout", "maxout", 4), "does not divide its 6 channels"),
                              (("tanh", 2), "takes no argument"), ((), "known: "),
                              (("relu", 0.1, 2), "('relu', alpha)"), (3, "known: "),
                              ([["relu"]], "known: ")):
        said = message(ValueError, check_activation, activation, 6, "dot_product 'fc'")
        assert said.startswith("dot_product 'fc' got ") and words in said, said


def test_a_softmax_of_large_numbers_is_finite():
    x = T.dmatrix()
    with without_c_code():
        found = activate(x, ("softmax", 0.01)).eval({x: np.array([[900.0, 0.0]])})
    assert_allclose(found, [[1, 0]])


def test_the_name_of_an_activation_is_its_first_entry():
    assert activation_name(("relu", 0.1)) == "relu" and activation_name(None) == "identity"
