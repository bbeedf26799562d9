"""Grey, colour and number types."""

import numpy as np

from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox.making import check_type, gray2rgb, rgb2gray

RGB = np.random.RandomState(0).uniform(size=(2, 3, 4, 3))


def test_grey_is_the_weighted_sum_of_red_green_and_blue():
    wanted = 0.2989 * RGB[..., 0] + 0.5870 * RGB[..., 1] + 0.1140 * RGB[..., 2]
    np.testing.assert_allclose(rgb2gray(RGB), wanted, rtol=1e-14)
    np.testing.assert_allclose(rgb2gray(RGB[0]), wanted[0], rtol=1e-14)


def test_grey_leaves_opacity_out_and_does_not_wrap_bytes():
    white = np.full((1, 2, 4), 255, "uint8")
    np.testing.assert_allclose(rgb2gray(white), 255 * 0.9999, rtol=1e-14)


def test_grey_of_other_shapes_is_refused():
    for shape in ((3, 4), (2, 3, 4, 1), (1, 2, 3, 4, 3)):
        with raises(ValueError, "rgb2gray takes", str(shape)):
            rgb2gray(np.zeros(shape))


def test_colour_of_three_channels_last_or_first():
    r, g, b = RGB[..., 0], RGB[..., 1], RGB[..., 2]
    np.testing.assert_array_equal(gray2rgb(r, g, b), RGB)
    np.testing.assert_array_equal(gray2rgb(r, g, b, 1), RGB.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(gray2rgb(r[0], g[0], b[0], 3), RGB[0])
    np.testing.assert_array_equal(gray2rgb(r[0], g[0], b[0], 1), RGB[0].transpose(2, 0, 1))


def test_colour_of_wrong_channels_is_refused():
    grey = RGB[..., 0]
    with raises(ValueError, "three arrays of one shape", "(3, 4)"):
        gray2rgb(grey, grey, grey[0])
    with raises(ValueError, "channels_dim 2", "3, channels last"):
        gray2rgb(grey, grey, grey, 2)


def test_check_type_casts_only_what_needs_it():
    data = np.arange(3.0)
    assert check_type(data, "float64") is data
    assert check_type(data, "float32").dtype == "float32"
