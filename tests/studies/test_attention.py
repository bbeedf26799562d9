"""DRAW's windows against NumPy, on images that are no squares."""

from unittest import TestCase

import numpy as np
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import without_c_code
from yann_weightnorm.studies.generative.attention import Window, attention_named, filter_bank

HEIGHT, WIDTH, COUNT = 5, 7, 3

RNG = np.random.RandomState(0)
IMAGES, PATCHES = RNG.normal(size=(4, HEIGHT * WIDTH)), RNG.normal(size=(4, COUNT * COUNT))
PARAMETERS = RNG.normal(0, 0.4, size=(4, 5))


def filters_by_numpy(centre, variance, stride, count, size):
    """Return the filters of one row, (count, size)."""
    mu = centre + (np.arange(count)[:, None] - (count - 1) / 2) * stride
    filters = np.exp(-(np.arange(size) - mu) ** 2 / (2 * variance))
    return filters / (filters.sum(axis=1, keepdims=True) + 1e-6)


def window_by_numpy(parameters, count, height, width):
    """Return the filters down and across, and the intensity, of one row of parameters."""
    across, down, variance, stride, intensity = parameters
    variance, stride = np.exp(variance), (max(height, width) - 1) / (count - 1) * np.exp(stride)
    return (filters_by_numpy((down + 1) * (height - 1) / 2, variance, stride, count, height),
            filters_by_numpy((across + 1) * (width - 1) / 2, variance, stride, count, width),
            np.exp(intensity))


def window(parameters, count=COUNT, height=HEIGHT, width=WIDTH):
    return Window(T.constant(parameters), count, height, width)


class Filters(TestCase):
    def test_filters_are_those_of_numpy(self):
        centre, variance, stride = np.array([[1.5, 4.0], [0.5, 2.0], [1.0, 0.7]])
        with without_c_code():
            found = filter_bank(*map(T.constant, (centre, variance, stride)), 3, 6).eval()
        for n in range(2):
            wanted = filters_by_numpy(centre[n], variance[n], stride[n], 3, 6)
            assert_allclose(found[n], wanted, rtol=1e-12)

    def test_a_filter_that_sees_no_pixel_is_nothing_rather_than_not_a_number(self):
        with without_c_code():
            found = filter_bank(*map(T.constant, np.array([[1e4], [0.1], [1.0]])), 2, 6).eval()
        assert_allclose(found, 0)


class Windows(TestCase):
    def test_what_is_read_is_numpys(self):
        with without_c_code():
            found = window(PARAMETERS).read(T.constant(IMAGES)).eval()
        for row, image, patch in zip(PARAMETERS, IMAGES.reshape(-1, HEIGHT, WIDTH), found):
            down, across, intensity = window_by_numpy(row, COUNT, HEIGHT, WIDTH)
            wanted = intensity * down.dot(image).dot(across.T)
            assert_allclose(patch.reshape(COUNT, COUNT), wanted, rtol=1e-10)

    def test_writing_is_the_transpose_of_reading_over_the_square_of_the_intensity(self):
        with without_c_code():
            read = window(PARAMETERS).read(T.constant(IMAGES)).eval()
            written = window(PARAMETERS).write(T.constant(PATCHES)).eval()
        assert_allclose((written * IMAGES).sum(axis=1),
                        (PATCHES * read).sum(axis=1) / np.exp(2 * PARAMETERS[:, 4]), rtol=1e-10)

    def test_a_sharp_window_as_large_as_the_image_leaves_it_as_it_is(self):
        images, sharp = RNG.normal(size=(2, 36)), np.array([[0, 0, -5.0, 0, 0]] * 2)
        with without_c_code():
            for call in (window(sharp, 6, 6, 6).read, window(sharp, 6, 6, 6).write):
                assert_allclose(call(T.constant(images)).eval(), images, rtol=1e-5)


class Names(TestCase):
    def test_two_sizes_or_none(self):
        self.assertEqual(attention_named("2-5"), (2, 5))
        self.assertIsNone(attention_named("none"))
        for text in ("2", "1-5", "x-y", "2-5-3", "-2-5", "²-5", ""):
            with self.assertRaisesRegex(ValueError, "neither 'none' nor two sizes"):
                attention_named(text)
