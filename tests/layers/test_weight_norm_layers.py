"""The laws of weight normalization on layers built through add_layer, against NumPy."""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import (
    CLASSES,
    SIDE,
    arrays,
    begin,
    finish,
    floatx,
    message,
    small_network,
    values,
)
from yann_weightnorm.normalization import norm

LAYERS = {"conv": (1, 2, 3), "deconv": (0, 2, 3), "fc": 0, "softmax": 0}
SGD = {"optimizer_type": "sgd"}
_networks = {}


def all_kinds(prefix):
    """Return a cooked network with a layer of each kind."""
    net = begin(0, SGD)
    net.add_layer(prefix + "conv_pool", id="conv", num_neurons=3, pool_size=(2, 2))
    net.add_layer(prefix + "deconv", id="deconv", num_neurons=3, output_shape=(4, 5, 2),
                  filter_size=(3, 2), stride=(1, 3), activation="tanh")
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=4, activation="tanh")
    return finish(net, prefix)


def network_in(dtype):
    """Return a weight-normalised network, a plain twin and their gradients, made once a dtype."""
    if dtype not in _networks:
        with floatx(dtype):
            net, twin = all_kinds("weightnorm_"), all_kinds("")
            wrt = [p for id in LAYERS for p in (net.layers[id].v, net.layers[id].g,
                                                net.layers[id].w)]
            stream = net.cooked_datastream
            slopes = theano.function([stream.x, stream.y], theano.grad(net.dropout_cost, wrt))
            weights = theano.function([], [net.layers[id].w for id in LAYERS])
            start = values(net)
        _networks[dtype] = net, twin, slopes, weights, start
    net, twin, slopes, weights, start = _networks[dtype]
    for p in net.params:
        p.set_value(start[p.name])
    return net, twin, slopes, weights


def images(dtype, rows=4):
    x, y = arrays(rows)
    return x.reshape(rows, -1).astype(dtype), y.astype("int32")


def each(found):
    """Return id -> (gradient of v, of g, of w)."""
    return {id: found[3 * i:3 * i + 3] for i, id in enumerate(LAYERS)}


def check_gradients_are_equation_3(dtype, tolerance):
    net, _, slopes, _ = network_in(dtype)
    for id, (grad_v, grad_g, grad_w) in each(slopes(*images(dtype))).items():
        axes, layer = LAYERS[id], net.layers[id]
        v, g = (p.get_value().astype("float64") for p in (layer.v, layer.g))
        length = np.sqrt(np.sum(v ** 2, axis=axes, keepdims=True))
        wanted_g = np.sum(grad_w * v, axis=axes, keepdims=True) / length
        wanted_v = g / length * grad_w - g * wanted_g / length ** 2 * v
        assert_allclose(grad_g, wanted_g, rtol=tolerance, atol=tolerance * abs(wanted_g).max())
        assert_allclose(grad_v, wanted_v, rtol=tolerance, atol=tolerance * abs(wanted_v).max())


def check_norm_is_g(dtype):
    net, _, _, weights = network_in(dtype)
    for scale in (1e-4, 1.0, 1e4):
        for id in LAYERS:
            v = net.layers[id].v
            v.set_value((v.get_value() * scale).astype(dtype))
        for w, (id, axes) in zip(weights(), LAYERS.items()):
            assert_allclose(norm(w.astype("float64"), axes), abs(net.layers[id].g.get_value()),
                            rtol=1e-6)


def check_a_fresh_layer_gives_the_plain_numbers(dtype):
    net, twin, _, _ = network_in(dtype)
    for index in range(3):
        assert_allclose(net.layer_activity("softmax", index), twin.layer_activity("softmax", index),
                        rtol=1e-6 if dtype == "float32" else 1e-13)


def check_setting_a_plain_weight_resets_v_and_g(dtype):
    net, _, _, weights = network_in(dtype)
    for id, axes in LAYERS.items():
        layer = net.layers[id]
        wanted = np.random.RandomState(3).normal(size=layer.weight_shape).astype(dtype)
        layer.w = wanted
        assert_allclose(layer.weight_value(), wanted, rtol=1e-6)
        assert_allclose(layer.g.get_value(), norm(wanted.astype("float64"), axes), rtol=1e-6)
        assert_allclose(dict(zip(LAYERS, weights()))[id], wanted, rtol=1e-6)


def check_zero_direction_recovers(dtype):
    net, _, _, weights = network_in(dtype)
    layer = net.layers["fc"]
    v = layer.v.get_value()
    v[:, 1] = 0
    layer.v.set_value(v)
    net.learning_rate.set_value(0.1)
    costs = [float(net.mini_batch_train(index % 3)) for index in range(6)]
    assert np.all(np.isfinite(costs))
    w = dict(zip(LAYERS, weights()))["fc"]
    assert_allclose(norm(w.astype("float64"), 0), abs(layer.g.get_value()), rtol=1e-6)


def test_laws():
    yield check_gradients_are_equation_3, "float64", 1e-9
    yield check_gradients_are_equation_3, "float32", 1e-4
    for dtype in ("float32", "float64"):
        for check in (check_norm_is_g, check_a_fresh_layer_gives_the_plain_numbers,
                      check_setting_a_plain_weight_resets_v_and_g, check_zero_direction_recovers):
            yield check, dtype


def test_gradients_equal_finite_differences():
    net, _, slopes, _ = network_in("float64")
    stream = net.cooked_datastream
    x, y = images("float64")
    cost = theano.function([stream.x, stream.y], net.dropout_cost)
    rng = np.random.RandomState(5)
    for id, (grad_v, grad_g, _) in each(slopes(x, y)).items():
        for p, found in ((net.layers[id].v, grad_v), (net.layers[id].g, grad_g)):
            here, along = p.get_value(), rng.normal(size=found.shape)
            ends = []
            for step in (1e-6, -1e-6):
                p.set_value(here + step * along)
                ends.append(float(cost(x, y)))
            p.set_value(here)
            slope = (ends[0] - ends[1]) / 2e-6
            assert abs(slope - np.sum(found * along)) < 1e-6 * max(abs(slope), 1e-3), (id, p.name)


def test_v_is_orthogonal_to_its_gradient_and_one_sgd_step_grows_it():
    net, _, slopes, _ = network_in("float64")
    net.cooked_datastream.set_data("train", 0)
    x, y = net.cooked_datastream.load_data("train", 0)
    before = {id: net.layers[id].v.get_value() for id in LAYERS}
    found, rate = each(slopes(x[:4], y[:4])), 0.7
    net.learning_rate.set_value(rate)
    net.mini_batch_train(0)
    for id, axes in LAYERS.items():
        v, grad_v = before[id], found[id][0]
        along = np.sum(v * grad_v, axis=axes, keepdims=True)
        assert np.all(abs(along) <= 1e-12 * norm(v, axes) * norm(grad_v, axes)), id
        c = rate * norm(grad_v, axes) / norm(v, axes)
        assert_allclose(norm(net.layers[id].v.get_value(), axes),
                        np.sqrt(1 + c ** 2) * norm(v, axes), rtol=1e-10)


def test_params_are_v_g_b_in_this_order_and_named():
    net = small_network("weightnorm_", cook=False)
    assert [p.name for p in net.dropout_layers["fc"].params] == ["fc.v", "fc.g", "fc.b"]
    assert [p.name for p in net.active_params] == [
        f"{id}.{name}" for id in ("conv", "fc", "softmax") for name in "vgb"]
    assert net.layers["conv"].g.get_value().shape == (3, 1, 1, 1)
    assert net.layers["fc"].g.get_value().shape == (1, 4)


def test_batch_norm_keeps_its_four_parameters_behind_v_g_b():
    net = small_network("weightnorm_", cook=False, batch_norm=True)
    assert [p.name for p in net.layers["fc"].params] == [
        "fc." + name for name in ("v", "g", "b", "gamma", "beta", "running_mean", "running_var")]


def test_regularize_adds_the_sum_of_g_squared():
    net = small_network("weightnorm_", cook=False, regularize=True)
    wanted = sum(np.sum(net.layers[id].g.get_value().astype("float64") ** 2)
                 for id in ("conv", "fc"))
    assert_allclose(net.L2.eval(), wanted, rtol=1e-5)


def add_dense(net, **options):
    net.add_layer("weightnorm_dot", origin="input", num_neurons=4, **options)
    return net.layers[net.last_layer_created]


def test_input_params_take_v_g_b():
    rng = np.random.RandomState(0)
    v, g, b = rng.normal(size=(SIDE ** 2, 4)), rng.normal(size=(1, 4)), rng.normal(size=4)
    layer = add_dense(begin(), input_params=[v, g, b])
    assert_allclose(layer.weight_value(), g * v / np.linalg.norm(v, axis=0), rtol=1e-5)
    assert_allclose(layer.b.get_value(), b, rtol=1e-6)


def test_input_params_take_a_plain_w_b():
    w = np.random.RandomState(0).normal(size=(SIDE ** 2, 4))
    layer = add_dense(begin(), input_params=[w, None])
    assert_allclose(layer.weight_value(), w, rtol=1e-5)
    assert_allclose(layer.g.get_value(), norm(w, 0), rtol=1e-6)
    assert_array_equal(layer.b.get_value(), 0)


def test_input_params_share_another_layers_v_g_b():
    net = begin()
    first = add_dense(net, id="first")
    second = add_dense(net, id="second", input_params=first.params, learnable=False)
    assert [a is b for a, b in zip(first.params, second.params)] == [True] * 3
    assert len(net.active_params) == 3


def test_input_params_follow_an_expressions_direction():
    net = begin()
    first = add_dense(net, id="first")
    net.add_layer("weightnorm_dot", id="back", origin="first", num_neurons=SIDE ** 2,
                  input_params=[first.w.T, None])
    back = net.layers["back"]
    assert_allclose(back.weight_value(), first.weight_value().T, rtol=1e-5)
    first.v.set_value(first.v.get_value() * 2)  # the length of v means nothing here either
    assert_allclose(back.weight_value(), first.weight_value().T, rtol=1e-5)


def tied(conv, **options):
    """Return a convolution of `conv`'s type and the weight-normalised way back with its weight."""
    net = begin(channels=2)
    net.add_layer(conv, id="conv", num_neurons=3)
    net.add_layer("weightnorm_deconv", id="back", num_neurons=3, output_shape=(6, 6, 2),
                  input_params=[net.dropout_layers["conv"].w, None], **options)
    return net.layers["conv"], net.layers["back"]


def test_a_deconvolution_has_a_length_for_each_output_map():
    _, back = tied("conv_pool")
    assert [p.name for p in back.params] == ["back.v", "back.g", "back.b"]
    w = back.weight_value()
    assert back.g.get_value().shape == (1, 2, 1, 1) and back.b.get_value().shape == (2,)
    assert_allclose(back.g.get_value().ravel(), [np.linalg.norm(w[:, c]) for c in (0, 1)],
                    rtol=1e-6)


def test_a_deconvolution_follows_the_direction_of_a_normalised_convolution():
    """With lengths of its own, over its own neurons; a plain one's weight is copied."""
    conv, back = tied("weightnorm_conv_pool")
    assert_allclose(back.weight_value(), conv.weight_value(), rtol=1e-5)
    conv.g.set_value(conv.g.get_value() * 2)
    assert_allclose(back.weight_value(), conv.weight_value() / 2, rtol=1e-5)
    conv, back = tied("conv_pool")
    before = back.weight_value()
    assert_allclose(before, conv.weight_value(), rtol=1e-5)
    conv.w = 2 * conv.weight_value()
    assert_array_equal(back.weight_value(), before)


def test_an_all_zero_output_map_is_refused_by_name():
    w = np.ones((2, 3, 3, 3))
    w[:, 1] = 0
    said = message(ValueError, begin(channels=2).add_layer, "weightnorm_deconv", id="dead",
                   num_neurons=2, output_shape=(8, 8, 3), input_params=[w, None])
    assert "weightnorm_deconv 'dead'" in said and "neuron 1 " in said, said


def test_an_all_zero_weight_given_as_a_start_is_refused_by_name():
    w = np.ones((SIDE ** 2, 4))
    w[:, 3] = 0
    said = message(ValueError, add_dense, begin(), id="dead", input_params=[w, None])
    assert "weightnorm_dot 'dead'" in said and "neuron 3" in said, said


def test_a_weight_of_another_shape_is_refused_by_name():
    layer = add_dense(begin(), id="fc")
    said = message(ValueError, layer.layer.set_weight, np.ones((2, 2)))
    assert "'fc'" in said and "(2, 2)" in said and "(36, 4)" in said, said


def test_the_constraint_on_plain_weights_never_touches_v_or_g():
    net = all_kinds("weightnorm_")
    assert [p for id in LAYERS for p in net.layers[id].constrained] == []
    plain = all_kinds("")
    assert [p.name for id in LAYERS for p in plain.layers[id].constrained] == ["fc.w", "softmax.w"]


def test_dropout_leaves_the_mean_alone_and_inference_without_masks():
    net = begin()
    add_dense(net, id="fc", dropout_rate=0.5, activation=None)
    finish(net, "weightnorm_", cook=False)
    x = net.datastream["data"].x
    masked = theano.function([x], net.dropout_layers["fc"].output)
    whole = theano.function([x], net.inference_layers["fc"].output)
    rows = images(theano.config.floatX)[0]
    draws = np.array([masked(rows) for _ in range(800)])
    assert 0.45 < np.mean(draws == 0) < 0.55
    size = np.sqrt(np.mean(whole(rows) ** 2))
    assert abs(draws.mean(axis=0) - whole(rows)).max() < 5 * size / np.sqrt(100)
    assert net.layers["softmax"].num_classes == CLASSES
