"""The mathematics of weight normalization against equations 2 to 4 and finite differences."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import message
from yann_weightnorm.normalization import compose, decompose, norm

SHAPES = {0: (7, 5), (1, 2, 3): (5, 2, 3, 3), (0, 2, 3): (2, 5, 3, 2)}
_functions = {}


def drawn(axes, dtype="float64", seed=0):
    rng = np.random.RandomState(seed)
    v = rng.normal(size=SHAPES[axes]).astype(dtype)
    g = rng.normal(size=norm(v, axes).shape).astype(dtype)
    return v, g


def gradients(axes, dtype):
    """Return a compiled function: v, g, gradient of w -> w and Theano's gradients of v and g."""
    if (axes, dtype) not in _functions:
        ndim = len(SHAPES[axes])
        kind = T.TensorType(dtype, (False,) * ndim)
        summed = tuple(axis in np.atleast_1d(axes) for axis in range(ndim))
        v, g, out = kind("v"), T.TensorType(dtype, summed)("g"), kind("out")
        w = compose(v, g, axes)
        _functions[axes, dtype] = theano.function([v, g, out],
                                                  [w] + theano.grad(T.sum(w * out), [v, g]))
    return _functions[axes, dtype]


def check_equations(axes):
    v, g = drawn(axes)
    grad_w = np.random.RandomState(1).normal(size=v.shape)
    _, grad_v, grad_g = gradients(axes, "float64")(v, g, grad_w)
    length = np.sqrt(np.sum(v ** 2, axis=axes, keepdims=True))
    wanted_g = np.sum(grad_w * v, axis=axes, keepdims=True) / length
    wanted_v = g / length * grad_w - g * wanted_g / length ** 2 * v
    assert_allclose(grad_g, wanted_g, rtol=1e-10)
    assert_allclose(grad_v, wanted_v, rtol=1e-9, atol=1e-14)


def check_projection(axes):
    """Equation 4: the gradient of v is that of w, projected away from w and scaled."""
    v, g = drawn(axes)
    grad_w = np.random.RandomState(1).normal(size=v.shape)
    w, grad_v, _ = gradients(axes, "float64")(v, g, grad_w)
    length = np.sqrt(np.sum(v ** 2, axis=axes, keepdims=True))
    along = np.sum(w * grad_w, axis=axes, keepdims=True) / np.sum(w ** 2, axis=axes, keepdims=True)
    assert_allclose(grad_v, g / length * (grad_w - along * w), rtol=1e-9, atol=1e-14)


def check_finite_differences(axes, step=1e-6):
    v, g = drawn(axes)
    grad_w = np.random.RandomState(1).normal(size=v.shape)
    _, grad_v, grad_g = gradients(axes, "float64")(v, g, grad_w)
    for value, found, at in ((v, grad_v, lambda p: compose(p, g, axes)),
                             (g, grad_g, lambda p: compose(v, p, axes))):
        for place in np.ndindex(value.shape):
            up, down = value.copy(), value.copy()
            up[place], down[place] = up[place] + step, down[place] - step
            slope = np.sum((at(up) - at(down)) * grad_w) / (2 * step)
            assert abs(slope - found[place]) < 1e-6 * max(1.0, abs(slope)), place


def check_orthogonal_and_growth(axes, rate=0.3):
    v, g = drawn(axes)
    _, grad_v, _ = gradients(axes, "float64")(v, g, np.random.RandomState(1).normal(size=v.shape))
    along = np.sum(v * grad_v, axis=axes, keepdims=True)
    assert np.all(abs(along) < 1e-12 * norm(v, axes) * norm(grad_v, axes))
    c = rate * norm(grad_v, axes) / norm(v, axes)
    assert_allclose(norm(v - rate * grad_v, axes), np.sqrt(1 + c ** 2) * norm(v, axes),
                    rtol=1e-10)


def check_norm_is_g(axes, dtype):
    for scale in (1e-12, 1e-3, 1.0, 1e3, 1e12):
        v, g = drawn(axes, dtype)
        w, _, _ = gradients(axes, dtype)(v * np.asarray(scale, dtype), g, np.zeros_like(v))
        assert_allclose(norm(w.astype("float64"), axes), abs(g), rtol=1e-6)
        assert w.dtype == dtype


def check_round_trip(axes, dtype):
    w = drawn(axes, dtype)[0]
    v, g = decompose(w, axes)
    assert_allclose(compose(v, g, axes), w, rtol=1e-6)
    assert v.dtype == g.dtype == dtype


def check_zero_direction(axes, dtype):
    """Where v is 0: w is 0, gradients are finite, and the next step gives v a direction."""
    v, g = drawn(axes, dtype)
    v[0 if axes == (1, 2, 3) else (slice(None), 0)] = 0
    grad_w = np.ones_like(v)
    w, grad_v, grad_g = gradients(axes, dtype)(v, g, grad_w)
    zero = norm(v, axes) == 0
    assert zero.sum() == 1
    assert_array_equal(norm(w, axes)[zero], 0)
    assert all(np.all(np.isfinite(x)) for x in (w, grad_v, grad_g))
    assert_allclose(grad_v[np.broadcast_to(zero, v.shape)], g[zero][0], rtol=1e-6)
    w, _, _ = gradients(axes, dtype)(v - np.asarray(0.1, dtype) * grad_v, g, grad_w)
    assert_allclose(norm(w.astype("float64"), axes), abs(g), rtol=1e-6)


def test_laws():
    for axes in SHAPES:
        for check in (check_equations, check_projection, check_finite_differences,
                      check_orthogonal_and_growth):
            yield check, axes
        for dtype in ("float32", "float64"):
            for check in (check_norm_is_g, check_round_trip, check_zero_direction):
                yield check, axes, dtype


def test_fan_in_1_only_g_learns():
    v, g = np.array([[2.0, -3.0]]), np.array([[1.5, 0.5]])
    _, grad_v, grad_g = gradients(0, "float64")(v, g, np.array([[1.0, 1.0]]))
    assert_array_equal(grad_v, 0)
    assert_allclose(grad_g, [[1, -1]])


def test_decompose_refuses_all_zero_weights_by_name():
    w = np.ones((3, 4))
    w[:, 2] = 0
    said = message(ValueError, decompose, w, 0, who="weightnorm_dot 'fc'")
    assert "weightnorm_dot 'fc'" in said and "neuron 2" in said and "no direction" in said, said


def test_decompose_refuses_what_is_not_finite():
    w = np.ones((3, 4))
    w[1, 3] = np.nan
    assert "neuron 3" in message(ValueError, decompose, w, 0)


def test_numpy_and_theano_compose_alike():
    for axes in SHAPES:
        v, g = drawn(axes)
        assert_allclose(gradients(axes, "float64")(v, g, v)[0], compose(v, g, axes), rtol=1e-12)
