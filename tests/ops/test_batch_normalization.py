"""Batch normalization and its gradient against NumPy, Theano's own and finite differences."""

import functools

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from theano.tensor.nnet.bn import batch_normalization_train

from tests.small import begin, message
from yann_weightnorm.ops.batch_normalization import Normalized, NormalizedGradient

EPSILON, SHARE = 2.0 ** -7, 0.25  # the same in float32 and float64
TOLERANCE = {"float32": 2e-6, "float64": 1e-13}
# Maps whose rows fill the loops' places or don't; rows beyond their 64 columns; enough for threads.
SHAPES = {
    4: ((3, 5, 7, 9), (5, 3, 16, 8), (40, 3, 20, 19), (2, 4, 1, 1), (1, 2, 3, 3), (1, 3, 1, 1)),
    2: ((7, 5), (500, 130), (33, 64), (1, 70)),
}
NAMES = "out", "mean", "inverse", "new_mean", "new_var", "by_x", "by_scale", "by_bias"


@functools.lru_cache(maxsize=None)
def compiled(dtype, ndim, linker="cvm", excluding=()):
    """Return the function from numbers, slopes and four vectors to what NAMES says."""
    x, z = (T.TensorType(dtype, (False,) * ndim)() for _ in range(2))
    vectors = scale, bias, mean, var = [T.vector(dtype=dtype) for _ in range(4)]
    axes = (0,) + tuple(range(2, ndim))
    found = batch_normalization_train(x, scale, bias, axes, EPSILON, SHARE, mean, var)
    slopes = theano.grad((found[0] * z).sum(), [x, scale, bias])
    mode = theano.Mode(linker, "fast_run").excluding(*excluding)
    return theano.function([x, z, *vectors], list(found) + slopes, mode=mode)


def ops(function):
    return {type(node.op) for node in function.maker.fgraph.toposort()}


def drawn(shape, dtype, seed=0):
    """Return arguments of such a function; the first channel's numbers are all the same."""
    rng = np.random.RandomState(seed)
    x = rng.normal(0.5, 2, size=shape)
    x[:, 0] = 1.5
    return [array.astype(dtype) for array in (x, rng.normal(size=shape), *(
        rng.uniform(0.5, 2, size=shape[1]) for _ in range(4)))]


def by_numpy(arguments):
    """Return what NAMES says by Ioffe & Szegedy's formulas, section 3, in float64."""
    x, slopes, scale, bias, old_mean, old_var = (a.astype("float64") for a in arguments)
    axes, along = (0,) + tuple(range(2, x.ndim)), (1, -1) + (1,) * (x.ndim - 2)
    count = x.size // x.shape[1]
    mean, var = x.mean(axis=axes), x.var(axis=axes)
    inverse = 1 / np.sqrt(var + EPSILON)
    unit = (x - mean.reshape(along)) * inverse.reshape(along)
    inner = slopes * scale.reshape(along)
    by_x = inverse.reshape(along) * (inner - inner.mean(axis=axes, keepdims=True) - unit * (
        inner * unit).mean(axis=axes, keepdims=True))
    unbiased = var * count / (count - 1) if count > 1 else np.full_like(var, np.nan)
    return dict(zip(NAMES, (
        unit * scale.reshape(along) + bias.reshape(along), mean, inverse,
        (1 - SHARE) * old_mean + SHARE * mean, (1 - SHARE) * old_var + SHARE * unbiased,
        by_x, (slopes * unit).sum(axis=axes), slopes.sum(axis=axes))))


def agree(found, wanted, dtype, factor=1):
    for name, array in zip(NAMES, found):
        assert array.dtype == dtype and array.shape == wanted[name].shape, name
        size = abs(wanted[name]).max() if name != "new_var" else 1
        assert_allclose(array, wanted[name], rtol=factor * TOLERANCE[dtype],
                        atol=factor * TOLERANCE[dtype] * size, err_msg=name)


def check_numpys_numbers(dtype, linker):
    for ndim, shapes in SHAPES.items():
        f = compiled(dtype, ndim, linker)
        assert {Normalized, NormalizedGradient} <= ops(f)
        for shape in shapes:
            arguments = drawn(shape, dtype)
            agree(f(*arguments), by_numpy(arguments), dtype)
            back = [np.asfortranarray(array) for array in arguments[:2]] + arguments[2:]
            agree(f(*back), by_numpy(arguments), dtype)


def test_the_numbers_are_numpys_in_float64():
    for dtype in TOLERANCE:
        for linker in ("cvm", "py"):
            yield check_numpys_numbers, dtype, linker


def test_the_numbers_are_theanos():
    for ndim in SHAPES:
        theanos = compiled("float32", ndim, excluding=("weightnorm_batch_normalization",))
        assert not {Normalized, NormalizedGradient} & ops(theanos)
        for shape in SHAPES[ndim]:
            arguments = drawn(shape, "float32", seed=1)
            agree(compiled("float32", ndim)(*arguments), dict(zip(NAMES, theanos(*arguments))),
                  "float32", factor=2)


def test_numbers_far_from_zero_lose_nothing():
    """Squares summed beside a mean of 1000 deviations would leave no digit of the variance."""
    arguments = drawn((50, 4, 20, 20), "float32")
    arguments[0] = arguments[0] + np.float32(2000)
    found, wanted = compiled("float32", 4)(*arguments), by_numpy(arguments)
    for name in ("mean", "inverse", "by_bias"):
        assert_allclose(found[NAMES.index(name)], wanted[name], rtol=1e-6, atol=1e-4)
    assert_allclose(found[0], wanted["out"], atol=2e-4)  # half a unit in the last place of a mean


def test_gradients_equal_finite_differences():
    rng = np.random.RandomState(2)
    for shape in ((5, 3), (3, 2, 2, 3)):
        axes = (0,) + tuple(range(2, len(shape)))
        points = [rng.normal(size=shape), rng.normal(size=shape[1]), rng.normal(size=shape[1])]
        theano.gradient.verify_grad(
            lambda x, scale, bias, axes=axes: batch_normalization_train(
                x, scale, bias, axes, EPSILON)[0],
            points, rng=rng, mode=theano.Mode("py", "fast_run"))


def test_not_a_number_stays_in_its_channel():
    arguments = drawn((6, 3, 4, 5), "float32")
    arguments[0][2, 1, 3, 3] = np.nan
    out = compiled("float32", 4)(*arguments)[0]
    assert np.isnan(out[:, 1]).all() and np.isfinite(out[:, ::2]).all()


def test_no_rows_give_no_numbers():
    out, mean = compiled("float32", 2)(*drawn((0, 3), "float32"))[:2]
    assert out.shape == (0, 3) and np.isnan(mean).all()


def test_other_axes_stay_theanos():
    x = T.ftensor4()
    for axes, kind in (((0,), T.ftensor3), ((0, 1, 2), T.fvector), ((2, 3), T.fmatrix)):
        scale, bias = kind(), kind()
        out = batch_normalization_train(x, scale, bias, axes, EPSILON)[0]
        assert Normalized not in ops(theano.function([x, scale, bias], out, mode=theano.Mode(
            "py", "fast_run"))), axes


def test_shapes_that_do_not_fit_are_named():
    arguments = drawn((4, 3), "float32")
    few = arguments[:2] + [arguments[2][:2]] + arguments[3:]
    assert "batch normalization: the shapes" in message(ValueError, compiled("float32", 2), *few)


def check_what_the_mean_takes_off(shape):
    """A bias before it isn't added, but the running mean has it; its gradient is 0."""
    rng, ndim = np.random.RandomState(4), len(shape)
    x, z = (T.TensorType("float32", (False,) * ndim)() for _ in range(2))
    vectors = before, scale, bias, mean, var = T.fvectors(5)
    offset = before.dimshuffle("x", 0, *["x"] * (ndim - 2))
    found = batch_normalization_train(
        T.sqr(x) + offset, scale, bias, (0,) + tuple(range(2, ndim)), EPSILON, SHARE, mean, var)
    slopes = theano.grad((found[0] * z).sum(), [x, before])
    f = theano.function([x, z, *vectors], list(found) + slopes, mode=theano.Mode("py", "fast_run"))
    whole = [v for node in f.maker.fgraph.toposort() for v in node.inputs if v.owner
             and isinstance(v.owner.op, T.Elemwise) and not any(v.broadcastable)]
    assert {str(v.owner.op) for v in whole} == {"Elemwise{sqr,no_inplace}"}, whole
    numbers, slope, *given = drawn(shape, "float32", seed=5)
    added = rng.normal(size=shape[1]).astype("float32")
    wanted = by_numpy([numbers ** 2 + added.reshape((1, -1) + (1,) * (ndim - 2)), slope, *given])
    wanted["by_x"] = wanted["by_x"] * 2 * numbers
    made = f(numbers, slope, added, *given)
    agree(made[:6], wanted, "float32", factor=5)
    assert_array_equal(made[6], np.zeros(shape[1], "float32"))


def test_what_the_mean_takes_off():
    for shape in ((9, 3), (4, 3, 5, 2)):
        yield check_what_the_mean_takes_off, shape


def test_streams_with_batch_statistics_have_it():
    net = begin()
    net.add_layer("batch_norm", id="bn")
    x, having = net.datastream["data"].x, []
    for views in (net.dropout_layers, net.layers, net.inference_layers):
        f = theano.function([x], views["bn"].output, mode=theano.Mode("py", "fast_run"))
        having.append(Normalized in ops(f))
    assert_array_equal(having, [True, True, False])
