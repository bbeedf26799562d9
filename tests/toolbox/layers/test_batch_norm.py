"""Batch normalization, inside layers and alone, against NumPy; and gaussian noise."""

import numpy as np
import theano
from numpy.testing import assert_allclose

from tests.small import SIDE, begin, finish, floatx, message, without_c_code

AXES = {2: 0, 4: (0, 2, 3)}
EPSILON = 1e-4
KINDS = {
    "dense": ("weightnorm_dot", {"num_neurons": 5}),
    "conv": ("conv_pool", {"num_neurons": 3}),
    "deconv": ("weightnorm_deconv", {"num_neurons": 1, "output_shape": (8, 8, 2)}),
    "maps": ("batch_norm", None),
    "rows": ("batch_norm", None),
}


class Case:
    """A float64 network with one batch norm, its parameters drawn, on one mini batch.

    Attributes
    ----------
    t : array
        What is normalized.
    axes : axes of the statistics.
    gamma, beta, mean, var : arrays that broadcast against `t`
    outputs : arrays
        In the dropout, stable and inference stream.
    updates : arrays
        What a training step makes of the running statistics, flat.
    slopes : dict of arrays
        Gradients of the sum of cubes of the output in the dropout stream.
    """

    def __init__(self, kind):
        with floatx("float64"):
            net = built(kind)
            self.view = net.dropout_layers["bn"]
            rng = np.random.RandomState(0)
            for p, low in self._drawn():
                p.set_value(rng.uniform(low, low + 2, size=p.get_value().shape))
            self.x = rng.normal(size=(4, SIDE * SIDE))
            with without_c_code() if kind not in ("conv", "deconv") else floatx("float64"):
                self._run(net, kind)
        shape = (1, -1) + (1,) * (self.t.ndim - 2)
        self.gamma, self.beta, self.mean, self.var = (
            p.get_value().reshape(shape) for p, _ in self._drawn())
        self.axes = AXES[self.t.ndim]

    def _drawn(self):
        view = self.view
        return ((view.gamma, 0.5), (view.beta, -1), (view.running_mean, -1),
                (view.running_var, 0.5))

    def _run(self, net, kind):
        view, x = self.view, net.datastream["data"].x
        below = net.dropout_layers[view.origin[0]].output
        before = view.layer.linear(below) if hasattr(view.layer, "linear") else below
        by = {"gamma": view.gamma, "beta": view.beta, "below": below}
        by.update({"w": view.w, "b": view.b} if hasattr(view.layer, "linear") else {})
        slopes = theano.grad((view.output ** 3).sum(), list(by.values()))
        streams = net.dropout_layers, net.layers, net.inference_layers
        found = theano.function([x], [before] + [views["bn"].output for views in streams]
                                + [new.flatten() for new in view.updates.values()] + slopes)(self.x)
        self.t, self.outputs, self.updates = found[0], found[1:4], found[4:6]
        self.slopes = dict(zip(by, found[6:]))

    def moments(self):
        return (self.t.mean(axis=self.axes, keepdims=True),
                self.t.var(axis=self.axes, keepdims=True))


def built(kind):
    type, options = KINDS[kind]
    net = begin()
    if kind == "rows":
        net.add_layer("flatten")
    net.add_layer(type, id="bn", **dict(options, activation=None, batch_norm=True)
                  if options else {})
    return finish(net)


_cases = {}


def case(kind):
    if kind not in _cases:
        _cases[kind] = Case(kind)
    return _cases[kind]


def check_outputs(kind):
    """Batch statistics where training and the stable stream look, running ones in inference."""
    made = case(kind)
    m, s2 = made.moments()
    wanted = (made.t - m) * made.gamma / np.sqrt(s2 + EPSILON) + made.beta
    for found in made.outputs[:2]:
        assert_allclose(found, wanted, rtol=1e-8, atol=1e-10)
    tested = (made.t - made.mean) * made.gamma / np.sqrt(made.var + EPSILON) + made.beta
    assert_allclose(made.outputs[2], tested, rtol=1e-8, atol=1e-10)


def check_running_statistics(kind):
    """A tenth of the way to the mini batch's mean and unbiased variance."""
    made = case(kind)
    m, s2 = made.moments()
    n = made.t.size / made.t.shape[1]
    assert_allclose(made.updates[0], (0.9 * made.mean + 0.1 * m).ravel(), rtol=1e-8)
    assert_allclose(made.updates[1], (0.9 * made.var + 0.1 * s2 * n / (n - 1)).ravel(), rtol=1e-8)
    assert list(made.view.updates) == [made.view.running_mean, made.view.running_var]


def check_gradients(kind):
    """Ioffe & Szegedy's formulas, section 3, for the sum of cubes of the output."""
    made = case(kind)
    m, s2 = made.moments()
    unit = (made.t - m) / np.sqrt(s2 + EPSILON)
    slope = 3 * (unit * made.gamma + made.beta) ** 2
    inner = slope * made.gamma
    slope_t = (inner - inner.mean(axis=made.axes, keepdims=True) - unit * (
        inner * unit).mean(axis=made.axes, keepdims=True)) / np.sqrt(s2 + EPSILON)
    assert_allclose(made.slopes["gamma"].ravel(), (slope * unit).sum(axis=made.axes), rtol=1e-7)
    assert_allclose(made.slopes["beta"].ravel(), slope.sum(axis=made.axes), rtol=1e-7)
    if not hasattr(made.view.layer, "linear"):
        assert_allclose(made.slopes["below"], slope_t, rtol=1e-6, atol=1e-9)
        return
    assert_allclose(made.slopes["b"], 0, atol=1e-9 * abs(slope_t).sum())  # the mean takes it off
    if kind == "dense":
        assert_allclose(made.slopes["w"], made.x.T @ slope_t, rtol=1e-6, atol=1e-9)


def test_batch_norm_in_all_streams_q4():
    for kind in KINDS:
        for check in (check_outputs, check_running_statistics, check_gradients):
            yield check, kind


def test_its_parameters_are_listed_under_yann_s_misspelt_name_too_q3():
    net = begin()
    net.add_layer("batch_norm", id="bn")
    view = net.layers["bn"]
    assert view.parmas == view.params and [p.name for p in view.params] == [
        "bn." + name for name in ("gamma", "beta", "running_mean", "running_var")]
    assert net.params == view.params and net.active_params == view.params[:2]
    message(AttributeError, setattr, view.layer, "parmas", [])


def test_inference_does_not_depend_on_the_rest_of_the_mini_batch_q4():
    net = begin()
    net.add_layer("weightnorm_conv_pool", num_neurons=2, batch_norm=True)
    net.add_layer("batch_norm")
    net.add_layer("weightnorm_dot", num_neurons=5, batch_norm=True)
    net.add_layer("batch_norm", id="bn")
    finish(net).train(epochs=2, learning_rates=(0, 0.1))
    f, g = (theano.function([net.datastream["data"].x], views["softmax"].output)
            for views in (net.inference_layers, net.layers))
    x = np.random.RandomState(0).normal(size=(4, SIDE * SIDE)).astype("float32")
    assert_allclose(f(x)[:2], f(x[:2]), rtol=1e-4)
    assert not np.allclose(g(x)[:2], g(x[:2]), rtol=1e-2)


def check_running_statistics_over_steps(kind):
    with without_c_code():
        net = built(kind)
        net.learning_rate.set_value(0)
        x = net.datastream["data"].load_data("train", 0)[0].astype("float64")
        net.validate()
        assert net.layers["bn"].running_mean.get_value().max() == 0
        net.datastream["data"].set_data("train", 0)
        for index in range(3):
            net.mini_batch_train(index)
    mean, var = 0, 1
    for index in range(3):
        rows = x[4 * index:4 * index + 4]
        t = rows if kind == "rows" else rows.reshape(-1, 1)
        mean, var = 0.9 * mean + 0.1 * t.mean(axis=0), 0.9 * var + 0.1 * t.var(axis=0, ddof=1)
    assert_allclose(net.layers["bn"].running_mean.get_value(), mean, rtol=1e-4, atol=1e-6)
    assert_allclose(net.layers["bn"].running_var.get_value(), var, rtol=1e-4)


def test_running_statistics_move_with_training_and_only_with_it():
    for kind in ("rows", "maps"):
        yield check_running_statistics_over_steps, kind


def test_one_row_leaves_the_running_variance():
    """It has no unbiased variance, and a NaN would stay in the running one for good."""
    net = built("rows")
    view, x = net.dropout_layers["bn"], net.datastream["data"].x
    for excluded in ("", "weightnorm_batch_normalization"):
        f = theano.function([x], list(view.updates.values()), mode=theano.Mode(
            "cvm", "fast_run").excluding(excluded))
        mean, var = f(np.full((1, SIDE * SIDE), 3, "float32"))
        assert_allclose(mean, 0.3, rtol=1e-6)
        assert_allclose(var, 1)
        assert_allclose(f(np.array([[1], [5]], "float32") * np.ones(SIDE * SIDE, "float32"))[1],
                        0.9 + 0.1 * 8, rtol=1e-6)


def test_what_has_no_channels_is_refused_by_name():
    net = begin()
    net.add_layer("random", num_neurons=4)
    said = message(ValueError, net.add_layer, "batch_norm", id="bn")
    assert "batch_norm 'bn'" in said and "got shape (4,)" in said, said


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
