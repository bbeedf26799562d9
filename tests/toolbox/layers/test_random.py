"""The random layer: its distributions, its sample, and its restart."""

import warnings

import numpy as np
import theano
from numpy.testing import assert_array_equal
from scipy import stats

from tests.small import begin, floatx, message, without_c_code
from yann_weightnorm import network

SHAPE = (50, 41)
DISTRIBUTIONS = [  # each at other numbers than its defaults
    (dict(distribution="uniform", limits=(-1, 3)), stats.uniform(-1, 4)),
    (dict(distribution="normal", mu=2, sigma=3), stats.norm(2, 3)),
    (dict(distribution="gaussian", mu=-1, sigma=0.5), stats.norm(-1, 0.5)),
    (dict(distribution="uniform"), stats.uniform(0, 1)),
    (dict(distribution="normal"), stats.norm(0, 1)),
]


def drawn(net=None, **options):
    """Return a network that begins with a random layer, and the function that draws from it."""
    net = net or network(verbose=0, rng=np.random.RandomState(0))
    net.add_layer("random", id="z", **dict(dict(num_neurons=SHAPE), **options))
    with without_c_code():
        return net, theano.function([], [views["z"].output for views in (
            net.dropout_layers, net.layers, net.inference_layers)])


def check(dtype, options, wanted):
    with floatx(dtype):
        net, draw = drawn(**options)
        sample = draw()[0]
    assert sample.shape == net.layers["z"].output_shape == SHAPE and sample.dtype == dtype
    assert stats.kstest(sample.ravel(), wanted.cdf).pvalue > 0.001


def test_samples_have_their_distribution():
    for options, wanted in DISTRIBUTIONS:
        yield check, "float32", options, wanted
    yield check, "float64", DISTRIBUTIONS[0][0], DISTRIBUTIONS[0][1]


def test_binomial_is_the_default_and_p_the_share_of_ones():
    for options, p in (({}, 0.5), ({"p": 0.9}, 0.9)):
        sample = drawn(**options)[1]()[0]
        assert set(np.unique(sample)) == {0, 1}
        assert stats.binomtest(int(sample.sum()), sample.size, p).pvalue > 0.001


def test_three_streams_see_one_sample_and_each_call_another():
    _, draw = drawn(distribution="normal")
    first, second = draw(), draw()
    for stream in first[1:]:
        assert_array_equal(stream, first[0])
    assert not np.array_equal(first[0], second[0])


def test_it_restarts_with_the_network():
    net, draw = drawn(distribution="uniform")
    first = [draw()[0] for _ in range(2)]
    net.restart(np.random.RandomState(0))
    for wanted in first:
        assert_array_equal(draw()[0], wanted)
    net.restart(np.random.RandomState(1))
    assert not np.array_equal(draw()[0], first[0])


def test_it_stands_on_nothing():
    net, draw = drawn(begin(), num_neurons=7)
    assert draw()[0].shape == net.layers["z"].num_neurons == (7,)
    assert net.layers["z"].origin == [] and net.layers["input"].destination == []


def test_an_origin_is_ignored_with_a_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        begin().add_layer("random", id="z", origin="input")
    ours, = [w for w in caught if "stands on no other layer" in str(w.message)]
    assert ours.category is UserWarning and ours.filename == __file__


def test_wrong_options_are_refused_by_name():
    for options, words in ((dict(distribution="norml"), "perhaps you meant 'normal'"),
                           (dict(p=1.5), "p 1.5"), (dict(limits=3), "limits 3"),
                           (dict(limits=(1, 0)), "(lower, upper)"), (dict(mu="a"), "mu 'a'"),
                           (dict(sigma=-1), "sigma -1"), (dict(num_neurons=0), "num_neurons 0"),
                           (dict(num_neurons=(3, 1.5)), "num_neurons 1.5"),
                           (dict(num_neurons=()), "a tuple of positive integers")):
        said = message(ValueError, drawn, **options)
        assert "random 'z'" in said and words in said, said
