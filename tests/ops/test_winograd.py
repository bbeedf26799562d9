"""Convolutions of many channels, by Winograd's tiles, against SciPy in float64."""

import numpy as np
from numpy.testing import assert_allclose

from tests.ops.test_convolution import all_three, by_scipy, drawn

# Batch, channels, height, width, filters, their height and width, zeros around.
CASES = (
    (3, 33, 7, 9, 35, 3, 3, (1, 1)),    # odd sides, and channels that fill no vector
    (2, 40, 6, 38, 32, 3, 3, (1, 1)),   # rows of tiles that fill a vector and a bit
    (0, 32, 4, 4, 32, 3, 3, (1, 1)),
    (2, 32, 3, 6, 32, 3, 3, (2, 0)),
    (2, 192, 8, 8, 192, 3, 3, (1, 1)),
)


def test_tiles_give_scipys_numbers():
    for padding in sorted({case[-1] for case in CASES}):
        f = all_three("float32", padding)
        for case in CASES:
            if case[-1] == padding:
                arrays = drawn(case, "float32")
                for found, wanted in zip(f(*arrays), by_scipy(*arrays, padding)):
                    assert found.shape == wanted.shape, case
                    scale = np.abs(wanted).max() if wanted.size else 1
                    assert_allclose(found, wanted, rtol=0, atol=2e-6 * scale)


def test_what_is_no_number_spoils_at_most_the_tiles_that_see_it():
    f = all_three("float32", (1, 1))
    maps, filters, slopes = drawn(CASES[0], "float32")
    maps[1, 3, 4, 5] = np.nan
    spoilt = np.isnan(f(maps, filters, slopes)[0])
    assert spoilt[1, :, 3:6, 4:7].all() and not spoilt[[0, 2]].any()
    assert not spoilt[1, :, :2].any() and not spoilt[1, :, :, :2].any()
