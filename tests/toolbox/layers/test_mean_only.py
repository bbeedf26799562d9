"""Batch normalization of the mean only (equations 7 and 8) in every layer that has it."""

import functools

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import (
    SIDE,
    begin,
    dataset,
    finish,
    floatx,
    message,
    temporary_folder,
    values,
    without_c_code,
)
from yann_weightnorm import network
from yann_weightnorm.toolbox.streams import DROPOUT

KINDS = {
    "dot_product": {"num_neurons": 5},
    "conv_pool": {"num_neurons": 3, "pool_size": (2, 2)},
    "deconv": {"num_neurons": 1, "output_shape": (8, 8, 2)},
    "classifier": {"num_classes": 3},
    "weightnorm_dot": {"num_neurons": 5},
    "weightnorm_conv_pool": {"num_neurons": 3},
    "weightnorm_deconv": {"num_neurons": 1, "output_shape": (8, 8, 2)},
    "weightnorm_classifier": {"num_classes": 3},
}
STREAMS = "dropout_layers", "layers", "inference_layers"


class Case:
    """A layer without activation, its bias and running mean drawn.

    Attributes
    ----------
    layer : Layer
    b, mean : arrays that broadcast against the output
    show : function
        Rows -> the linear map of them; the output in each stream; the next running mean.
    """

    def __init__(self, type):
        rng = np.random.RandomState(0)
        with floatx("float64"), without_c_code():
            net = begin()
            net.add_layer(type, id="it", activation=None, mean_only_batch_norm=True, **KINDS[type])
            self.layer, x = net.layers["it"].layer, net.datastream["data"].x
            update, = self.layer.updates.values()
            t = self.layer.linear(net.layers[self.layer.origin[0]].output)
            self.show = theano.function(
                [x], [t] + [getattr(net, name)["it"].output for name in STREAMS] + [update])
        self.b, self.mean = (self._draw(p, rng) for p in (self.layer.b, self.layer.running_mean))

    def _draw(self, param, rng):
        param.set_value(rng.normal(size=param.get_value().shape))
        return param.get_value().reshape((1, -1) + (1,) * (len(self.layer.output_shape) - 2))


@functools.lru_cache(maxsize=None)
def case(type):
    return Case(type)


def rows(seed, count=4):
    return np.random.RandomState(seed).normal(size=(count, SIDE * SIDE))


def check_equation_7(type):
    made = case(type)
    t, masked, stable, inference, update = made.show(rows(1))
    mean = t.mean(axis=(0,) + tuple(range(2, t.ndim)), keepdims=True)
    for found in (masked, stable):
        assert_allclose(found, t - mean + made.b, rtol=1e-12, atol=1e-14)
    assert_allclose(inference, t - made.mean + made.b, rtol=1e-12, atol=1e-14)
    assert_allclose(update, (0.9 * made.mean + 0.1 * mean).ravel(), rtol=1e-12)


def check_inference_knows_no_batch(type):
    made, x = case(type), rows(1)
    alone = made.show(x[:1])[3]
    assert_array_equal(alone.shape[1:], made.layer.output_shape[1:])
    assert_allclose(made.show(x)[3][:1], alone, rtol=1e-12, atol=1e-14)
    assert abs(made.show(x)[2][:1] - made.show(x[:1])[2]).max() > 1e-3  # the others do


def check_params(type):
    layer = case(type).layer
    names = ["v", "g", "b", "running_mean"] if type.startswith("weightnorm") else \
        ["w", "b", "running_mean"]
    assert layer.param_names == names
    assert [p.name for p in layer.active_params] == [f"it.{n}" for n in names[:-1]]
    assert layer.running_mean.get_value().shape == layer.b.get_value().shape


def check_given_params(type):
    """A plain layer's [w, b, running_mean] fits both, a normalised one has its own four."""
    layer = case(type).layer
    for given in ([layer.weight_value(), layer.b.get_value(), layer.running_mean.get_value()],
                  layer.params, [None, layer.b, layer.running_mean] if "weight" not in type
                  else [None, None, layer.b, layer.running_mean]):
        with floatx("float64"):
            net = begin(seed=3)
            net.add_layer(type, id="twin", mean_only_batch_norm=True, input_params=given,
                          **KINDS[type])
        twin = net.layers["twin"]
        assert_array_equal(twin.b.get_value(), layer.b.get_value())
        assert_array_equal(twin.running_mean.get_value(), layer.running_mean.get_value())
        if given[0] is not None:
            assert_allclose(twin.weight_value(), layer.weight_value(), rtol=1e-12)


def test_every_layer():
    for type in KINDS:
        yield check_equation_7, type
        yield check_inference_knows_no_batch, type
        yield check_params, type
        yield check_given_params, type


def test_what_comes_back_is_centred_as_equation_8_says():
    layer, rng = case("dot_product").layer, np.random.RandomState(2)
    with without_c_code():
        for shape in ((6, 5), (4, 5, 3, 2)):
            t = T.TensorType("float64", (False,) * len(shape))()
            back = rng.normal(size=shape)
            slope = theano.grad((layer.subtract_mean(t, DROPOUT) * back).sum(), t)
            axes = (0,) + tuple(range(2, len(shape)))
            wanted = back - back.mean(axis=axes, keepdims=True)
            assert_allclose(slope.eval({t: rng.normal(size=shape)}), wanted, rtol=0, atol=1e-14)


def test_the_gradient_of_a_normalised_weight_is_equation_3_behind_equation_8():
    layer, x = case("weightnorm_dot").layer, rows(1)
    back = np.random.RandomState(3).normal(size=(4, 5))
    with floatx("float64"), without_c_code():
        t = layer.pre_activation(T.constant(x), DROPOUT)
        found = [s.eval() for s in theano.grad((t * back).sum(), [layer.v, layer.g, layer.b])]
    v, g = layer.v.get_value(), layer.g.get_value()
    length = np.linalg.norm(v, axis=0)
    grad_w = x.T @ (back - back.mean(axis=0))
    grad_g = (grad_w * v).sum(axis=0, keepdims=True) / length
    grad_v = g / length * grad_w - g * grad_g / length ** 2 * v
    for one, other in zip(found, (grad_v, grad_g, back.sum(axis=0))):
        assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def trained(prefix, steps):
    net = begin(3, {"optimizer_type": "sgd"})
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=4, mean_only_batch_norm=True)
    finish(net, prefix)
    for step in range(steps):
        net.mini_batch_train(step % 3)
    return net


def test_training_moves_the_running_mean_a_tenth_of_the_way():
    for prefix in ("", "weightnorm_"):
        with floatx("float64"), without_c_code():
            net = trained(prefix, steps=0)
            x, wanted = net.cooked_datastream.load_data("train", 0)[0], np.zeros(4)
            for step in range(3):
                w = net.layers["fc"].weight_value()
                wanted = 0.9 * wanted + 0.1 * (x[4 * step:4 * step + 4] @ w).mean(axis=0)
                net.mini_batch_train(step)
                assert_allclose(net.layers["fc"].running_mean.get_value(), wanted, rtol=1e-9)


def test_a_saved_network_comes_back_with_its_running_means():
    with without_c_code(), temporary_folder() as folder:
        net = trained("weightnorm_", steps=4)
        net.save(folder / "net")
        again = network.load(folder / "net", dataset=dataset(), verbose=0)
        assert np.any(net.layers["fc"].running_mean.get_value())
        for name, value in values(net).items():
            assert_array_equal(values(again)[name], value)
        assert_array_equal(again.layer_activity("softmax"), net.layer_activity("softmax"))


def test_it_is_refused_beside_a_whole_batch_norm():
    for type in ("dot_product", "conv_pool", "weightnorm_deconv"):
        said = message(ValueError, begin().add_layer, type, id="it", batch_norm=True,
                       mean_only_batch_norm=True, **KINDS[type])
        assert f"{type} 'it' got batch_norm and mean_only_batch_norm" in said, said
        assert "choose one" in said, said
