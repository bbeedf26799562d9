"""How weights begin, by the options `start`, `init_scale` and `residual` of the layers."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, finish, floatx, message, without_c_code
from yann_weightnorm.toolbox.layers.starts import STARTS, orthogonal, residual_factor

PREFIXES = "", "weightnorm_"
KINDS = {
    "dot_product": {"num_neurons": 30},
    "conv_pool": {"num_neurons": 40},
    "deconv": {"num_neurons": 4, "output_shape": (13, 13, 30), "stride": (2, 2)},
}


def layer(kind, prefix="", channels=4, **options):
    net = begin(channels=channels)
    net.add_layer(prefix + kind, id="it", **dict(KINDS[kind], **options))
    return net.layers["it"].layer


def neurons(layer, w=None):
    """Return the weight with a row for each neuron, in float64."""
    w = layer.weight_value() if w is None else w
    rows = np.moveaxis(w.astype("float64"), layer.output_axis, 0)
    return rows.reshape(len(rows), -1)


def check_normal_is_yann_s(kind, prefix):
    wanted = 0.01 * np.random.RandomState(0).standard_normal(size=layer(kind).weight_shape)
    for made in (layer(kind, prefix), layer(kind, prefix, start="normal")):
        assert_allclose(made.weight_value(), wanted, rtol=1e-6)


def check_he(kind, prefix):
    made = layer(kind, prefix, start="he")
    rows = neurons(made)
    fan_in = rows.shape[1] / (4 if kind == "deconv" else 1)  # a stride of 2 x 2 leaves gaps
    assert abs(rows.std() / np.sqrt(2 / fan_in) - 1) < 5 / np.sqrt(2 * rows.size)
    assert abs(rows.mean()) < 5 * np.sqrt(2 / fan_in / rows.size)


def check_orthogonal(kind, prefix):
    rows = neurons(layer(kind, prefix, start="orthogonal"))
    assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    if len(rows) <= rows.shape[1]:
        assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-5)


def check_robust(kind, prefix):
    """Orthogonal, and sqrt(2 fan-in / fan-out) long; half the stride's gaps for a deconvolution."""
    made = layer(kind, prefix, start="robust")
    fan_in, fan_out = {"dot_product": (144, 30), "conv_pool": (4, 40),
                       "deconv": (4 * 4, 30)}[kind]
    rows = neurons(made)
    assert_allclose(np.linalg.norm(rows, axis=1), np.sqrt(2 * fan_in / fan_out), rtol=1e-5)
    if prefix:  # the length is g's: v is as drawn
        assert_allclose(np.linalg.norm(neurons(made, made.v.get_value()), axis=1), 1, rtol=1e-5)
    if len(rows) <= rows.shape[1]:
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-5)
    assert_array_equal(made.b.get_value(), 0)


def check_init_scale(kind, prefix):
    for start in STARTS:
        one, scaled = (layer(kind, prefix, start=start, init_scale=scale) for scale in (1, 0.25))
        assert_allclose(scaled.weight_value(), one.weight_value() / 4, rtol=1e-5)
        if prefix:
            assert_array_equal(scaled.v.get_value(), one.v.get_value())


def check_plain_twin(kind, prefix):
    for start in STARTS:
        one, other = (layer(kind, p, start=start, init_scale=0.5) for p in PREFIXES)
        assert_allclose(one.weight_value(), other.weight_value(), rtol=1e-5, atol=1e-7)


def check_restart(kind, prefix):
    for start in STARTS:
        one, other = (layer(kind, prefix, start=start, init_scale=2) for _ in range(2))
        other.set_weight(np.ones(other.weight_shape))
        other.restart(np.random.RandomState(0))
        assert_array_equal(one.weight_value(), other.weight_value())


def test_every_start():
    for kind in KINDS:
        for prefix in PREFIXES:
            for check in (check_normal_is_yann_s, check_he, check_orthogonal, check_robust,
                          check_init_scale, check_plain_twin, check_restart):
                yield check, kind, prefix


def test_the_robust_start_keeps_the_mean_square_length_of_what_passes():
    """With ReLU, of positive and negative inputs; at each position, borders left out."""
    x = np.random.RandomState(1).normal(size=(4, 144)).astype("float32")
    for kind, options in (("dot_product", {}), ("conv_pool", {"border_mode": "half"}),
                          ("deconv", {"border_mode": "half", "output_shape": (11, 11, 30)})):
        with floatx("float64"), without_c_code():
            made = layer(kind, "weightnorm_", start="robust", **options)
            below = x.reshape((4,) + made.input_shape[1:]).astype("float64")
            out = T.nnet.relu(made.linear(T.constant(below))).eval()
        inside = (slice(None), slice(None)) + (slice(2, -2),) * (out.ndim - 2)
        found = (out[inside] ** 2).sum(axis=1).mean() / (below ** 2).sum(axis=1).mean()
        assert 0.8 < found < 1.25, (kind, found)


def test_the_weight_of_a_class_has_length_1_in_the_robust_start():
    net = begin()
    net.add_layer("weightnorm_classifier", id="it", num_classes=3, start="robust", init_scale=0.5)
    assert_allclose(np.linalg.norm(net.layers["it"].weight_value(), axis=0), 0.5, rtol=1e-6)


def test_a_sigmoid_s_normal_start_is_four_times_as_wide():
    wide = layer("dot_product", activation="sigmoid").weight_value()
    assert_allclose(wide, 4 * layer("dot_product").weight_value(), rtol=1e-6)


def test_what_is_given_begins_as_it_is_given():
    for prefix in PREFIXES:
        w = np.random.RandomState(5).normal(size=(144, 30)).astype("float32")
        made = layer("dot_product", prefix, start="robust", init_scale=3, input_params=[w, None])
        assert_allclose(made.weight_value(), w, rtol=1e-5)
    g = theano.shared(np.ones((1, 30), "float32"), broadcastable=(True, False))
    layer("dot_product", "weightnorm_", start="robust", input_params=[None, g, None])
    assert_array_equal(g.get_value(), 1)


def test_a_form_without_lengths_refuses_a_start_that_sets_them():
    for options in ({"start": "robust"}, {"init_scale": 0.5}):
        said = message(ValueError, layer, "dot_product", "weightnorm_", form="strict", **options)
        assert "weightnorm_dot 'it' has form 'strict'" in said and "scaled" in said, said
    layer("dot_product", "weightnorm_", form="strict", start="orthogonal")


def test_factors_of_the_robust_start():
    for residual, activation, wanted in (
            (None, "relu", 2), (None, ("relu",), 2), (None, ("relu", 0.1), 2 / 1.01),
            (None, None, 1), (None, "tanh", 2), ("first", None, 2), ("last", "relu", 1),
            (("last", 4), None, 0.25), ("shortcut", "relu", 1)):
        assert_allclose(residual_factor(residual, activation), wanted)
    made = layer("dot_product", start="robust", residual=["last", 9], activation=None)
    assert made.residual == ("last", 9)
    assert_allclose(np.linalg.norm(made.weight_value(), axis=0), np.sqrt(144 / 30 / 9), rtol=1e-5)


def test_orthogonal_is_orthogonal_where_there_is_room():
    wide, high = (orthogonal(*shape, np.random.RandomState(0)) for shape in ((3, 7), (7, 3)))
    assert wide.shape == (3, 7) and high.shape == (7, 3)
    assert_allclose(wide @ wide.T, np.eye(3), atol=1e-12)
    assert_allclose(np.linalg.norm(high, axis=1), 1, rtol=1e-12)
    draws = np.array([orthogonal(2, 2, np.random.RandomState(seed)) for seed in range(400)])
    assert abs(draws.mean(axis=0)).max() < 5 * np.sqrt(0.5 / 400)  # no sign is preferred


def test_wrong_options_are_refused_by_name():
    for options, words in (
            ({"start": "robost"}, ("start 'robost'", "perhaps you meant 'robust'")),
            ({"init_scale": 0}, ("init_scale 0", "positive number")),
            ({"init_scale": float("inf")}, ("init_scale inf", "positive number")),
            ({"init_scale": True}, ("init_scale True", "positive number")),
            ({"residual": "middle"}, ("residual 'middle'", "('last', number of blocks)")),
            ({"residual": ("last", 0)}, ("number of blocks in residual 0", "positive integer")),
            ({"residual": ("first", 2)}, ("residual ('first', 2)", "'shortcut'"))):
        said = message(ValueError, layer, "dot_product", **options)
        assert all(word in said for word in words + ("dot_product 'it'",)), said


def test_the_cost_of_a_network_with_named_starts_is_finite():
    with without_c_code():
        net = begin()
        for start in STARTS:
            net.add_layer("weightnorm_dot", num_neurons=5, start=start)
        finish(net, "weightnorm_")
        assert np.isfinite(net.mini_batch_train(0))
