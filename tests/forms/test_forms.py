"""Every form of weight normalization: its formula, its law and its gradients, against NumPy."""

import functools

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import floatx, message, without_c_code
from yann_weightnorm.forms import FORMS, Form
from yann_weightnorm.forms.base import Form as Base

# axes of a neuron -> shape of a weight, and the axis that counts the neurons
SHAPES = {0: ((7, 5), 1), (1, 2, 3): ((5, 2, 3, 2), 0), (0, 2, 3): ((2, 5, 3, 2), 1)}
DTYPES = "float32", "float64"
RELU_GAIN = np.sqrt(2 / (1 - 1 / np.pi))
DIRECTIONS_ONLY = "bounded", "strict", "standardised", "scaled_ws"
CENTRED = "centered", "standardised", "scaled_ws"


def rows(w, axes):
    """Return the weight `w` as a matrix with a row for each neuron."""
    neurons = SHAPES[axes][1]
    return np.moveaxis(w, neurons, 0).reshape(w.shape[neurons], -1)


def drawn(name, axes, dtype="float64", seed=0):
    """Return [v, ...]: directions, and values of the form's other parameters that fit no weight."""
    rng, form = np.random.RandomState(seed), FORMS[name](axes, "relu")
    v = rng.normal(size=SHAPES[axes][0])
    values = [rng.normal(size=form.shape(p, v.shape)) for p in form.parameters]
    return [value.astype(dtype) for value in [v] + values]


def slope_at_w(axes, dtype="float64"):
    return np.random.RandomState(9).normal(size=SHAPES[axes][0]).astype(dtype)


@functools.lru_cache(maxsize=None)
def compiled(name, axes, dtype):
    """Return a function: gradient of w, v, ... -> w, gradients of v, ..."""
    with without_c_code(), floatx(dtype):
        form, ndim = FORMS[name](axes, "relu"), len(SHAPES[axes][0])
        whole = T.TensorType(dtype, (False,) * ndim)
        parts = [whole()] + [T.TensorType(dtype, form.repeated(p, ndim))()
                             for p in form.parameters]
        slope, w = whole(), form.compose(*parts)
        return theano.function([slope] + parts, [w] + theano.grad(T.sum(w * slope), parts))


# -- formulas ---------------------------------------------------------------------------------

def unit(u):
    return u / np.sqrt((u ** 2).sum(axis=1, keepdims=True))


def less_mean(v):
    return v - v.mean(axis=1, keepdims=True)


def column(values):
    return values.reshape(-1, 1)


# Of v with a row for each neuron, and the other parameters.
FORMULAS = {
    "l2": lambda v, g: column(g) * unit(v),
    "log_g": lambda v, s: np.exp(column(s)) * unit(v),
    "l1": lambda v, g: column(g) * v / abs(v).sum(axis=1, keepdims=True),
    "linf": lambda v, g: column(g) * v / abs(v).max(axis=1, keepdims=True),
    "centered": lambda v, g: column(g) * unit(less_mean(v)),
    "bounded": lambda v, rho: rho.item() * unit(v),
    "bounded_g": lambda v, g, rho: column(g) * rho.item() / np.linalg.norm(g.ravel()) * unit(v),
    "strict": unit,
    "whole": lambda v, g: g.item() * v / np.linalg.norm(v),
    "standardised": lambda v: less_mean(v) / (v.std(axis=1, keepdims=True) + 1e-5),
    "scaled_ws": lambda v: RELU_GAIN * less_mean(v) / (
        v.std(axis=1, keepdims=True) * np.sqrt(v.shape[1])),
}


def check_formula(name, axes, dtype):
    parts = drawn(name, axes, dtype)
    w = compiled(name, axes, dtype)(slope_at_w(axes, dtype), *parts)[0]
    wanted = FORMULAS[name](rows(parts[0].astype("float64"), axes),
                            *[p.astype("float64") for p in parts[1:]])
    assert w.dtype == dtype
    assert_allclose(rows(w, axes), wanted, rtol=1e-5 if dtype == "float32" else 1e-12)
    assert_allclose(FORMS[name](axes, "relu").compose(*[p.astype("float64") for p in parts]),
                    w, rtol=1e-5 if dtype == "float32" else 1e-12)


# -- laws -------------------------------------------------------------------------------------

# What the rows of w are, whatever v is: of the other parameters.
LAWS = {
    "l2": lambda w, g: (np.linalg.norm(w, axis=1), abs(g)),
    "log_g": lambda w, s: (np.linalg.norm(w, axis=1), np.exp(s)),
    "l1": lambda w, g: (abs(w).sum(axis=1), abs(g)),
    "linf": lambda w, g: (abs(w).max(axis=1), abs(g)),
    "centered": lambda w, g: (np.linalg.norm(w, axis=1), abs(g)),
    "bounded": lambda w, rho: (np.linalg.norm(w, axis=1), abs(rho) * np.ones(len(w))),
    "bounded_g": lambda w, g, rho: (np.linalg.norm(w), abs(rho.item())),
    "strict": lambda w: (np.linalg.norm(w, axis=1), np.ones(len(w))),
    "whole": lambda w, g: (np.linalg.norm(w), abs(g.item())),
    "standardised": lambda w: (w.std(axis=1), np.ones(len(w))),
    "scaled_ws": lambda w: (np.linalg.norm(w, axis=1), RELU_GAIN * np.ones(len(w))),
}


def check_law(name, axes, dtype):
    """Lengths don't depend on v, however long or short it is; centred forms sum to 0."""
    parts = drawn(name, axes, dtype)
    # A deviation to which 1e-5 is added has to be large beside that.
    for scale in (1e2, 1e6) if name == "standardised" else (1e-12, 1e-3, 1.0, 1e12):
        v = parts[0] * np.asarray(scale, dtype)
        w = compiled(name, axes, dtype)(slope_at_w(axes, dtype), v, *parts[1:])[0]
        w = rows(w.astype("float64"), axes)
        found, wanted = LAWS[name](w, *[p.ravel() for p in parts[1:]])
        assert_allclose(found, wanted, rtol=1e-6)
        if name in CENTRED:
            assert_allclose(w.sum(axis=1), 0, atol=1e-6 * np.linalg.norm(w))


def check_orthogonal_and_growth(name, axes, rate=0.3):
    """The gradient of v has no part along v, so a plain step makes v longer by sqrt(1 + c^2)."""
    parts = drawn(name, axes)
    v, grad = (x.reshape(1, -1) if name == "whole" else rows(x, axes) for x in
               (parts[0], compiled(name, axes, "float64")(slope_at_w(axes), *parts)[1]))
    if name in CENTRED:  # it is the centred v that is orthogonal and grows
        assert_allclose(grad.sum(axis=1), 0, atol=1e-12 * abs(grad).sum())
        v = less_mean(v)
    along = (v * grad).sum(axis=1)
    # The constant beside the deviation makes w longer as v grows, by about 1e-5 of it.
    least = 2e-5 if name == "standardised" else 1e-12
    size, step = np.linalg.norm(v, axis=1), np.linalg.norm(grad, axis=1)
    assert np.all(abs(along) < least * size * step)
    c = rate * step / size
    assert_allclose(np.linalg.norm(v - rate * grad, axis=1), np.sqrt(1 + c ** 2) * size,
                    rtol=max(1e-10, least))


def check_finite_differences(name, axes, step=1e-6):
    parts, form, slope = drawn(name, axes), FORMS[name](axes, "relu"), slope_at_w(axes)
    found = compiled(name, axes, "float64")(slope, *parts)[1:]
    for at, (part, grad) in enumerate(zip(parts, found)):
        for place in np.ndindex(part.shape):
            ends = []
            for sign in (1, -1):
                moved = [p.copy() for p in parts]
                moved[at][place] += sign * step
                ends.append(np.sum(form.compose(*moved) * slope))
            there = (ends[0] - ends[1]) / (2 * step)
            assert abs(there - grad[place]) < 1e-6 * max(1.0, abs(there)), (part.shape, place)


# The gradient of v as the papers have it, of rows: u (v, centred or not), the length, slope at w.
def _projected(u, length, slope):
    """Return equation 4 of Salimans & Kingma."""
    w = unit(u)
    return length / np.linalg.norm(u, axis=1, keepdims=True) * (
        slope - w * (w * slope).sum(axis=1, keepdims=True))


def _l1(v, g, slope):
    size = abs(v).sum(axis=1, keepdims=True)
    return column(g) / size * (slope - np.sign(v) * (slope * v).sum(axis=1, keepdims=True) / size)


def _linf(v, g, slope):
    size = abs(v).max(axis=1, keepdims=True)
    largest = np.sign(v) * (abs(v) == size)
    return column(g) / size * (slope - largest * (slope * v).sum(axis=1, keepdims=True) / size)


def _whole(v, g, slope):
    return _projected(v.reshape(1, -1), g.item(), slope.reshape(1, -1)).reshape(v.shape)


GRADIENTS = {
    "l2": lambda v, g, slope: _projected(v, column(g), slope),
    "log_g": lambda v, s, slope: _projected(v, np.exp(column(s)), slope),
    "l1": _l1, "linf": _linf, "whole": _whole,
    "centered": lambda v, g, slope: less_mean(_projected(less_mean(v), column(g), slope)),
    "bounded": lambda v, rho, slope: _projected(v, rho.item(), slope),
    "bounded_g": lambda v, g, rho, slope: _projected(
        v, column(g) * rho.item() / np.linalg.norm(g), slope),
    "strict": lambda v, slope: _projected(v, 1, slope),
    "scaled_ws": lambda v, slope: less_mean(_projected(less_mean(v), RELU_GAIN, slope)),
}


def check_closed_form(name, axes):
    parts, slope = drawn(name, axes), slope_at_w(axes)
    grad = compiled(name, axes, "float64")(slope, *parts)[1]
    wanted = GRADIENTS[name](rows(parts[0], axes), *parts[1:], rows(slope, axes))
    assert_allclose(rows(grad, axes), wanted, rtol=1e-9, atol=1e-13)


def check_zero_direction(name, axes, dtype):
    """Where a neuron has no direction: w is 0, gradients are finite, the next step gives it one."""
    parts, slope = drawn(name, axes, dtype), slope_at_w(axes, dtype)
    np.moveaxis(parts[0], SHAPES[axes][1], 0)[2] = 0
    w, grad = compiled(name, axes, dtype)(slope, *parts)[:2]
    assert all(np.all(np.isfinite(x)) for x in compiled(name, axes, dtype)(slope, *parts))
    assert_array_equal(rows(w, axes)[2], 0)
    assert np.any(rows(grad, axes)[2] != 0)
    parts[0] -= np.asarray(1e-3, dtype) * grad
    w = compiled(name, axes, dtype)(slope, *parts)[0]
    assert np.linalg.norm(rows(w, axes)[2]) > 0 and np.all(np.isfinite(w))


def check_all_zero(name, axes, dtype):
    """Even where every parameter is 0, and where a square would underflow."""
    for size in (0, 1e-37):
        parts = [np.full_like(p, size) for p in drawn(name, axes, dtype)]
        assert all(np.all(np.isfinite(x))
                   for x in compiled(name, axes, dtype)(slope_at_w(axes, dtype), *parts))


# -- taking apart -----------------------------------------------------------------------------

def check_round_trip(name, axes, dtype):
    """A weight that the form made is taken apart and put together again."""
    form = FORMS[name](axes, "relu")
    w = form.compose(*[p.astype("float64") for p in drawn(name, axes)]).astype(dtype)
    found = form.decompose(w)
    assert [p.shape for p in found] == [w.shape] + [form.shape(p, w.shape)
                                                    for p in form.parameters]
    assert all(p.dtype == dtype for p in found)
    assert form.keeps(w, found)
    again = form.compose(*[p.astype("float64") for p in found])
    assert_allclose(again, w, rtol=0, atol=2e-6 * abs(w).max())


def check_any_weight(name, axes):
    """What a form can't hold of a weight it says, and keeps the direction."""
    form, w = FORMS[name](axes, "relu"), drawn(name, axes)[0]
    found = form.decompose(w)
    again = rows(form.compose(*found), axes)
    if form.holds:
        assert not form.keeps(w, found)
        wanted = less_mean(rows(w, axes)) if name in CENTRED else rows(w, axes)
        assert_allclose(unit(again), unit(wanted), rtol=1e-6)
    else:
        assert form.keeps(w, found)
        assert_allclose(again, rows(w, axes), rtol=1e-12)


def check_rescale(name, axes, dtype):
    """Each neuron of w becomes so many times as long, in NumPy and symbolically."""
    form, parts = FORMS[name](axes, "relu"), drawn(name, axes)
    shape = [1] * parts[0].ndim
    shape[SHAPES[axes][1]] = -1
    scale = np.array([0.5, 2.0, 3.0, 1.0, 10.0]).reshape(shape)
    wanted = form.compose(*parts) * scale
    assert_allclose(form.compose(*form.rescale(scale, *parts)), wanted, rtol=1e-10)
    tensors = [T.constant(p) for p in [scale] + parts]
    with without_c_code(), floatx("float64"):
        assert_allclose(form.compose(*form.rescale(*tensors)).eval(), wanted, rtol=1e-10)


def check_refusal(name, axes):
    """A neuron without a direction is refused by name; for the whole form, a whole layer."""
    w = drawn(name, axes)[0]
    dead = w if name == "whole" else np.moveaxis(w, SHAPES[axes][1], 0)[3]
    for value in (0, np.nan) + ((0.1, 0.1 + 1e-17) if name in CENTRED else ()):
        dead[...] = value
        for dtype in DTYPES:
            said = message(ValueError, FORMS[name](axes).decompose, w.astype(dtype), "dot 'fc'")
            assert "dot 'fc': the weights" in said and "no direction" in said, said
            assert name == "whole" or "neuron 3 " in said, said


def test_every_form_has_a_formula_and_a_law():
    assert set(FORMULAS) == set(LAWS) == set(FORMS)
    # Standardisation has no closed form in its paper: finite differences stand for it.
    assert set(GRADIENTS) == set(FORMS) - {"standardised"}


def test_laws():
    for name in FORMS:
        for axes in SHAPES:
            for check in (check_finite_differences, check_orthogonal_and_growth, check_any_weight,
                          check_refusal):
                yield check, name, axes
            for dtype in DTYPES:
                for check in (check_formula, check_law, check_zero_direction, check_all_zero,
                              check_round_trip):
                    yield check, name, axes, dtype


def test_gradients_are_those_of_the_papers():
    for name in GRADIENTS:
        for axes in SHAPES:
            yield check_closed_form, name, axes


def test_lengths_are_scaled_where_a_form_has_them():
    assert {name for name, form in FORMS.items() if form.scaled is None} == set(DIRECTIONS_ONLY)
    for name in set(FORMS) - set(DIRECTIONS_ONLY):
        for axes in SHAPES:
            yield check_rescale, name, axes, "float64"
    for name in DIRECTIONS_ONLY:
        said = message(NotImplementedError, FORMS[name](0).rescale, 2.0, np.ones((2, 2)))
        assert repr(name) in said


def test_log_g_gives_the_sign_of_a_scale_to_the_direction():
    form, parts = FORMS["log_g"](0), drawn("log_g", 0)
    scaled = form.rescale(np.array([[-1.0, 2, -3, 4, 5]]), *parts)
    assert_allclose(form.compose(*scaled), form.compose(*parts) * [[-1, 2, -3, 4, 5]], rtol=1e-12)


def test_equal_largest_weights_share_the_gradient():
    """So it is orthogonal to v there too, and what it says is between both one-sided slopes."""
    v, g = np.array([[2.0], [-2.0], [1.0]]), np.array([[3.0]])
    slope = np.array([[1.0], [-0.5], [0.25]])
    grad = compiled("linf", 0, "float64")(slope, v, g)[1]
    along = (slope * v).sum() / 2
    assert_allclose(grad, g / 2 * (slope - along * np.array([[0.5], [-0.5], [0]])), rtol=1e-12)
    assert abs((grad * v).sum()) < 1e-12


def test_g_of_the_bounded_form_is_orthogonal_to_its_gradient():
    parts = drawn("bounded_g", 0)
    grad = compiled("bounded_g", 0, "float64")(slope_at_w(0), *parts)[2]
    assert np.any(grad) and abs((grad * parts[1]).sum()) < 1e-12


def test_s_learns_by_the_ratio_of_lengths():
    """The gradient of s is that of g, times g: a step changes the length by a factor."""
    v, s = drawn("log_g", 0)
    slope = slope_at_w(0)
    by_s = compiled("log_g", 0, "float64")(slope, v, s)[2]
    by_g = compiled("l2", 0, "float64")(slope, v, np.exp(s))[2]
    assert_allclose(by_s, by_g * np.exp(s), rtol=1e-12)


def test_a_constant_input_does_not_reach_centred_weights():
    for name in CENTRED:
        w = FORMS[name](0, "relu").compose(*drawn(name, 0))
        assert_allclose((5.0 + np.eye(7)) @ w, w, atol=1e-12)


def test_a_fan_in_of_one():
    """Only lengths are left to learn; centred forms refuse it, the whole one learns ratios."""
    w, slope = np.array([[2.0, -3.0]]), np.array([[1.0, 1.0]])
    for name in set(FORMS) - set(CENTRED) - {"whole"}:
        grad = compiled(name, 0, "float64")(slope, *FORMS[name](0, "relu").decompose(w))[1]
        assert_allclose(grad, 0, atol=1e-15)
    assert np.all(compiled("whole", 0, "float64")(slope, w, np.array([[1.0]]))[1] != 0)
    for name in CENTRED:
        assert "its only one" in message(ValueError, FORMS[name](0).decompose, w)


def test_forms_are_public():
    assert Form is Base and all(issubclass(form, Form) for form in FORMS.values())
    assert list(FORMS) == [form.name for form in FORMS.values()]
