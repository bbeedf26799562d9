"""The normalised weight itself, one idea for all layers that have any."""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, floatx, without_c_code
from yann_weightnorm.forms import FORMS
from yann_weightnorm.layers.normalised import Normalised

KINDS = {"weightnorm_conv_pool": ["w"], "weightnorm_deconv": ["w"], "weightnorm_dot": ["w"],
         "weightnorm_rnn": ["w_x", "w_h"], "weightnorm_lstm": ["w_x", "w_h"]}
AXES = {"weightnorm_conv_pool": (1, 2, 3), "weightnorm_deconv": (0, 2, 3)}  # 0 for the others


def added(net, type, id="it", **options):
    """Return a layer of `type` on the images, or on them row by row."""
    origin = "input"
    if len(KINDS[type]) == 2:
        net.add_layer("sequence", id=f"rows of {id}", origin="input")
        origin = f"rows of {id}"
    more = {"output_shape": (8, 8, 1)} if type == "weightnorm_deconv" else {}
    net.add_layer(type, id=id, origin=origin, num_neurons=1 if more else 2, **dict(options, **more))
    return net.layers[id].layer


def test_each_weight_is_known_by_name_with_its_form_and_parameters():
    for type in KINDS:
        for form in ("l2", "log_g", "bounded_g", "strict"):
            yield check_weights, type, form


def check_weights(type, form):
    with without_c_code(), floatx("float64"):
        layer = added(begin(), type, form=form)
        assert isinstance(layer, Normalised) and list(layer.normalised) == KINDS[type]
        behind = [name for weight in layer.normalised.values() for name in weight.names]
        assert behind + ["b"] == layer.param_names
        for weight in layer.normalised.values():
            check_weight(layer, weight, AXES.get(type, 0))


def check_weight(layer, weight, axes):
    assert weight.axes == axes and isinstance(weight.form, FORMS[layer.form])
    assert weight.names[0] == "v" + weight.name[1:]
    assert all(part is getattr(layer, name) for name, part in zip(weight.names, weight.parts))
    assert weight.v is weight.parts[0] and weight.values == weight.parts[1:]
    assert weight.shape == weight.v.get_value().shape
    rng = np.random.RandomState(0)
    weight.set([rng.normal(size=part.get_value().shape) for part in weight.parts])
    found = theano.function([], [weight.symbolic(), getattr(layer, weight.name)])()
    for value in found:
        assert_allclose(weight.value(), value, rtol=1e-12)
    wanted = rng.normal(size=weight.shape)
    weight.set(weight.form.decompose(wanted))
    directions = wanted / np.sqrt(np.sum(wanted ** 2, axis=axes, keepdims=True))
    if layer.form in ("l2", "log_g"):
        assert_allclose(weight.value(), wanted, rtol=1e-12)
    assert_allclose(weight.value() / np.sqrt(np.sum(weight.value() ** 2, axis=axes, keepdims=True)),
                    directions, rtol=1e-12)


def test_a_direction_that_is_shared_may_have_died_in_training():
    for type in KINDS:
        yield check_shared, type


def check_shared(type):
    net = begin()
    one = added(net, type, "one")
    v = one.normalised[KINDS[type][0]].v
    v.set_value(np.zeros_like(v.get_value()))
    two = added(net, type, "two", input_params=one.params, learnable=False)
    assert two.params == one.params
    for name in KINDS[type]:
        assert two.normalised[name].parts == one.normalised[name].parts
    assert_array_equal(two.normalised[KINDS[type][0]].value(), 0)
