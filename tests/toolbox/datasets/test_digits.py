"""The digits of scikit-learn."""

from unittest import SkipTest

import numpy as np

from yann_weightnorm.toolbox.datasets import SPLITS, digits

try:
    from sklearn.datasets import load_digits
except ImportError:
    load_digits = None


def test_every_digit_once():
    if load_digits is None:
        raise SkipTest("scikit-learn is not installed")
    data = digits(mini_batch_size=1, normalize=False)
    assert [data.rows(split) for split in SPLITS] == [1445, 176, 176]
    assert (data.height, data.width, data.channels, data.name) == (8, 8, 1, "digits")
    found = np.concatenate([np.column_stack(data.load(split)) for split in SPLITS])
    expected = np.column_stack(load_digits(return_X_y=True))
    np.testing.assert_array_equal(np.unique(found, axis=0), np.unique(expected, axis=0))
    assert len(found) == len(expected) == 1797


def test_pixels_are_divided_by_sixteen():
    if load_digits is None:
        raise SkipTest("scikit-learn is not installed")
    plain, scaled = digits(normalize=False), digits()
    np.testing.assert_array_equal(scaled.load("test")[0], plain.load("test")[0] / 16)
