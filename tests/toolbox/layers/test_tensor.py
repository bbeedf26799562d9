"""Tensor layers, and what dropout does to them and to the input."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_array_equal

from tests.small import begin, floatx, message, without_c_code


def add(net, **options):
    net.add_layer("tensor", id="t", **options)
    return net.layers["t"]


def test_it_is_the_same_tensor_in_all_streams():
    net, given = begin(), T.fmatrix()
    layer = add(net, input=given, input_shape=[4, 3])
    for views in (net.dropout_layers, net.layers, net.inference_layers):
        assert views["t"].output is given
    assert layer.output_shape == (4, 3) and layer.num_neurons == 3
    assert layer.origin == [] and layer.params == [] and not layer.active


def test_it_takes_shared_variables_arrays_and_numbers_and_casts_them():
    for dtype in ("float32", "float64"):
        with floatx(dtype), without_c_code():
            for value in (theano.shared(np.ones((2, 3))), np.ones((2, 3), "int32"),
                          T.ones((2, 3), "float32")):
                found = add(begin(), input=value, input_shape=(2, 3)).output.eval()
                assert found.dtype == dtype
                assert_array_equal(found, np.ones((2, 3)))
            assert add(begin(), input=2, input_shape=(1,)).output.eval() == 2


def test_layers_stand_on_it():
    with without_c_code():
        net, given = begin(), T.ftensor4()
        add(net, input=given, input_shape=(4, 2, 3, 3))
        net.add_layer("dot_product", id="fc", num_neurons=5)
        assert net.layers["fc"].weight_shape == (18, 5)
        x = np.random.RandomState(0).normal(size=(4, 2, 3, 3)).astype("float32")
        assert net.layers["fc"].output.eval({given: x}).shape == (4, 5)


def test_a_script_s_cost_is_a_layer():
    with without_c_code():
        net = begin()
        net.add_layer("dot_product", id="fc", num_neurons=5)
        layer = add(net, input=T.mean(net.layers["fc"].output), input_shape=(1,))
        net.add_layer("objective", layer_type="value", objective=net.dropout_layers["t"].output)
        net.cook(resultor=None, classifier_layer=None)
        net.datastream["data"].set_data("train", 0)
        assert np.isfinite(net.mini_batch_train(0)) and layer.output_shape == (1,)


def check_dropout(add_layer):
    with without_c_code():
        net = begin()
        add_layer(net)
        masked, stable, tested = theano.function([net.datastream["data"].x], [
            views[net.last_layer_created].output for views in (
                net.dropout_layers, net.layers, net.inference_layers)],
            on_unused_input="ignore")(np.ones((200, 36), "float32"))
    assert set(np.unique(masked)) == {0, 4} and 0.2 < np.mean(masked != 0) < 0.3
    assert_array_equal(stable, 1)
    assert_array_equal(tested, 1)


def test_dropout_of_what_comes_in_keeps_its_mean_q60():
    """What is kept is divided by the chance of that, so no stream need be rescaled."""
    ones = np.ones((200, 36), "float32")
    yield check_dropout, lambda net: net.add_layer("input", id="in", dropout_rate=0.75)
    yield check_dropout, lambda net: add(net, input=ones, input_shape=ones.shape,
                                         dropout_rate=0.75)


def test_what_is_missing_or_does_not_fit_is_refused_by_name():
    matrix = T.matrix()
    for options, words in ((dict(), "it needs a tensor and its shape"),
                           (dict(input=matrix), "input_shape None"),
                           (dict(input_shape=(2, 3)), "input None"),
                           (dict(input="x", input_shape=(1,)), "a Theano expression"),
                           (dict(input=matrix, input_shape=(2,)), "a tensor of 2 dimensions"),
                           (dict(input=matrix, input_shape=(2, 0)), "input_shape 0"),
                           (dict(input=matrix, input_shape="ab"), "a tuple of positive integers"),
                           (dict(input=matrix, input_shape=(2, 3), dropout_rate=1), "[0, 1)")):
        said = message(ValueError, add, begin(), **options)
        assert "tensor 't'" in said and words in said, said
