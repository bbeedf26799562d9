"""The vector functions are used, and NaN, infinities and denormals come out right."""

import glob
import os
from unittest import SkipTest, TestCase

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm import theano_setup

# More than a vector's worth of each kind, and an odd number in all.
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 1e-310, 90.0, -90.0, 1e30, -1e30,
           1e-30, 88.7, -103.0, 0.5, -0.5)


def numbers(kind):
    """Return 1003 numbers of type `kind`, special ones among them."""
    plain = np.random.RandomState(0).normal(scale=3, size=1003)
    plain[::5] = np.resize(SPECIAL, plain[::5].shape)
    with np.errstate(all="ignore"):
        return plain.astype(kind)


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x.astype("float64")))


FUNCTIONS = ((T.exp, np.exp), (T.tanh, np.tanh), (T.nnet.sigmoid, sigmoid), (T.log, np.log),
             (T.isnan, np.isnan), (T.isinf, np.isinf), (T.sqrt, np.sqrt), (abs, np.abs),
             (lambda x: T.maximum(x, 0), lambda x: np.maximum(x, 0)),
             (T.nnet.relu, lambda x: (x + np.abs(x)) / 2))


class TestNumbers(TestCase):
    def check(self, kind, tolerance):
        x, variable = numbers(kind), T.vector(dtype=kind)
        with np.errstate(all="ignore"):
            for ours, numpys in FUNCTIONS:
                got = theano.function([variable], ours(variable))(x)
                np.testing.assert_allclose(
                    got, numpys(x), rtol=tolerance, atol=np.finfo(kind).tiny, err_msg=str(numpys))

    def test_float32(self):
        self.check("float32", 1e-6)

    def test_float64(self):
        self.check("float64", 1e-14)

    def test_denormals_stay(self):
        for kind, tiny in (("float32", 1e-40), ("float64", 1e-310)):
            x = T.vector(dtype=kind)
            got = theano.function([x], x * 1)(np.full(37, tiny, kind))
            assert (got == np.array(tiny, kind)).all() and (got > 0).all()

    def test_softmax_of_special_rows(self):
        x = T.fmatrix()
        rows = np.float32([[1, 2, 3], [np.nan, 1, 2], [1e30, 0, 0], [-1e30, 0, 1], [0, 0, 1e-40]])
        got = theano.function([x], T.nnet.softmax(x))(rows)
        with np.errstate(all="ignore"):
            exps = np.exp(rows - rows.max(axis=1, keepdims=True))
            want = exps / exps.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(got, want, rtol=1e-6)
        assert np.isnan(got[1]).all() and np.isfinite(got[[0, 2, 3, 4]]).all()


def test_the_compiled_loop_calls_libmvec():
    if not {measure.name: measure.on for measure in theano_setup.prepare()}["vector"]:
        raise SkipTest("the measure is off here")
    x = T.fvector()
    theano.function([x], T.tanh(x) * T.exp(x))
    assert any(b"_ZGV" in open_bytes(path) for path in newest_modules())


def newest_modules():
    """Yield the paths of compiled modules, newest first."""
    paths = glob.glob(os.path.join(theano.config.compiledir, "tmp*", "*.so"))
    yield from sorted(paths, key=os.path.getmtime, reverse=True)


def open_bytes(path):
    """Return the contents of a file."""
    with open(path, "rb") as file:
        return file.read()
