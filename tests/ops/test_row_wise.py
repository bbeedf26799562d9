"""Loops over inputs that are broadcast, against NumPy."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from yann_weightnorm.ops.row_wise import RowWise
from yann_weightnorm.theano_setup.threads import WORTH_THREADS

# The output's shape, and along which axes each of two inputs is broadcast.
CASES = (
    ((7, 37), "full", "row"), ((7, 37), "row", "full"), ((7, 37), "full", "column"),
    ((7, 37), "row", "column"), ((3, 5, 4, 6), "full", "channels"),
    ((3, 5, 1, 1), "channels", "images"), ((3, 5, 4), "full", "middle"), ((0, 5), "full", "row"),
    ((5, 0), "full", "row"), ((1, 5), "full", "row"))
BROADCAST = {"full": (), "row": (0,), "column": (1,), "channels": (0, 2, 3), "images": (1, 2, 3),
             "middle": (0, 2)}


def ops(function):
    return [type(node.op) for node in function.maker.fgraph.toposort()]


def arrays(shape, kinds, dtype):
    """Return an array of each kind that broadcasts to `shape`."""
    rng = np.random.RandomState(len(shape))
    return [rng.normal(size=[1 if axis in BROADCAST[kind] else n for axis, n in enumerate(shape)])
            .astype(dtype) for kind in kinds]


def tensors(shape, kinds, dtype):
    """Return a variable for each of :func:`arrays`."""
    return [T.TensorType(dtype, [axis in BROADCAST[kind] for axis in range(len(shape))])()
            for kind in kinds]


def formula(m, x, y):
    """Return something of two inputs that no simplification takes apart; `m` is T or np."""
    return m.exp(-x * x) * y + m.sqrt(m.abs_(x) if m is T else abs(x)) - 2 * y


def compiled(shape, kinds, dtype, linker="cvm"):
    x, y = tensors(shape, kinds, dtype)
    return theano.function([x, y], formula(T, x, y), mode=theano.Mode(linker, "fast_run"))


def check_numbers(shape, kinds, dtype, linker):
    f, given = compiled(shape, kinds, dtype, linker), arrays(shape, kinds, dtype)
    assert RowWise in ops(f)
    wanted = formula(np, *(x.astype("float64") for x in given))
    tolerance = 2e-6 if dtype == "float32" else 1e-13
    for layout in (np.ascontiguousarray, np.asfortranarray):
        found = f(*map(layout, given))
        assert found.dtype == dtype and found.shape == shape
        assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_the_numbers_are_numpys_in_float64():
    for shape, *kinds in CASES:
        yield check_numbers, shape, kinds, "float32", "cvm"
    for linker in ("cvm", "py"):
        yield check_numbers, *CASES[0][:1], CASES[0][1:], "float64", linker


def test_many_rows_are_shared_among_threads():
    shape = (2000, WORTH_THREADS // 2000 + 1)
    kinds = "full", "row"
    x, y = arrays(shape, kinds, "float32")
    found = compiled(shape, kinds, "float32")(x, y)
    assert_allclose(found, formula(np, x, y), rtol=1e-5, atol=1e-5)


def test_it_works_in_place_of_what_is_updated():
    v = theano.shared(np.ones((4, 6), "float32"))
    row = T.fvector()
    f = theano.function([row], updates=[(v, v + v * row)])
    place = v.get_value(borrow=True, return_internal_type=True)
    assert RowWise in ops(f)
    f(np.arange(6, dtype="float32"))
    assert_array_equal(v.get_value(), np.tile(np.arange(1, 7), (4, 1)))
    assert v.get_value(borrow=True) is place


def test_what_is_updated_may_lie_as_it_likes():
    v = theano.shared(np.asfortranarray(np.ones((4, 6), "float32")), borrow=True)
    row = T.fvector()
    theano.function([row], updates=[(v, v + v * row)])(np.arange(6, dtype="float32"))
    assert_array_equal(v.get_value(), np.tile(np.arange(1, 7), (4, 1)))


def test_shapes_that_differ_are_refused():
    kinds = "full", "row"
    x, y = arrays((7, 37), kinds, "float32")
    try:
        compiled((7, 37), kinds, "float32")(x, y[:, 1:])
    except ValueError as error:
        assert "the shapes of the inputs differ" in str(error)
    else:
        raise AssertionError("no error")


def test_what_is_not_broadcast_or_of_another_type_stays_theanos():
    x, y, row = T.fmatrix(), T.fmatrix(), T.lvector()
    for inputs, out in (([x, y], x * y + 1), ([x], x * 2), ([x, row], x * row)):
        f = theano.function(inputs, out, mode=theano.Mode("py", "fast_run"))
        assert RowWise not in ops(f)
