"""Merge layers against NumPy, in each stream from that stream's layers."""

import contextlib
import io
import re

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose
from scipy.spatial.distance import cityblock, sqeuclidean

from tests.small import begin, finish, floatx, message, without_c_code


def branches(batch_norm=False, **options):
    """Return a network of two layers of as many softmax neurons on the input."""
    net = begin()
    for id, end in (("one", 1), ("two", -1)):
        net.add_layer("dot_product", id=id, origin="input", num_neurons=5, activation="softmax",
                      batch_norm=batch_norm, **options)
        net.layers[id].b.set_value(np.linspace(-end, end, 5).astype(theano.config.floatX))
    return net


def largest(a, b):
    return T.max(a + b)


def merge(net, origin=("one", "two"), **options):
    net.add_layer("merge", id=options.pop("id", "merge"), origin=origin, **options)
    return net.layers[net.last_layer_created]


def evaluated(net, views, ids, rows=4):
    x = np.random.RandomState(3).normal(size=(rows, 36)).astype(theano.config.floatX)
    return theano.function([net.datastream["data"].x], [views[id].output for id in ids])(x)


ERRORS = {
    "rmse": lambda a, b: np.sqrt(sqeuclidean(a.ravel(), b.ravel()) / a.size),
    "l1": lambda a, b: cityblock(a.ravel(), b.ravel()),
    "l2": lambda a, b: sqeuclidean(a.ravel(), b.ravel()),
    "cross_entropy": lambda a, b: np.mean([-b[i] @ np.log(a[i]) for i in range(len(a))]),
    "mine": lambda a, b: np.max(a + b),
}


def test_errors_of_two_layers():
    with floatx("float64"), without_c_code():
        net = branches()
        for name in ERRORS:
            error = largest if name == "mine" else name
            layer = merge(net, id=name, error=error)
            assert layer.output_shape == (1,)
        one, two, *found = evaluated(net, net.layers, ["one", "two", *ERRORS], rows=3)
    for (name, wanted), number in zip(ERRORS.items(), found):
        assert_allclose(number, wanted(one, two), rtol=1e-10, err_msg=name)


def test_sums_and_joins_of_layers():
    with without_c_code():
        net = branches()
        net.add_layer("dot_product", id="wide", origin="input", num_neurons=2)
        assert merge(net, ("one", "two", "one"), id="sum", layer_type="sum").output_shape == (4, 5)
        assert merge(net, ["one", "wide", "two"], id="beside",
                     layer_type="concatenate").output_shape == (4, 12)
        assert merge(net, ("one", "two"), id="below", layer_type="batch").output_shape == (8, 5)
        one, two, wide, total, beside, below = evaluated(
            net, net.layers, ("one", "two", "wide", "sum", "beside", "below"))
    assert_allclose(total, one + two + one, rtol=1e-6)
    assert_allclose(beside, np.hstack([one, wide, two]))
    assert_allclose(below, np.vstack([one, two]))


def test_maps_join_by_channels_and_by_rows():
    with without_c_code():
        net = begin(channels=2)
        net.add_layer("gaussian_noise", id="noise", sigma=0)
        pair = ("input", "noise")
        assert merge(net, pair, id="beside", layer_type="concatenate").output_shape == (4, 4, 6, 6)
        assert merge(net, pair, id="below", layer_type="batch").output_shape == (8, 2, 6, 6)
        x = np.random.RandomState(0).normal(size=(4, 72)).astype("float32")
        images, beside, below = theano.function([net.datastream["data"].x], [
            net.layers[id].output for id in ("input", "beside", "below")])(x)
    assert_allclose(beside, np.concatenate([images, images], axis=1))
    assert_allclose(below, np.concatenate([images, images], axis=0))


def test_each_stream_merges_its_own_layers():
    """Masks only in the dropout stream, population statistics only in inference."""
    with without_c_code():
        net = branches(batch_norm=True)
        net.add_layer("gaussian_noise", id="noisy", origin="one", sigma=1.0)
        merge(net, ("noisy", "two"), layer_type="sum")
        for views in (net.dropout_layers, net.layers, net.inference_layers):
            noisy, two, total = evaluated(net, views, ("noisy", "two", "merge"))
            assert_allclose(total, noisy + two, rtol=1e-5)
        assert net.layers["merge"].inference is net.inference_layers["merge"].output
        stable, tested = (evaluated(net, views, ("merge",))[0] for views in (
            net.layers, net.inference_layers))
    assert not np.allclose(stable, tested)


def test_an_error_trains_as_a_value():
    with without_c_code():
        net = branches()
        merge(net)
        net.add_layer("objective", layer_type="value", origin="merge")
        net.cook(resultor=None, classifier_layer=None)
        net.datastream["data"].set_data("train", 0)
        net.learning_rate.set_value(0.02)
        costs = [float(net.mini_batch_train(0)) for _ in range(10)]
    assert costs[-1] < 0.9 * costs[0] and np.all(np.diff(costs) < 0)


def test_a_perfect_rmse_has_a_gradient_of_0():
    with without_c_code():
        net = branches()
        layer = merge(net, ("one", "one"))
        slope = theano.function([net.datastream["data"].x],
                                theano.grad(layer.output, net.layers["one"].w))
        assert_allclose(slope(np.ones((4, 36), theano.config.floatX)), 0)


def test_its_views_have_the_generation_and_a_loss():
    net = branches()
    layer = merge(net)
    assert layer.generation is net.layers["one"].output and layer.loss() is layer.output
    assert net.inference_layers["merge"].generation is net.inference_layers["one"].output
    with without_c_code():
        x = {net.datastream["data"].x: np.ones((4, 36), theano.config.floatX)}
        assert_allclose(layer.loss("log").eval(x), np.log(layer.output.eval(x)), rtol=1e-5)
    assert "known: None, 'log'" in message(ValueError, layer.loss, "exp")


def test_shapes_are_those_of_the_two_layers_and_no_more_q41():
    layer = merge(branches())
    assert list(layer.input_shape) == [(4, 5), (4, 5)] and layer.origin == ["one", "two"]


def test_what_it_does_is_printed():
    net = branches()
    merge(net)
    merge(net, id="most", error=largest)
    merge(net, id="sum", layer_type="sum")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        net.pretty_print()
    for how in ("error rmse", "error largest", "sum"):
        # Once above each of the two layers.
        assert len(re.findall(f"merges by: {how}$", printed.getvalue(), re.M)) == 2, how


def test_tensors_merge_too():
    with without_c_code():
        net = begin()
        a, b = T.matrices(2)
        layer = merge(net, (a, b), input_type="tensor", input_shape=[(2, 3), (2, 3)], error="l1")
        assert layer.origin == [] and layer.destination == []
        assert_allclose(layer.output.eval({a: np.ones((2, 3), "float32"),
                                           b: np.zeros((2, 3), "float32")}), 6)
        other = merge(net, (a, b), id="both", input_type="tensor", layer_type="concatenate",
                      input_shape=[(2, 3), (2, 4)])
    assert other.output_shape == (2, 7)


def test_what_cannot_be_merged_is_refused_by_name():
    net = branches()
    net.add_layer("dot_product", id="wide", origin="input", num_neurons=2)
    merge(net, id="error")
    a = T.matrix()
    for origin, options, words in (
            ("one", {}, "merge layer got origin 'one'"),
            (("one",), {}, "a tuple of two layers or more"),
            (("one", "too"), {}, "perhaps you meant 'two'"),
            ((a, a), {}, "input_type='tensor'"),
            ((a, a), {"input_type": "tensor"}, "input_shape None for 2 tensors"),
            ((a, a), {"input_type": "tensor", "input_shape": [(2, 3)]}, "for 2 tensors"),
            ((a, a), {"input_type": "tensor", "input_shape": [(2,), (3,)]}, "2 dimensions"),
            (("one", "two"), {"input_type": "tensr"}, "perhaps you meant 'tensor'"),
            (("one", "wide"), {}, "got (4, 5), (4, 2)"),
            (("one", "wide"), {"error": "cross_entropy"}, "got (4, 5), (4, 2)"),
            (("one", "two", "one"), {}, "3 inputs for an error"),
            (("one", "two"), {"error": "rsme"}, "perhaps you meant 'rmse'"),
            (("one", "two"), {"layer_type": "summ"}, "perhaps you meant 'sum'"),
            (("one", "wide"), {"layer_type": "sum"}, "takes inputs of one shape"),
            (("one", "wide"), {"layer_type": "batch"}, "differ along axis 0 at most"),
            (("one", "input"), {"layer_type": "concatenate"}, "differ along axis 1 at most"),
            (("error", "error"), {"layer_type": "concatenate"}, "maps, got (1,), (1,)"),
            (("error", "error"), {"layer_type": "batch"}, "maps, got (1,), (1,)")):
        said = message(ValueError, lambda: merge(net, origin, **options))  # noqa: B023
        assert words in said and said.startswith("merge"), said


def test_a_merge_is_no_classifier():
    net = finish(branches(), cook=False)
    merge(net)
    said = message(ValueError, net.add_layer, "objective", id="cost", origin="merge")
    assert "objective 'cost'" in said and "a classifier, or its layer_type 'value'" in said, said
