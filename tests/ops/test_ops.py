"""The ops against NumPy and against the plain expressions they stand for."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import without_c_code
from yann_weightnorm.normalization import _compose_plainly, compose
from yann_weightnorm.ops import (
    Lengths,
    NeuronProducts,
    NeuronTotals,
    PerNeuron,
    ScaleNeurons,
    Whole,
    per_neuron,
    whole,
)

SHAPES = {0: (70, 131), 1: (9, 4, 3, 5)}  # columns and rows beyond the ops' blocks of 64 and 8


def drawn(axis, dtype, seed=0):
    return np.random.RandomState(seed).normal(size=SHAPES[axis]).astype(dtype)


def summed(axis, ndim):
    return 0 if axis == 0 else tuple(range(1, ndim))


def tensors(axis, dtype, count):
    kind = T.TensorType(dtype, (False,) * len(SHAPES[axis]))
    return [kind() for _ in range(count)]


def check_sums(axis, dtype, tolerance):
    x, y = tensors(axis, dtype, 2)
    sums = [Lengths(axis)(x), NeuronProducts(axis)(x, y), NeuronTotals(axis)(x)]
    f = theano.function([x, y], sums)
    a, b = drawn(axis, dtype), drawn(axis, dtype, 1)
    axes = summed(axis, a.ndim)
    length, product, total = f(a, b)
    assert length.dtype == product.dtype == dtype and length.flags.c_contiguous
    assert_allclose(length, np.sqrt((a.astype("f8") ** 2).sum(axis=axes, keepdims=True)),
                    rtol=tolerance)
    assert_allclose(product, (a.astype("f8") * b).sum(axis=axes, keepdims=True), rtol=tolerance,
                    atol=tolerance)
    assert_allclose(total, a.astype("f8").sum(axis=axes, keepdims=True), rtol=tolerance,
                    atol=tolerance)
    back = np.asfortranarray(a) if axis == 0 else a[::-1]
    assert_allclose(f(back, b)[0], length if axis == 0 else length[::-1], rtol=tolerance)
    with without_c_code():
        plain = theano.function([x, y], sums)
    for found, wanted in zip(plain(a, b), (length, product, total)):
        assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def check_extremes(axis, dtype):
    """Neither large nor small directions overflow; 0 counts as 1; NaN stays NaN."""
    x, = tensors(axis, dtype, 1)
    f = theano.function([x], Lengths(axis)(x))
    a = drawn(axis, dtype)
    for scale in (1e-25, 1e25):
        assert_allclose(f((a * scale).astype(dtype)) / scale, f(a), rtol=1e-5)
    first = (slice(None), 0) if axis == 0 else 0
    a[first] = 0
    assert f(a).ravel()[0] == 1
    a[first] = np.nan
    assert np.isnan(f(a).ravel()[0]) and np.isfinite(f(a).ravel()[1:]).all()


def check_same_as_plain(axis, dtype, tolerance):
    """What a processor computes equals the expression that a GPU gets."""
    v, out = tensors(axis, dtype, 2)
    along = [a in np.atleast_1d(summed(axis, v.ndim)) for a in range(v.ndim)]
    g = T.TensorType(dtype, along)()
    axes = summed(axis, v.ndim)
    both = []
    for w in (compose(v, g, axes), _compose_plainly(v, g, axes)):
        both.append(theano.function([v, g, out], [w] + theano.grad((w * out).sum(), [v, g])))
    a = drawn(axis, dtype)
    a[(slice(None), 2) if axis == 0 else 2] = 0
    lengths = np.sqrt((a ** 2).sum(axis=axes, keepdims=True)) + 0.5
    for found, wanted in zip(both[0](a, lengths, drawn(axis, dtype, 2)),
                             both[1](a, lengths, drawn(axis, dtype, 2))):
        assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_ops():
    for axis in SHAPES:
        for dtype, tolerance in (("float32", 2e-6), ("float64", 1e-13)):
            yield check_sums, axis, dtype, tolerance
            yield check_same_as_plain, axis, dtype, 20 * tolerance
        yield check_extremes, axis, "float32"


def dense_step(excluding):
    x, v, target = T.fmatrices(3)
    g, rate = T.TensorType("float32", (True, False))(), T.fscalar()
    shared = theano.shared(drawn(0, "float32"))
    w = compose(shared, g, 0)
    cost = ((T.dot(T.tanh(T.dot(x, w)), w.T) - target) ** 2).mean()
    slopes = theano.grad(cost, [shared, g, x])
    mode = theano.compile.get_default_mode().excluding(*excluding)
    return shared, theano.function([x, g, target, rate], [cost] + slopes, mode=mode,
                                   updates=[(shared, shared - rate * slopes[0])])


def test_the_rewritten_dense_step_gives_the_same_numbers():
    rng = np.random.RandomState(3)
    x, target = (rng.normal(size=(40, 70)).astype("float32") for _ in range(2))
    g = rng.normal(size=(1, 131)).astype("float32")
    fast_v, fast = dense_step([])
    slow_v, slow = dense_step(["weightnorm_rewriting", "weightnorm_sums"])
    for found, wanted in zip(fast(x, g, target, 0.5), slow(x, g, target, 0.5)):
        assert_allclose(found, wanted, rtol=2e-4, atol=1e-6)
    assert_allclose(fast_v.get_value(), slow_v.get_value(), rtol=1e-4, atol=1e-5)


def test_a_compiled_dense_layer_never_makes_the_weight():
    """One loop over v remains, the one that changes it; its product is added in place."""
    x, target = T.fmatrices(2)
    v = theano.shared(drawn(0, "float32"), name="v")
    g = theano.shared(np.ones((1, 131), "float32"), broadcastable=(True, False))
    cost = ((T.dot(x, compose(v, g, 0)) - target) ** 2).mean()
    slopes = theano.grad(cost, [v, g])
    f = theano.function([x, target], cost, updates=[(v, v - slopes[0]), (g, g - slopes[1])])
    nodes = f.maker.fgraph.toposort()
    loops = [node for node in nodes if isinstance(node.op, T.Elemwise)
             and any(x.name == "v" for x in node.inputs)]
    assert len(loops) == 1 and "[(0, 0)]" in str(loops[0].op), loops  # in place
    assert [str(node.op) for node in nodes if "Gemm" in str(node.op)] == ["Gemm{inplace}"]
    assert not any(isinstance(node.op, ScaleNeurons) for node in nodes)


def test_per_neuron_is_an_identity_that_stays():
    x = T.fmatrix()
    f = theano.function([x], per_neuron(x * 2) * 3)
    assert any(isinstance(node.op, PerNeuron) for node in f.maker.fgraph.toposort())
    a = drawn(0, "float32")
    assert_array_equal(f(a), a * 2 * 3)
    assert_array_equal(theano.grad(per_neuron(x).sum(), x).eval({x: a}), np.ones_like(a))


def test_a_whole_weight_is_made_and_so_is_its_gradient():
    x, v, scale = T.fmatrix(), T.fmatrix(), T.TensorType("float32", (True, False))()
    y = T.dot(x, whole(ScaleNeurons(0)(v, scale)))
    f = theano.function([x, v, scale], [y] + theano.grad(T.sum(T.sqr(y)), [v, scale]))
    nodes = f.maker.fgraph.apply_nodes
    assert sum(isinstance(node.op, Whole) for node in nodes) == 2
    rng = np.random.RandomState(0)
    a, b, s = (rng.normal(size=shape).astype("float32") for shape in ((9, 4), (4, 3), (1, 3)))
    made, by_v, by_scale = f(a, b, s)
    by_w = 2 * a.T @ (a @ (b * s))
    assert_allclose(made, a @ (b * s), rtol=1e-5)
    assert_allclose(by_v, by_w * s, rtol=1e-4)
    assert_allclose(by_scale, (by_w * b).sum(axis=0, keepdims=True), rtol=1e-4, atol=1e-4)


def test_gradients_equal_finite_differences():
    rng = np.random.RandomState(0)
    a, b, s = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=(1, 3))
    for op, points in ((Lengths(0), [a]), (NeuronProducts(0), [a, b]), (NeuronProducts(1), [a, b]),
                       (Lengths(1), [a]), (NeuronTotals(0), [a]), (NeuronTotals(1), [a])):
        theano.gradient.verify_grad(op, points, rng=rng)
    theano.gradient.verify_grad(lambda v, g: ScaleNeurons(0)(v, T.addbroadcast(g, 0)), [a, s],
                                rng=rng)
