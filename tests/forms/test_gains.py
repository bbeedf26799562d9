"""Gains of activations against SciPy's integration."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import integrate, stats

from yann_weightnorm.forms.gains import gain

ACTIVATIONS = {
    "relu": lambda z: max(z, 0.0), ("relu", 0.1): lambda z: max(z, 0.1 * z), "tanh": np.tanh,
    "elu": lambda z: z if z > 0 else np.expm1(z), "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "abs": abs, "squared": lambda z: z * z, "identity": lambda z: z, None: lambda z: z,
    "trelu": lambda z: max(z, 0.0), "tprelu": lambda z: max(z, 0.25 * z),
    "norm_relu": lambda z: (max(z, 0.0) - 0.3989422804014327) / np.sqrt(0.5 * (1 - 1 / np.pi)),
}


def moment(function, power):
    return integrate.quad(lambda z: function(z) ** power * stats.norm.pdf(z), -12, 12,
                          points=[0], limit=200)[0]


def check(activation):
    function = ACTIVATIONS[activation]
    variance = moment(function, 2) - moment(function, 1) ** 2
    assert_allclose(gain(activation), variance ** -0.5, rtol=1e-7)


def test_gains():
    for activation in ACTIVATIONS:
        yield check, activation


def test_the_gain_of_relu_is_that_of_the_paper():
    assert_allclose(gain("relu"), 1.713, atol=5e-4)
    assert gain(["relu", 0.1]) == gain(("relu", 0.1))


def test_what_looks_at_several_pre_activations_has_gain_1():
    assert gain("softmax") == gain(("maxout", "maxout", 2)) == gain(("softmax", 2)) == 1
