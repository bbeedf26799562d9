"""Batch normalization, inside layers and alone, against NumPy; and gaussian noise."""

import numpy as np
import theano
from numpy.testing import assert_allclose

from tests.small import SIDE, begin, finish, floatx, without_c_code

AXES = {2: 0, 4: (0, 2, 3)}


def built(kind):
    """Return a float64 network with one batch norm, and that layer's id."""
    net = begin()
    if kind == "conv":
        net.add_layer("conv_pool", id="bn", num_neurons=3, activation=None, batch_norm=True)
    elif kind == "dense":
        net.add_layer("weightnorm_dot", id="bn", num_neurons=5, activation=None, batch_norm=True)
    elif kind == "maps":
        net.add_layer("batch_norm", id="bn")
    else:
        net.add_layer("flatten")
        net.add_layer("batch_norm", id="bn")
    return finish(net)


def check(kind):
    with floatx("float64"):
        net = built(kind)
        view, stream = net.layers["bn"], net.datastream["data"]
        rng = np.random.RandomState(0)
        for p, low in ((view.gamma, 0.5), (view.beta, -1), (view.running_mean, -1),
                       (view.running_var, 0.5)):
            p.set_value(rng.uniform(low, low + 2, size=p.get_value().shape))
        layers = net.dropout_layers, net.layers, net.inference_layers
        x = rng.normal(size=(4, SIDE * SIDE))
        with without_c_code() if kind != "conv" else floatx("float64"):
            before = view.layer.linear(net.layers["input" if kind == "conv" else "2"].output) \
                if hasattr(view.layer, "linear") else net.layers[view.origin[0]].output
            out = theano.function([stream.x], [before] + [v["bn"].output for v in layers] + [
                new.flatten() for new in view.updates.values()])
            slope = theano.function([stream.x], theano.grad(
                (net.dropout_layers["bn"].output ** 3).sum(), [stream.x, view.gamma]))
        t, trained, stable, tested, new_mean, new_var = out(x)
    shape = (1, -1) + (1,) * (t.ndim - 2)
    gamma, beta, mean, var = (p.get_value().reshape(shape) for p in (
        view.gamma, view.beta, view.running_mean, view.running_var))
    axes = AXES[t.ndim]
    m, s2 = t.mean(axis=axes, keepdims=True), t.var(axis=axes, keepdims=True)
    wanted = (t - m) * gamma / np.sqrt(s2 + 1e-4) + beta
    assert_allclose(trained, wanted, rtol=1e-8, atol=1e-10)
    assert_allclose(stable, trained)
    assert_allclose(tested, (t - mean) * gamma / np.sqrt(var + 1e-4) + beta, rtol=1e-8, atol=1e-10)
    n = t.size / t.shape[1]
    assert_allclose(new_mean, (0.9 * mean + 0.1 * m).ravel(), rtol=1e-8)
    assert_allclose(new_var, (0.9 * var + 0.1 * s2 * n / (n - 1)).ravel(), rtol=1e-8)
    grad_gamma = (3 * wanted ** 2 * (wanted - beta) / gamma).sum(axis=axes)
    assert_allclose(np.ravel(slope(x)[1]), grad_gamma, rtol=1e-7)


def test_batch_norm_in_all_streams_q4():
    for kind in ("dense", "rows", "maps", "conv"):
        yield check, kind


def test_inference_does_not_depend_on_the_rest_of_the_mini_batch_q4():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", num_neurons=5, batch_norm=True)
        net.add_layer("batch_norm", id="bn")
        finish(net).train(epochs=2, learning_rates=(0, 0.1))
        f = theano.function([net.datastream["data"].x], net.inference_layers["softmax"].output)
    x = np.random.RandomState(0).normal(size=(4, SIDE * SIDE)).astype("float32")
    assert_allclose(f(x)[:1], f(x[:1]), rtol=1e-5)


def test_running_statistics_move_with_training_and_only_with_it():
    with without_c_code():
        net = begin()
        net.add_layer("flatten")
        net.add_layer("batch_norm", id="bn")
        finish(net)
        x = net.datastream["data"].load_data("train", 0)[0]
        net.validate()
        assert net.layers["bn"].running_mean.get_value().max() == 0
        net.datastream["data"].set_data("train", 0)
        net.mini_batch_train(0)
    assert_allclose(net.layers["bn"].running_mean.get_value(), 0.1 * x[:4].mean(axis=0),
                    rtol=1e-4, atol=1e-6)


def test_gaussian_noise_has_its_deviation_and_is_off_elsewhere():
    with without_c_code():
        net = begin()
        net.add_layer("gaussian_noise", id="noise", sigma=0.3)
        x = net.datastream["data"].x
        noisy = theano.function([x], net.dropout_layers["noise"].output)
        clean = theano.function([x], net.inference_layers["noise"].output)
    rows = np.ones((101, SIDE * SIDE), "float32")  # an odd number of draws
    first, second = noisy(rows), noisy(rows)
    assert first.shape == (101, 1, SIDE, SIDE) and not np.array_equal(first, second)
    assert abs(first.mean() - 1) < 0.03 and abs(first.std() - 0.3) < 0.02
    assert_allclose(clean(rows), 1)
