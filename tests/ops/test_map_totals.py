"""The totals of channels against NumPy, Theano's sum and finite differences."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose

from yann_weightnorm.ops.map_totals import MapTotals

TOLERANCE = {"float32": 1e-6, "float64": 1e-14}


def total(dtype, linker="cvm"):
    x = T.TensorType(dtype, (False,) * 4)()
    return theano.function([x], x.sum(axis=(0, 2, 3)), mode=theano.Mode(linker, "fast_run"))


def ops(function):
    return [type(node.op) for node in function.maker.fgraph.toposort()]


def check_numbers(dtype, linker):
    f, rng = total(dtype, linker), np.random.RandomState(0)
    assert MapTotals in ops(f)
    for shape in ((5, 3, 7, 9), (2, 1, 60, 61), (70, 4, 1, 1), (3, 2, 0, 4), (0, 2, 3, 3)):
        x = (1 + rng.normal(size=shape)).astype(dtype)
        found, wanted = f(x), x.astype("float64").sum(axis=(0, 2, 3))
        assert found.dtype == dtype and found.shape == wanted.shape
        assert_allclose(found, wanted, rtol=TOLERANCE[dtype], atol=0)
        assert_allclose(f(np.asfortranarray(x)), wanted, rtol=TOLERANCE[dtype], atol=0)


def test_the_numbers_are_numpys_in_float64():
    for dtype in TOLERANCE:
        for linker in ("cvm", "py"):
            yield check_numbers, dtype, linker


def test_a_long_sum_loses_nothing_beside_large_numbers():
    """A float32 sum of 10 million ones, term by term, would be 0.6 % short beside 2^27."""
    x = np.ones((10, 1, 1000, 1000), "float32")
    x[0, 0, 0, 0] = 2 ** 27
    assert_allclose(total("float32")(x), [2 ** 27 + 10 ** 7 - 1], rtol=1e-6)


def test_the_gradient_equals_finite_differences():
    x = np.random.RandomState(1).normal(size=(2, 3, 2, 2))
    theano.gradient.verify_grad(MapTotals(), [x], rng=np.random.RandomState(2))


def test_other_sums_stay_theanos():
    x, small = T.ftensor4(), T.TensorType("int8", (False,) * 4)()
    for out in (x.sum(axis=(0, 2)), x.sum(axis=(2, 3)), x.sum(), small.sum(axis=(0, 2, 3))):
        inputs = [small if out.dtype == "int64" else x]
        assert MapTotals not in ops(theano.function(inputs, out, mode=theano.Mode(
            "py", "fast_run")))
