"""The convolutions against SciPy, Theano's own and finite differences."""

import contextlib
from unittest import mock

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose
from scipy.signal import correlate
from theano.gof.cmodule import gcc_llvm
from theano.tensor.nnet import conv2d
from theano.tensor.nnet.corr import BaseCorrMM

from tests.small import message
from yann_weightnorm.ops.convolution import FilterGradient, MapGradient, Outputs

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
# Batch, channels, height, width, filters, their height and width, zeros around.
CASES = (
    (3, 2, 7, 9, 5, 3, 3, (1, 1)),
    (2, 1, 28, 28, 20, 5, 5, (0, 0)),
    (2, 7, 12, 11, 13, 5, 4, (0, 2)),
    (1, 24, 16, 16, 24, 3, 3, (1, 1)),
    (3, 9, 6, 6, 50, 1, 1, (0, 0)),
    (2, 20, 12, 12, 50, 5, 5, (0, 0)),  # its gradient is summed tap by tap
    (2, 3, 8, 8, 97, 3, 3, (0, 0)),
    (4, 2, 3, 4, 3, 3, 4, (2, 3)),
    (2, 2, 5, 4, 4, 2, 1, (3, 2)),      # more zeros than a filter meets at once
    (0, 2, 5, 4, 4, 2, 2, (0, 0)),
)


def drawn(case, dtype):
    """Return maps, filters and the gradient of the outputs."""
    n, c, height, width, o, tall, broad, (pad_y, pad_x) = case
    rng = np.random.RandomState(0)
    shapes = ((n, c, height, width), (o, c, tall, broad),
              (n, o, height + 2 * pad_y - tall + 1, width + 2 * pad_x - broad + 1))
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def tensors(dtype, count):
    return [T.TensorType(dtype, (False,) * 4)() for _ in range(count)]


def all_three(dtype, padding, linker="cvm"):
    """Return the function from maps, filters, slopes to outputs and both gradients."""
    x, w, z = tensors(dtype, 3)
    return theano.function([x, w, z], [
        Outputs(padding)(x, w), MapGradient(padding)(w, z), FilterGradient(padding)(x, z)],
        mode=theano.Mode(linker, "fast_run"))


def by_scipy(maps, filters, slopes, padding):
    """Return outputs and both gradients in float64, one image and one channel at a time."""
    maps, filters, slopes = (a.astype("float64") for a in (maps, filters, slopes))
    (pad_y, pad_x), (height, width) = padding, maps.shape[2:]
    padded = np.pad(maps, [(0, 0), (0, 0), (pad_y, pad_y), (pad_x, pad_x)])
    outputs, by_filters = np.zeros(slopes.shape), np.zeros(filters.shape)
    by_padded = np.zeros(padded.shape)
    for n, o, c in np.ndindex(len(maps), *filters.shape[:2]):
        outputs[n, o] += correlate(padded[n, c], filters[o, c], "valid", "direct")
        by_filters[o, c] += correlate(padded[n, c], slopes[n, o], "valid", "direct")
        by_padded[n, c] += correlate(slopes[n, o], filters[o, c, ::-1, ::-1], "full", "direct")
    return outputs, by_padded[:, :, pad_y:pad_y + height, pad_x:pad_x + width], by_filters


def check_numbers(dtype, linker):
    for padding in sorted({case[-1] for case in CASES}):
        f = all_three(dtype, padding, linker)
        for case in CASES:
            if case[-1] == padding:
                arrays = drawn(case, dtype)
                for found, wanted in zip(f(*arrays), by_scipy(*arrays, padding)):
                    assert found.dtype == dtype and found.shape == wanted.shape, case
                    scale = np.abs(wanted).max() if wanted.size else 1
                    assert_allclose(found, wanted, rtol=0, atol=TOLERANCE[dtype] * scale)


def test_the_numbers_are_scipys():
    for dtype in TOLERANCE:
        for linker in ("cvm", "py"):
            yield check_numbers, dtype, linker


def test_arrays_need_not_be_contiguous_and_empty_space_is_not_read():
    """Maps and filters may be views; what surrounds an image in memory never reaches a result."""
    f = all_three("float32", (1, 1))
    maps, filters, slopes = drawn(CASES[0], "float32")
    wanted = f(maps, filters, slopes)
    views = (maps[..., ::-1][..., ::-1], np.asfortranarray(filters), slopes[::-1].copy()[::-1])
    for found, plain in zip(f(*views), wanted):
        assert_allclose(found, plain, rtol=1e-6, atol=1e-6)
    maps[1, 1, 3, 4] = np.nan
    spoilt = f(maps, filters, slopes)[0]
    assert np.isnan(spoilt[1, :, 2:5, 3:6]).all() and np.isnan(spoilt).sum() == 5 * 9


def test_gradients_equal_finite_differences():
    rng = np.random.RandomState(1)
    maps, filters, slopes = (a[:2] for a in drawn(CASES[0], "float64"))
    for op, points in ((Outputs, (maps, filters)), (MapGradient, (filters, slopes[:, :2])),
                       (FilterGradient, (maps, slopes))):
        theano.gradient.verify_grad(op((1, 1)), points, rng=rng)


def step(excluding=(), **options):
    """Return the function that convolves with `options` and differentiates, by Theano's names."""
    x, w, z = tensors("float32", 3)
    out = conv2d(x, w, **options)
    mode = theano.compile.get_mode("FAST_RUN").excluding(*excluding)
    return theano.function([x, w, z], [out, *theano.grad((out * z).sum(), [x, w])], mode=mode)


def ops(function):
    return [type(node.op) for node in function.maker.fgraph.toposort()]


def test_theanos_convolutions_become_ours_with_the_same_numbers():
    ours = step(border_mode=(1, 1))
    theanos = step(["weightnorm_convolution"], border_mode=(1, 1))
    assert not any(issubclass(op, BaseCorrMM) for op in ops(ours))
    assert {Outputs, MapGradient, FilterGradient} <= set(ops(ours))
    assert sum(issubclass(op, BaseCorrMM) for op in ops(theanos)) == 3
    arrays = drawn(CASES[0], "float32")
    for found, wanted in zip(ours(*arrays), theanos(*arrays)):
        assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@contextlib.contextmanager
def compiler(name):
    before, theano.config.cxx = theano.config.cxx, name
    try:
        yield
    finally:
        theano.config.cxx = before


def test_the_rest_stays_theanos():
    from yann_weightnorm.ops.convolution import taken_over
    from theano.tensor.nnet.corr import CorrMM
    x, w = tensors("float32", 2)

    def left(**options):
        return taken_over.transform(CorrMM(**options)(x, w).owner) is False

    assert not left(border_mode=(2, 1)) and not left(border_mode=((1, 1), (0, 0)))
    for options in ({}, {"border_mode": (0, 0)}, {"border_mode": "half"}, {"border_mode": "full"},
                    {"border_mode": ((0, 1), (0, 1))}, {"border_mode": (1, 1), "num_groups": 2},
                    {"border_mode": (1, 1), "subsample": (2, 1)},
                    {"border_mode": (1, 1), "filter_dilation": (2, 2)}):
        assert left(**options), options
    with compiler(""):
        assert left(border_mode=(2, 1))
    with mock.patch.object(gcc_llvm, "is_llvm", True):
        assert left(border_mode=(2, 1))


def test_shapes_that_do_not_fit_are_named():
    f = all_three("float32", (0, 0))
    maps, filters, slopes = drawn(CASES[1], "float32")
    assert "don't fit" in message(ValueError, f, maps, np.repeat(filters, 2, axis=1), slopes)
    assert "don't fit" in message(ValueError, f, maps[:, :, :4], filters, slopes)
    assert "one dtype" in message(ValueError, Outputs((0, 0)), *tensors("float32", 1),
                                  *tensors("float64", 1))
