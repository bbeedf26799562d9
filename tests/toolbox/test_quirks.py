"""Quirks of upstream YANN that no other file speaks of; docs/upstream.md lists them all."""

import io
from contextlib import redirect_stdout

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, finish, message, temporary_folder, values, without_c_code
from yann_weightnorm import network
from yann_weightnorm.toolbox.modules import Optimizer


def said_by(call, *args, **kwargs):
    """Return what `call` prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        call(*args, **kwargs)
    return out.getvalue()


def test_cook_at_the_highest_verbosity_works_q1():
    net = finish(begin(), cook=False)
    net.cook(verbose=3, resultor=None)
    assert net.cooked_classifier == "softmax"


def test_the_stable_stream_has_the_mean_of_the_dropout_stream_q20_q60():
    """So no weights are scaled; for the layer and for the input alike."""
    net = network(rng=np.random.RandomState(0), verbose=0)
    with without_c_code():
        net.add_module("datastream", {"dataset": _ones()})
        net.add_layer("input", id="x", dropout_rate=0.5)
        net.add_layer("dot_product", id="fc", num_neurons=2, dropout_rate=0.25, activation=None,
                      input_params=[np.full((16, 2), 0.5), np.array([1.0, -2.0])])
        x = net.datastream["1"].x
        masked, plain = [theano.function([x], [views["x"].output, views["fc"].output])
                         for views in (net.dropout_layers, net.layers)]
        rows = np.ones((20000, 16), "float32")
        for found, wanted in zip(masked(rows), plain(rows)):
            assert_allclose(found.mean(axis=0), wanted.mean(axis=0), atol=0.08)


def _ones():
    from yann_weightnorm import dataset_from_arrays
    return dataset_from_arrays((np.ones((4, 4, 4)), np.zeros(4, int)), mini_batch_size=2)


def test_momentum_goes_to_yann_s_end_by_default_q26():
    assert Optimizer("opt", momentum_type="polyak").momentum_at(50) == 0.99


def test_an_unknown_momentum_is_refused_q27():
    said = message(ValueError, Optimizer, "opt", momentum_type="polyack")
    assert "momentum_type 'polyack'" in said and "perhaps you meant 'polyak'" in said, said


def test_the_norm_constraint_never_touches_v_g_or_batch_norm_q28():
    """With a bound of next to nothing every matrix would shrink to it."""
    net = begin(optimizer={"max_norm": 1e-3})
    with without_c_code():
        net.add_layer("weightnorm_dot", id="wn", num_neurons=4, batch_norm=True)
        net.add_layer("dot_product", id="plain", num_neurons=4, batch_norm=True)
        finish(net)
        before = values(net)
        net.mini_batch_train(0)
    after = values(net)
    assert np.linalg.norm(after["plain.w"], axis=0).max() <= 1.001e-3
    for name in ("wn.v", "wn.g", "wn.gamma", "plain.gamma"):
        assert_allclose(after[name], before[name], rtol=0.5, atol=0.1)
        assert abs(after[name]).max() > 1e-2, name


def test_a_gradient_that_fails_says_which_and_keeps_the_cause_q29():
    p = theano.shared(np.zeros(2, "float32"), name="fc.w")
    try:
        Optimizer("main").create_updates([p], T.constant(1.0) * 2)
        raise AssertionError("no error")
    except ValueError as error:
        assert "'fc.w'" in str(error)
        assert isinstance(error.__cause__, theano.gradient.DisconnectedInputError)


def test_rate_and_momentum_are_printed_every_epoch_q32():
    with without_c_code():
        net = finish(begin(optimizer={"momentum_type": "polyak"}))
        said = said_by(net.train, epochs=2, verbose=2, show_progress=False)
    assert said.count("Learning Rate       : ") == 2 and said.count("Momentum            : ") == 2


def test_svm_datastreams_work_on_today_s_numpy_q37():
    with without_c_code():
        net = begin(stream={"svm": True, "n_classes": 3})
        finish(net, objective="hinge")
        assert np.isfinite(net.train(epochs=1, show_progress=False)[0].cost)
        assert net.datastream["data"].svm is True


def test_seeding_numpy_s_generator_repeats_a_network_q56():
    found = []
    for _ in range(2):
        np.random.seed(5)
        net = network(verbose=0)
        net.add_module("datastream", {"dataset": _ones()})
        net.add_layer("input")
        net.add_layer("dot_product", id="fc")
        found.append(values(net)["fc.w"])
    assert_array_equal(*found)


def test_what_yann_s_tutorials_pass_and_nothing_reads_is_accepted_q63():
    with temporary_folder(), without_c_code():
        net = begin(optimizer={"regularization": (1.0, 1.0)})
        finish(net, cook=False)
        net.cook(resultor=None, classifier="softmax", objective_layer="nll",
                 learning_rates=(0.1, 0.1))
        plain = finish(begin())
        costs = [each.train(epochs=1, patience=2, learning_rates=(0, 0.1), show_progress=False)
                 for each in (net, plain)]
        assert costs[0][0].cost == costs[1][0].cost
