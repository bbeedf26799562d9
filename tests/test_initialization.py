"""The data-dependent start: after it, every pre-activation has mean 0 and deviation 1."""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import (
    begin,
    dataset,
    finish,
    floatx,
    message,
    small_network,
    values,
    without_c_code,
)
from yann_weightnorm import dataset_from_arrays, initialize_from_data, network
from yann_weightnorm.normalization import norm


def pre_activations(net, x):
    """Return id -> pre-activation of each weight layer for the images `x`, by NumPy alone.

    Convolutions are valid and of stride 1, pooling takes the largest of whole windows.
    """
    found, below = {}, {}
    for id, view in net.layers.items():
        if view.type == "input":
            below[id] = x.reshape(len(x), view.height, view.width, -1).transpose(0, 3, 1, 2) \
                if hasattr(view, "height") else x.reshape((len(x),) + view.output_shape[1:])
        elif view.type == "flatten":
            below[id] = below[view.origin[0]].reshape(len(x), -1)
        elif hasattr(view, "weight_shape"):
            found[id] = linear(view, below[view.origin[0]])
            below[id] = {"relu": lambda t: np.maximum(t, 0), "tanh": np.tanh,
                         None: lambda t: t, "softmax": lambda t: t}[view.activation](found[id])
    return found


def linear(view, x):
    w, b = view.weight_value().astype("float64"), view.b.get_value().astype("float64")
    if w.ndim == 2:
        return x @ w + b
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    maps = np.einsum("nchwij,kcij->nkhw", windows, w[:, :, ::-1, ::-1])
    p, q = view.pool_size
    rows, cols = maps.shape[2] // p, maps.shape[3] // q
    maps = maps[:, :, :rows * p, :cols * q].reshape(maps.shape[:2] + (rows, p, cols, q))
    return maps.max(axis=(3, 5)) + b[:, None, None]


def check_moments(net, x):
    for id, t in pre_activations(net, x.astype("float64")).items():
        axes = (0,) + tuple(range(2, t.ndim))
        assert abs(t.mean(axis=axes)).max() < 1e-5, id
        assert abs(t.std(axis=axes) - 1).max() < 1e-4, id


def check_small_network(prefix, dtype):
    with floatx(dtype):
        net = initialize_from_data(small_network(prefix), images=8)
        x = net.cooked_datastream.load_data("train", 0)[0][:8]
        check_moments(net, x)


def test_pre_activations_are_standardised():
    for prefix in ("weightnorm_", ""):
        for dtype in ("float32", "float64"):
            yield check_small_network, prefix, dtype


def test_pre_activations_are_standardised_20_layers_up():
    rng = np.random.RandomState(0)
    x = rng.uniform(size=(100, 20)).astype("float32")
    y = rng.randint(3, size=100)
    data = dataset_from_arrays((x, y), (x, y), (x, y), mini_batch_size=50)
    net = begin(data=data)
    for _ in range(20):
        net.add_layer("weightnorm_dot", num_neurons=30)
    initialize_from_data(finish(net, "weightnorm_"), images=100)
    check_moments(net, net.cooked_datastream.load_data("train", 0)[0])


def test_the_paper_s_equation_6_by_hand():
    """One layer: v is drawn anew, g = 1 / sigma[t] and b = -mu[t] / sigma[t]."""
    net = begin()
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4)
    finish(net, "weightnorm_")
    initialize_from_data(net, batch=1)
    x = net.cooked_datastream.load_data("train", 0)[0][4:8].astype("float64")
    v, g, b = (p.get_value() for p in net.layers["fc"].params)
    t = x @ v / norm(v.astype("float64"), 0)
    assert_allclose(g[0], 1 / t.std(axis=0), rtol=1e-4)
    assert_allclose(b, -t.mean(axis=0) / t.std(axis=0), rtol=1e-4, atol=1e-6)
    assert 0.03 < v.std() < 0.07


def test_directions_are_kept_without_redraw():
    net = small_network("weightnorm_")
    before = values(net)
    initialize_from_data(net, redraw=False)
    assert_array_equal(net.layers["fc"].v.get_value(), before["fc.v"])
    assert not np.allclose(net.layers["fc"].g.get_value(), before["fc.g"])


def test_given_directions_are_never_redrawn():
    net = begin()
    v = np.random.RandomState(4).normal(size=(36, 4)).astype("float32")
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4, input_params=[v, None, None])
    initialize_from_data(finish(net))
    assert_array_equal(net.layers["fc"].v.get_value(), v)


def test_shared_parameters_are_set_by_the_first_layer_that_has_them():
    net = begin()
    net.add_layer("weightnorm_dot", id="one", num_neurons=36, activation=None)
    net.add_layer("weightnorm_dot", id="two", num_neurons=36, activation=None,
                  input_params=net.layers["one"].params, learnable=False)
    initialize_from_data(finish(net, "weightnorm_"))
    x = net.cooked_datastream.load_data("train", 0)[0][:4]
    found = pre_activations(net, x)
    assert_allclose(found["one"].std(axis=0), 1, atol=1e-4)
    assert abs(found["two"].std(axis=0) - 1).max() > 0.01
    assert_allclose(found["softmax"].std(axis=0), 1, atol=1e-4)


def after_start(net, ids, images=4):
    """Return what layers without activation give in the stable stream after a start from data."""
    initialize_from_data(finish(net, "weightnorm_"), images=images)
    stream = net.cooked_datastream
    x, y = (rows[:images] for rows in stream.load_data("train", 0))
    f = theano.function([stream.x, stream.y], [net.layers[id].output for id in ids],
                        on_unused_input="ignore")
    return dict(zip(ids, f(x, y)))


def check_standard(found):
    axes = (0,) + tuple(range(2, found.ndim))
    assert_allclose(found.mean(axis=axes), 0, atol=1e-5)
    assert_allclose(found.std(axis=axes), 1, atol=1e-4)


def linear_layer(net, id, origin=None, type="weightnorm_dot", **options):
    net.add_layer(type, id=id, origin=origin, activation=None, **options)


def test_pre_activations_are_standardised_above_and_below_a_deconvolution():
    with floatx("float64"):
        for prefix in ("weightnorm_", ""):
            net = begin()
            linear_layer(net, "conv", type=prefix + "conv_pool", num_neurons=3)
            linear_layer(net, "deconv", type=prefix + "deconv", num_neurons=3,
                         output_shape=(6, 6, 2))
            linear_layer(net, "fc", type=prefix + "dot_product", num_neurons=4)
            found = after_start(net, ("conv", "deconv", "fc"))
            assert found["deconv"].shape == (4, 2, 6, 6)
            for t in found.values():
                check_standard(t)


def test_pre_activations_are_standardised_above_merged_layers():
    with without_c_code():
        net = begin()
        linear_layer(net, "left", "input", num_neurons=3)
        linear_layer(net, "right", "input", num_neurons=3)
        net.add_layer("merge", id="sum", origin=("left", "right"), layer_type="sum")
        net.add_layer("merge", id="beside", origin=("sum", "left"), layer_type="concatenate")
        net.add_layer("merge", id="error", origin=("left", "right"))
        linear_layer(net, "top", "beside", num_neurons=4)
        for t in after_start(net, ("left", "right", "top")).values():
            check_standard(t)


def test_pre_activations_are_standardised_above_what_a_script_made():
    """A tensor of other layers' outputs, of labels and of their parameters is what it will be."""
    with without_c_code():
        net = begin()
        linear_layer(net, "below", num_neurons=3)
        made = net.layers["below"].output ** 2 + net.datastream["data"].y.dimshuffle(0, "x")
        net.add_layer("tensor", id="made", input=made + net.layers["below"].b, input_shape=(4, 3))
        linear_layer(net, "top", num_neurons=4)
        net.add_layer("merge", id="both", origin=(made, net.layers["top"].output),
                      input_type="tensor", input_shape=[(4, 3), (4, 4)],
                      layer_type="concatenate")
        linear_layer(net, "beside", num_neurons=4)
        for t in after_start(net, ("below", "top", "beside")).values():
            check_standard(t)


def test_pre_activations_are_standardised_above_random_numbers():
    with without_c_code():
        net = begin()
        net.add_layer("random", id="z", num_neurons=(50, 4), distribution="normal")
        linear_layer(net, "top", num_neurons=4)
        finish(net, "weightnorm_")
        generator, = net.layers["z"].generators
        state = [(r.get_value(), r) for r, *_ in generator.state_updates]
        initialize_from_data(net)
        for value, r in state:  # the sample that it was set by
            r.set_value(value)
        check_standard(net.layers["top"].output.eval())


def test_layers_above_a_tied_weight_meet_what_it_will_be():
    """A decoder with the encoder's weight transposed has nothing to set, and what follows has."""
    for prefix in ("weightnorm_", ""):
        with without_c_code(), floatx("float64"):
            net = begin()
            linear_layer(net, "encoder", type=prefix + "dot_product", num_neurons=4)
            linear_layer(net, "decoder", type="dot_product", num_neurons=36, learnable=False,
                         input_params=[net.layers["encoder"].w.T, None])
            linear_layer(net, "top", type=prefix + "dot_product", num_neurons=4)
            found = after_start(net, ("encoder", "decoder", "top"))
            check_standard(found["encoder"])
            check_standard(found["top"])
            assert abs(found["decoder"].std(axis=0) - 1).max() > 0.01
            assert_array_equal(net.layers["decoder"].b.get_value(), 0)


def test_a_weight_shared_beside_an_own_bias_is_set_once():
    with without_c_code():
        net = begin()
        linear_layer(net, "one", type="dot_product", num_neurons=36)
        linear_layer(net, "two", type="dot_product", num_neurons=36, learnable=False,
                     input_params=[net.dropout_layers["one"].w, None])
        linear_layer(net, "top", num_neurons=4)
        found = after_start(net, ("one", "two", "top"))
        check_standard(found["one"])
        check_standard(found["top"])
        assert_array_equal(net.layers["two"].b.get_value(), 0)


def test_cook_starts_from_data_by_option():
    net = small_network("weightnorm_", cook=False)
    net.cook(resultor=None, data_dependent_start=True)
    check_moments(net, net.cooked_datastream.load_data("train", 0)[0][:4])


def test_the_start_repeats_with_the_seed():
    first, second = (initialize_from_data(small_network("weightnorm_", seed=7)) for _ in range(2))
    for name, value in values(first).items():
        assert_array_equal(value, values(second)[name])


def test_batch_norm_layers_are_left_as_they_are():
    net = small_network("weightnorm_", batch_norm=True)
    before = values(net)
    initialize_from_data(net)
    for name in ("conv.v", "conv.g", "fc.b"):
        assert_array_equal(values(net)[name], before[name])


def test_an_uncooked_network_is_refused():
    said = message(RuntimeError, initialize_from_data, network(verbose=0))
    assert "initialize_from_data" in said and "cook()" in said, said


def test_too_few_or_too_many_images_are_refused():
    net = small_network("weightnorm_")
    for options in ({"images": 1}, {"images": 13}, {"batch": 3}, {"batch": -1}):
        said = message(ValueError, initialize_from_data, net, **options)
        assert "2 images or more among the 12" in said, said


def test_a_constant_pre_activation_is_refused_by_name():
    data = dataset_from_arrays((np.ones((8, 6, 6)), np.zeros(8, int)),
                               (np.ones((8, 6, 6)), np.zeros(8, int)),
                               (np.ones((8, 6, 6)), np.zeros(8, int)), mini_batch_size=4)
    net = begin(data=data)
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4)
    said = message(ValueError, initialize_from_data, finish(net))
    assert "'fc'" in said and "the same for all 4 images" in said, said
    assert theano.config.floatX == "float32" and dataset().name == "arrays"
