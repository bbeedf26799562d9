"""The data-dependent start of whole networks: the paper's CNN, residual ones, generators, others.

What goes into an activation is found from what comes out of it, so activations here have inverses.
"""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import SIDE, begin, finish, floatx, message, without_c_code
from yann_weightnorm import dataset_from_arrays, initialize_from_data

LEAKY = ("relu", 0.1)
INVERSES = {LEAKY: lambda y: np.where(y > 0, y, y * 10), "tanh": np.arctanh, None: lambda y: y}
IMAGES = 12


def weight_layers(net):
    return [view.layer for view in net.layers.values() if hasattr(view, "weight_shape")]


def pre_activations(net, images=IMAGES, stream="layers"):
    """Return layer id -> pre-activation for the first images, in float64; classifiers left out."""
    layers = [layer for layer in weight_layers(net) if layer.activation != "softmax"]
    data = net.cooked_datastream
    x, y = (rows[:images] for rows in data.load_data("train", 0))
    views = getattr(net, stream)
    f = theano.function([data.x, data.y], [views[layer.id].output for layer in layers],
                        on_unused_input="ignore")
    return {layer.id: INVERSES[layer.activation](out.astype("float64"))
            for layer, out in zip(layers, f(x, y))}


def check_standard(found, deviation=1.0):
    for id, t in found.items():
        axes = (0,) + tuple(range(2, t.ndim))
        assert abs(t.mean(axis=axes)).max() < 1e-5, id
        assert abs(t.std(axis=axes) / deviation - 1).max() < 1e-4, id


def started(net, prefix="weightnorm_", images=IMAGES, **options):
    return initialize_from_data(finish(net, prefix), images=images, **options)


# -- the networks of the paper ----------------------------------------------------------------

def colour_images(side=32, rows=8):
    rng = np.random.RandomState(0)
    x, y = rng.uniform(size=(rows, side, side, 3)), rng.randint(3, size=rows)
    return dataset_from_arrays((x, y), (x, y), (x, y), mini_batch_size=rows)


def check_the_paper_s_cnn(prefix):
    """Its nine convolutions and its classifier, 1/24 as wide (lasagne/train.py)."""
    net = begin(data=colour_images())
    net.add_layer("gaussian_noise", sigma=0.15)
    layers = [(4, "half")] * 3 + [(8, "half")] * 3 + [(8, "valid")] * 3
    for number, (maps, border) in enumerate(layers):
        net.add_layer(prefix + "conv_pool", id=f"conv{number}", num_neurons=maps,
                      border_mode=border, activation=LEAKY,
                      filter_size=(3, 3) if number < 7 else (1, 1),
                      pool_size=(2, 2) if number in (2, 5) else "whole" if number == 8 else (1, 1),
                      pool_type="mean" if number == 8 else "max",
                      dropout_rate=0.5 if number in (2, 5) else 0)
    started(net, prefix, images=8)
    found = pre_activations(net, images=8)
    assert len(found) == 9 and found["conv8"].shape == (8, 8, 1, 1)
    check_standard(found)


def test_the_paper_s_cnn():
    with without_c_code():
        for prefix in ("weightnorm_", ""):
            check_the_paper_s_cnn(prefix)


def residual_mlp(blocks, width=20, **options):
    net = begin()
    net.add_layer("weightnorm_dot", id="stem", num_neurons=width, activation=LEAKY)
    below = "stem"
    for block in range(blocks):
        net.add_layer("weightnorm_dot", id=f"a{block}", origin=below, num_neurons=width,
                      activation=LEAKY, **options)
        net.add_layer("weightnorm_dot", id=f"b{block}", num_neurons=width, activation=None,
                      **options)
        net.add_layer("merge", id=f"sum{block}", origin=(below, f"b{block}"), layer_type="sum")
        below = f"sum{block}"
    return net


def test_a_residual_network():
    with without_c_code():
        net = started(residual_mlp(blocks=8))
        found = pre_activations(net)
        assert len(found) == 17
        check_standard(found)


def test_a_residual_network_of_convolutions_with_a_shortcut_that_has_a_weight():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_conv_pool", id="stem", num_neurons=3, border_mode="half",
                      activation=LEAKY)
        for id, below, maps, active in (("a", "stem", 3, LEAKY), ("b", "a", 5, None),
                                        ("short", "stem", 5, None)):
            net.add_layer("weightnorm_conv_pool", id=id, origin=below, num_neurons=maps,
                          border_mode="half", activation=active)
        net.add_layer("merge", id="sum", origin=("b", "short"), layer_type="sum")
        net.add_layer("weightnorm_conv_pool", id="top", num_neurons=4, activation=LEAKY)
        check_standard(pre_activations(started(net)))


def test_a_generator_of_transposed_convolutions():
    with without_c_code(), floatx("float32"):
        net = begin()
        net.add_layer("random", id="z", num_neurons=(40, 6), distribution="normal")
        net.add_layer("weightnorm_dot", id="fc", num_neurons=36, activation=LEAKY)
        net.add_layer("unflatten", id="maps", shape=(3, 3, 4))
        net.add_layer("weightnorm_deconv", id="up", num_neurons=4, output_shape=(7, 7, 3),
                      stride=(2, 2), activation=LEAKY)
        net.add_layer("weightnorm_deconv", id="image", num_neurons=3, output_shape=(9, 9, 1),
                      activation="tanh")
        finish(net, "weightnorm_")
        state = [(r.get_value(), r) for r, *_ in net.layers["z"].generators[0].state_updates]
        initialize_from_data(net)
        for value, r in state:  # the sample that it was set by
            r.set_value(value)
        found = pre_activations(net)
        assert found["image"].shape == (40, 1, 9, 9)
        check_standard(found)


def test_several_inputs():
    with without_c_code():
        net = begin()
        net.add_layer("input", id="again", origin="data")
        net.add_layer("random", id="z", num_neurons=(4, 5), distribution="normal")
        for below, id in (("input", "one"), ("again", "two"), ("z", "three")):
            net.add_layer("weightnorm_dot", id=id, origin=below, num_neurons=4, activation=LEAKY)
        net.add_layer("merge", origin=("one", "two", "three"), layer_type="concatenate")
        net.add_layer("weightnorm_dot", id="top", num_neurons=4, activation=LEAKY)
        finish(net, "weightnorm_")
        state = [(r.get_value(), r) for r, *_ in net.layers["z"].generators[0].state_updates]
        initialize_from_data(net, images=4)
        for value, r in state:
            r.set_value(value)
        check_standard(pre_activations(net, images=4))


# -- batch norm of the mean only --------------------------------------------------------------

def check_mean_only(prefix):
    net = begin()
    for kind, id, options in (
            ("conv_pool", "conv", {"num_neurons": 3}),
            ("deconv", "deconv", {"num_neurons": 3, "output_shape": (SIDE, SIDE, 2)}),
            ("dot_product", "fc", {"num_neurons": 4})):
        net.add_layer(prefix + kind, id=id, activation=LEAKY, mean_only_batch_norm=True, **options)
    net.layers["fc"].b.set_value(np.ones(4, "float32"))
    started(net, prefix)
    found, inference = (pre_activations(net, stream=s) for s in ("layers", "inference_layers"))
    check_standard(found)
    for id in found:  # at inference by the running mean, which begins as this mini batch's
        assert_allclose(inference[id], found[id], rtol=0, atol=1e-4)
        assert_array_equal(net.layers[id].b.get_value(), 0)
        assert np.any(net.layers[id].running_mean.get_value())


def test_batch_norm_of_the_mean_only_has_only_its_scale_set():
    with without_c_code():
        for prefix in ("weightnorm_", ""):
            check_mean_only(prefix)


def test_a_residual_network_with_batch_norm_of_the_mean_only():
    """Up to 13 layers, where only lengths are set: biases, which are 0, stay so."""
    with without_c_code():
        net = started(residual_mlp(blocks=6, mean_only_batch_norm=True))
        check_standard(pre_activations(net))
        for block in range(6):
            assert_array_equal(net.layers[f"a{block}"].b.get_value(), 0)


def test_an_all_zero_weight_is_refused_by_name():
    w = np.ones((SIDE * SIDE, 4))
    w[:, 2] = 0
    with without_c_code():
        net = begin()
        said = message(ValueError, net.add_layer, "weightnorm_dot", id="dead", num_neurons=4,
                       start="normal", input_params=[w, None, None])
        assert "weightnorm_dot 'dead'" in said and "neuron 2" in said, said
        net = begin()
        net.add_layer("dot_product", id="dead", num_neurons=4, input_params=[w, None])
        said = message(ValueError, initialize_from_data, finish(net), images=IMAGES)
        assert "initialize_from_data: 1 of 4 pre-activations of dot_product 'dead'" in said, said


# -- how wide, and in which directions --------------------------------------------------------

def test_init_scale_of_the_network_and_of_layers_is_the_deviation():
    with without_c_code():
        net = finish(residual_mlp(blocks=2, init_scale=0.1), "weightnorm_")
        for wide, narrow in ((0.5, 0.05), (2, 0.2)):
            initialize_from_data(net, images=IMAGES, init_scale=wide)
            found = pre_activations(net)
            check_standard({"stem": found.pop("stem")}, deviation=wide)
            check_standard(found, deviation=narrow)


def test_a_layer_s_own_directions_are_drawn_anew_by_its_start():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4, activation=LEAKY,
                      start="orthogonal")
        net.add_layer("weightnorm_dot", id="robust", num_neurons=4, activation=LEAKY,
                      start="robust")
        before = finish(net, "weightnorm_").layers["fc"].v.get_value()
        initialize_from_data(net, images=IMAGES)
        for id in ("fc", "robust"):
            v = net.layers[id].v.get_value()
            assert_allclose(v.T @ v, np.eye(4), atol=1e-5)
        assert not np.allclose(net.layers["fc"].v.get_value(), before)
        check_standard(pre_activations(net))


def test_forms_without_lengths_are_left_as_they_are():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="strict", num_neurons=4, activation=LEAKY,
                      form="strict")
        for form in ("log_g", "l1", "centered", "bounded_g"):
            net.add_layer("weightnorm_dot", id=form, num_neurons=4, activation=LEAKY, form=form)
        before = finish(net).layers["strict"].v.get_value()
        initialize_from_data(net, images=IMAGES)
        assert_array_equal(net.layers["strict"].v.get_value(), before)
        found = pre_activations(net)
        assert abs(found.pop("strict").std(axis=0) - 1).max() > 0.01
        check_standard(found)


def test_cook_takes_it_by_name():
    with without_c_code():
        net = residual_mlp(blocks=1)
        finish(net, "weightnorm_", cook=False)
        net.cook(resultor=None, start="data_dependent", init_scale=0.5)
        check_standard(pre_activations(net, images=4), deviation=0.5)


def test_a_wrong_init_scale_is_refused_by_name():
    net = finish(begin())
    for value in (0, -1, "wide", None, float("nan")):
        said = message(ValueError, initialize_from_data, net, init_scale=value)
        assert f"initialize_from_data got init_scale {value!r}" in said, said
