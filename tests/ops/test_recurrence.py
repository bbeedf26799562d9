"""A recurrent layer's sequence as one op: against NumPy, differences and Theano's own loop."""

import functools
from unittest import mock

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from theano.scan_module.scan_op import Scan

from tests import recurrences
from tests.small import floatx, message, without_c_code
from yann_weightnorm import ops
from yann_weightnorm.ops import recurrence
from yann_weightnorm.ops.recurrence import LSTM, RELU, TANH, States, StatesGradient
from yann_weightnorm.ops.recurrence.loops import loop

CELLS = LSTM, TANH, RELU
STEPS, ROWS, NEURONS = 6, 41, 33  # more columns than a vector register holds; rows for two threads


def symbols(cell, dtype):
    """Return variables for what comes from x, b, w_h, the first states, and for slopes."""
    kinds = [3, 1, 2] + [2] * (1 + cell.memory) + [3]
    return [T.TensorType(dtype, (False,) * ndim)() for ndim in kinds]


def drawn(cell, dtype, steps=STEPS, rows=ROWS, neurons=NEURONS, seed=0):
    """Return arrays for :func:`symbols`."""
    width = cell.gates * neurons
    shapes = [(steps, rows, width), (width,), (neurons, width)] + [(rows, neurons)] * (
        1 + cell.memory) + [(steps, rows, neurons)]
    rng = np.random.RandomState(seed)
    found = [rng.normal(size=shape) for shape in shapes]
    found[2] *= neurons ** -0.5
    return [array.astype(dtype) for array in found]


def everything(cell, dtype, states):
    """Return a function of the states, all of them, and their gradients by all inputs."""
    *inputs, slopes = symbols(cell, dtype)
    outputs = states(*inputs)
    return theano.function([*inputs, slopes], [*outputs, *theano.grad(
        T.sum(outputs[0] * slopes), inputs)])


def as_op(cell):
    return lambda *inputs: States(cell)(*inputs, return_list=True)


def as_loop(cell):
    return lambda projected, b, w_h, *first: loop(cell, projected, b, w_h, first)


@functools.lru_cache(maxsize=None)
def in_c(cell, dtype):
    return everything(cell, dtype, as_op(cell))


@functools.lru_cache(maxsize=None)
def in_numpy(cell):
    with without_c_code():
        return everything(cell, "float64", as_op(cell))


@functools.lru_cache(maxsize=None)
def in_theano(cell):
    with without_c_code():
        return everything(cell, "float64", as_loop(cell))


# -- numbers ----------------------------------------------------------------------------------

def check_c(cell, dtype, tolerance):
    for sizes in ({}, {"rows": 1, "neurons": 16}, {"steps": 1, "neurons": 1}):
        given = drawn(cell, dtype, **sizes)
        wanted = in_numpy(cell)(*[array.astype("float64") for array in given])
        for one, other in zip(in_c(cell, dtype)(*given), wanted):
            assert one.dtype == dtype
            assert_allclose(one, other, rtol=tolerance, atol=tolerance * abs(other).max())


def test_c_gives_the_numbers_of_numpy():
    for cell, dtype in ((LSTM, "float32"), (LSTM, "float64"), (TANH, "float32"),
                        (RELU, "float64")):
        yield check_c, cell, dtype, 2e-6 if dtype == "float32" else 1e-12


def check_loop(cell):
    given = drawn(cell, "float64", rows=5, neurons=3)
    for one, other in zip(in_numpy(cell)(*given), in_theano(cell)(*given)):
        assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_numpy_gives_the_numbers_of_theanos_loop():
    for cell in CELLS:
        yield check_loop, cell


def test_the_states_are_those_of_the_formulas():
    for cell, oracle in ((LSTM, recurrences.lstm), (TANH, recurrences.rnn)):
        projected, b, w_h, *_ = given = drawn(cell, "float64")
        for first in given[3:-1]:
            first[:] = 0  # as the oracle has it, whose input here is all that comes from x
        hidden = oracle(projected.transpose(1, 0, 2), np.eye(len(b)), w_h, b)
        assert_allclose(in_c(cell, "float64")(*given)[0], hidden.transpose(1, 0, 2), rtol=1e-12,
                        atol=1e-14)


def check_differences(cell):
    """By what comes from x, b, w_h and the first states, through the C code."""
    *given, slopes = drawn(cell, "float64", steps=3, rows=2, neurons=2)
    found = in_c(cell, "float64")(*given, slopes)[2 + cell.memory:]
    wanted = recurrences.slopes(
        lambda *args: np.sum(in_c(cell, "float64")(*args, slopes)[0] * slopes), given)
    for one, other in zip(found, wanted):
        assert_allclose(one, other, rtol=1e-6, atol=1e-8)


def test_gradients_are_those_of_finite_differences():
    for cell in CELLS:
        yield check_differences, cell


def test_the_slope_of_relu_at_0_is_theanos():
    given = [np.zeros_like(array) for array in drawn(RELU, "float64")]
    given[-1] += 1
    by_b = in_c(RELU, "float64")(*given)[3]
    assert_array_equal(by_b, STEPS * ROWS / 2)
    assert_array_equal(in_theano(RELU)(*given)[3], by_b)


def test_inputs_need_not_be_contiguous():
    given = drawn(LSTM, "float64")
    wanted = in_c(LSTM, "float64")(*given)
    turned = [np.asfortranarray(array) for array in given[:-1]]
    turned.append(given[-1][::-1].copy()[::-1])
    for one, other in zip(in_c(LSTM, "float64")(*turned), wanted):
        assert_array_equal(one, other)


def test_what_is_not_a_number_stays_in_its_row():
    given = drawn(LSTM, "float64")
    given[0][2, 7] = np.nan
    given[0][0, 5], given[0][0, 6] = 1e4, -1e4  # far beyond where exp overflows
    hidden = in_c(LSTM, "float64")(*given)[0]
    wrong = np.zeros((STEPS, ROWS), bool)
    wrong[2:, 7] = True
    assert_array_equal(np.isnan(hidden).all(axis=2), wrong)
    assert_array_equal(np.isnan(hidden).any(axis=2), wrong)


# -- derivatives of other outputs, and of gradients -------------------------------------------

def check_other_outputs(cell):
    """Who differentiates the cells, or what is kept for the way back, gets the loop's gradient."""
    *inputs, slopes = symbols(cell, "float64")
    both = []
    for states in (as_op(cell), as_loop(cell)):
        _, *others = states(*inputs)
        both += theano.grad(sum(T.sum(T.sin(x)) for x in others), inputs)
    with without_c_code():
        found = theano.function([*inputs, slopes], both, on_unused_input="ignore")(
            *drawn(cell, "float64", steps=3, rows=2, neurons=2))
    for one, other in zip(found[:len(inputs)], found[len(inputs):]):
        assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def check_gradients_of_gradients(cell):
    """A penalty on the gradient, whose own gradient goes through both ops."""
    *inputs, slopes = symbols(cell, "float64")
    hidden = States(cell)(*inputs)[0]
    first = theano.grad(T.sum(T.sin(hidden) * slopes), inputs)
    penalty = sum(T.sum(T.sqr(g)) for g in first)
    with without_c_code():
        value = theano.function([*inputs, slopes], penalty)
        show = theano.function([*inputs, slopes], theano.grad(penalty, inputs))
    *given, drawn_slopes = drawn(cell, "float64", steps=2, rows=2, neurons=2)
    wanted = recurrences.slopes(lambda *args: value(*args, drawn_slopes), given)
    for one, other in zip(show(*given, drawn_slopes), wanted):
        assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def check_r_op(cell):
    """The states, and their gradients, move as differences say when the inputs do."""
    *inputs, slopes = symbols(cell, "float64")
    hidden = States(cell)(*inputs)[0]
    shown = [hidden, theano.grad(T.sum(hidden * slopes), inputs[2])]
    ways = symbols(cell, "float64")[:-1]
    with without_c_code():
        f = theano.function([*inputs, slopes], shown)
        moves = theano.function([*inputs, slopes, *ways], T.Rop(shown, inputs, ways))
    sizes = dict(steps=2, rows=2, neurons=2)
    *given, weights = drawn(cell, "float64", **sizes)
    way = drawn(cell, "float64", seed=1, **sizes)[:-1]
    ahead, behind = (f(*[x + sign * 1e-6 * d for x, d in zip(given, way)], weights)
                     for sign in (1, -1))
    for found, one, other in zip(moves(*given, weights, *way), ahead, behind):
        assert_allclose(found, (one - other) / 2e-6, rtol=1e-6, atol=1e-8)


def test_derivatives_beyond_the_gradient_by_hidden_states():
    for cell in (LSTM, TANH):
        yield check_other_outputs, cell
        yield check_gradients_of_gradients, cell
        yield check_r_op, cell


# -- where the ops are taken, and what they refuse --------------------------------------------

def applied(f, kinds):
    return [node for node in f.maker.fgraph.apply_nodes if isinstance(node.op, kinds)]


def test_a_gpu_gets_theanos_loop():
    *inputs, _ = symbols(LSTM, "float64")
    given = drawn(LSTM, "float64", rows=3, neurons=2)[:-1]
    found = []
    for here in (True, False):
        with mock.patch.object(recurrence, "on_processor", lambda here=here: here), \
                without_c_code():
            f = theano.function(inputs, ops.hidden_states(LSTM, *inputs[:3], inputs[3:]))
        assert len(applied(f, States)) == here and len(applied(f, Scan)) == (not here)
        found.append(f(*given))
    assert_allclose(*found, rtol=1e-12)


def test_shapes_are_known_without_computing():
    *inputs, slopes = symbols(LSTM, "float64")
    outputs = list(States(LSTM)(*inputs))
    outputs += theano.grad(T.sum(outputs[0] * slopes), inputs)
    f = theano.function([*inputs, slopes], [x.shape for x in outputs], on_unused_input="ignore",
                        mode=theano.Mode(linker="py", optimizer="fast_run"))
    assert not applied(f, (States, StatesGradient))
    given = drawn(LSTM, "float64")
    for shape, array in zip(f(*given), in_numpy(LSTM)(*given)):
        assert tuple(shape) == array.shape


def test_equal_ops_are_merged():
    assert States(LSTM) == States(LSTM) != States(TANH)
    assert hash(States(LSTM)) == hash(States(LSTM))
    assert str(States(LSTM)) == "States{cell=LSTMCell}"


def test_what_does_not_fit_is_refused():
    with floatx("float64"):
        given = drawn(LSTM, "float64")
        given[1] = given[1][:-1]
        said = message(ValueError, in_c(LSTM, "float64"), *given)
        assert "the shapes of the inputs don't fit each other" in said, said
        given = drawn(LSTM, "float64")
        given[-1] = given[-1][:-1]
        said = message(ValueError, in_c(LSTM, "float64"), *given)
        assert "the gradient hasn't the shape of the states" in said, said
    projected, *inputs = symbols(TANH, "float64")[:-1]
    said = message(ValueError, States(TANH), T.ftensor3(), *inputs)
    assert "got inputs of dtypes ['float32', 'float64']; it wants one for all" in said, said


def test_without_a_blas_the_products_are_numpys():
    given = drawn(TANH, "float32", rows=3, neurons=5)
    before, theano.config.blas.ldflags = theano.config.blas.ldflags, ""
    try:
        f = everything(TANH, "float32", as_op(TANH))
    finally:
        theano.config.blas.ldflags = before
    for one, other in zip(f(*given), in_c(TANH, "float32")(*given)):
        assert_allclose(one, other, rtol=1e-5, atol=1e-6)
