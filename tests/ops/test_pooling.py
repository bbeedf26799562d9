"""Max-pooling and its gradient against Theano's own, NumPy and finite differences."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from theano.tensor.signal.pool import MaxPoolGrad, Pool, max_pool_2d_same_size, pool_2d

from tests.small import message
from yann_weightnorm.ops.pooling import Largest, LargestGradient

# Height and width of maps, of windows; the first batch is large enough for several threads.
CASES = (
    (40, (24, 25), (2, 2)), (3, (7, 8), (2, 2)), (2, (7, 10), (3, 3)), (2, (9, 7), (4, 5)),
    (3, (5, 6), (1, 2)), (2, (6, 5), (2, 1)), (1, (5, 5), (5, 5)), (2, (3, 2), (3, 1)),
)


def maps(rows, side, dtype, seed=0):
    """Return maps of whole numbers, in which many windows have several largest."""
    return np.random.RandomState(seed).randint(-3, 3, size=(rows, 3) + side).astype(dtype)


def pooling(dtype, size, drop, excluding=(), linker="cvm"):
    """Return the function from maps and slopes to the pooled maps and the gradient by maps."""
    x, z = (T.TensorType(dtype, (False,) * 4)() for _ in range(2))
    out = pool_2d(x, size, ignore_border=drop, mode="max")
    mode = theano.Mode(linker, "fast_run").excluding(*excluding)
    return theano.function([x, z], [out, theano.grad((out * z).sum(), x)], mode=mode)


def ops(function):
    return [type(node.op) for node in function.maker.fgraph.toposort()]


def out_side(side, size, drop):
    return tuple(s // k if drop else -(-s // k) for s, k in zip(side, size))


def check_theanos_numbers(dtype, linker):
    for size in sorted({size for _, _, size in CASES}):
        for drop in (True, False):
            ours = pooling(dtype, size, drop, linker=linker)
            theanos = pooling(dtype, size, drop, ["weightnorm_pooling"])
            assert {Largest, LargestGradient} <= set(ops(ours))
            assert {Pool, MaxPoolGrad} <= set(ops(theanos))
            for rows, side, _ in [case for case in CASES if case[2] == size]:
                x = maps(rows, side, dtype)
                slopes = np.random.RandomState(1).normal(
                    size=(rows, 3) + out_side(side, size, drop)).astype(dtype)
                for found, wanted in zip(ours(x, slopes), theanos(x, slopes)):
                    assert found.dtype == dtype
                    assert_array_equal(found, wanted)


def test_the_numbers_are_theanos_with_every_largest_given_the_gradient():
    yield check_theanos_numbers, "float32", "cvm"
    yield check_theanos_numbers, "float64", "cvm"
    yield check_theanos_numbers, "float32", "py"


def largest(linker):
    x = T.ftensor4()
    return theano.function([x], Largest((2, 2), True)(x), mode=theano.Mode(linker, "fast_run"))


def test_nan_and_infinite_numbers_come_out_as_theanos_come():
    x, rng = maps(6, (8, 8), "float32"), np.random.RandomState(2)
    for value in (np.nan, np.inf, -np.inf):
        x[rng.uniform(size=x.shape) < 0.15] = value
    slopes = np.ones((6, 3, 4, 4), "float32")
    wanted = pooling("float32", (2, 2), True, ["weightnorm_pooling"])(x, slopes)
    assert np.isnan(wanted[0]).any()
    for found, theanos in zip(pooling("float32", (2, 2), True)(x, slopes), wanted):
        assert_array_equal(found, theanos)
    assert_array_equal(largest("py")(x), wanted[0])


def test_views_are_read_as_they_are():
    f, x = largest("cvm"), maps(2, (4, 6), "float32")
    assert_array_equal(f(np.asfortranarray(x)), f(x))
    assert_array_equal(f(x[:, :, ::-1]), f(x)[:, :, ::-1])
    assert f(x[:0]).shape == (0, 3, 2, 3)


def test_gradients_equal_finite_differences():
    rng = np.random.RandomState(3)
    x = rng.permutation(2 * 2 * 5 * 7).reshape(2, 2, 5, 7).astype("float64")
    for drop in (True, False):
        theano.gradient.verify_grad(Largest((2, 3), drop), [x], rng=rng)


def test_what_overlaps_or_is_padded_stays_theanos():
    x = T.ftensor4()
    for options in ({"stride": (1, 1)}, {"pad": (1, 1)}, {"mode": "sum"}):
        out = pool_2d(x, (2, 2), ignore_border=True, **options)
        assert Largest not in ops(theano.function([x], out))
    shape = T.lvector()
    assert Largest not in ops(theano.function([x, shape], pool_2d(x, shape, ignore_border=True)))


def test_pooling_to_the_same_size():
    """All but the largest of a window become 0; the remainder at the border does."""
    x, value = T.ftensor4(), maps(2, (5, 4), "float32")
    f = theano.function([x], max_pool_2d_same_size(x, (2, 2)))
    assert LargestGradient in ops(f)
    wanted = np.zeros_like(value)
    for i, j in np.ndindex(2, 2):
        window = np.s_[:, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
        wanted[window] = value[window] * (
            value[window] == value[window].max(axis=(2, 3), keepdims=True))
    assert_allclose(f(value), wanted)


def test_shapes_that_do_not_fit_are_named():
    x, m, z = T.ftensor4(), T.ftensor4(), T.ftensor4()
    f = theano.function([x, m, z], LargestGradient((2, 2), True)(x, m, z))
    one, two = np.ones((1, 1, 4, 4), "float32"), np.ones((1, 1, 2, 2), "float32")
    assert "pooling: the shapes" in message(ValueError, f, one, two, one)
