"""Pooling alone, against NumPy."""

import numpy as np
import theano

from tests.small import CLASSES, SIDE, begin, message, without_c_code
from yann_weightnorm.toolbox.layers import Pool


def rng():
    return np.random.RandomState(0)


def output(x, **options):
    import theano.tensor as T
    layer = Pool("it", x.shape, rng(), **options)
    maps = T.tensor4()
    with without_c_code():
        y = theano.function([maps], layer.expression(maps, stream=None))(x)
    assert y.shape == layer.output_shape, (y.shape, layer.output_shape)
    return y


def test_windows_against_numpy():
    x = rng().normal(size=(2, 3, 4, 7)).astype(theano.config.floatX)
    windows = x[..., :6].reshape(2, 3, 2, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5)
    windows = windows.reshape(2, 3, 2, 3, 4)
    for kind, reduce in (("max", np.max), ("mean", np.mean), ("sum", np.sum)):
        np.testing.assert_allclose(output(x, pool_type=kind), reduce(windows, axis=-1), rtol=1e-5,
                                   atol=1e-6)


def test_the_whole_map_becomes_one_number():
    x = rng().normal(size=(2, 3, 4, 5)).astype(theano.config.floatX)
    np.testing.assert_allclose(output(x, pool_size="whole", pool_type="mean")[..., 0, 0],
                               x.mean(axis=(2, 3)), rtol=1e-5, atol=1e-6)


def test_what_is_refused():
    for shape, options, words in (
            ((2, 3, 4, 5), {"pool_size": (5, 1)}, "pool_size (5, 1) on maps of (4, 5)"),
            ((2, 3, 4, 5), {"pool_type": "maximum"}, "perhaps you meant 'max'"),
            ((2, 9), {}, "it")):
        said = message(ValueError, Pool, "it", shape, rng(), **options)
        assert "pool 'it'" in said and words in said, said


def test_it_stands_between_layers_and_under_a_classifier():
    net = begin(0)
    net.add_layer("pool", id="pool")
    net.add_layer("classifier", num_classes=CLASSES)
    assert net.layers["pool"].output_shape[2:] == (SIDE // 2, SIDE // 2)
    assert net.layers["pool"].params == []
