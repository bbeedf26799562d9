"""Mosaics: every image in its place, scaled to its own range, and the files that hold them."""

import pathlib

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from tests.small import message, temporary_folder
from yann_weightnorm.toolbox.mosaics import (
    mosaic,
    save_images,
    scale_to_unit_interval,
    tile_raster_images,
)

JPEG_ERROR = 24  # of 255, at the edge between a tile and the black around it


def expected_mosaic(images):
    """Return the mosaic of `images`, made pixel by pixel."""
    count, height, width = images.shape
    columns = int(np.floor(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    whole = np.zeros((rows * (height + 2) - 2, columns * (width + 2) - 2), "uint8")
    for number, image in enumerate(images):
        low, high = image.min(), image.max()
        top, left = number // columns * (height + 2), number % columns * (width + 2)
        for y in range(height):
            for x in range(width):
                share = (image[y, x] - low) / (high - low) if high > low else 0.0
                whole[top + y, left + x] = int(255 * share)
    return whole


def pictures(count, channels=1, height=5, width=7, seed=0):
    return np.random.RandomState(seed).normal(size=(count, height, width, channels))


def assert_same_pixels(found, expected, error=1):
    """Assert that images of bytes differ by rounding only."""
    assert_allclose(np.asarray(found, int), np.asarray(expected, int), atol=error)


def read(path):
    with Image.open(path) as image:
        assert image.format == "JPEG"
        return np.asarray(image)


# -- scaling ----------------------------------------------------------------------------------

def test_an_array_is_scaled_to_the_unit_interval():
    assert_allclose(scale_to_unit_interval(np.array([[-2.0, 0.0], [1.0, 2.0]])),
                    [[0, 0.5], [0.75, 1]], atol=1e-7)
    assert_allclose(scale_to_unit_interval([3, 3]), [0, 0])
    given = np.array([1.0, 5.0])
    scale_to_unit_interval(given)
    assert_array_equal(given, [1, 5])


def test_what_is_not_finite_has_no_part_in_the_range():
    found = scale_to_unit_interval([np.nan, -np.inf, 0.0, 1.0, 4.0, np.inf])
    assert_allclose(found, [0, 0, 0, 0.25, 1, 1], atol=1e-7)
    assert_allclose(scale_to_unit_interval([np.nan, np.inf]), [0, 1])


def test_huge_numbers_do_not_overflow():
    assert_allclose(scale_to_unit_interval([-1.7e308, 1.7e308])[[0, 1]], [0, 1])


# -- tiles ------------------------------------------------------------------------------------

def test_no_image_is_lost_whatever_their_number_q22():
    for count in range(1, 18):
        images = pictures(count, seed=count)[..., 0]
        found = mosaic(images)
        assert found.dtype == np.uint8
        assert_same_pixels(found, expected_mosaic(images))


def test_tiles_are_spaced_as_told_and_those_without_an_image_are_black():
    rows = np.arange(1, 13).reshape(2, 6) / 12.0
    found = tile_raster_images(rows, (2, 3), (2, 2), (1, 3), scale_rows_to_unit_interval=False,
                               output_pixel_vals=False)
    expected = np.zeros((5, 9))
    expected[:2, :3], expected[:2, 6:] = rows[0].reshape(2, 3), rows[1].reshape(2, 3)
    assert_allclose(found, expected)


def test_images_beyond_the_tiles_are_left_out():
    found = tile_raster_images(np.eye(4), (2, 2), (1, 2), output_pixel_vals=False)
    assert_allclose(found, [[1, 0, 0, 1], [0, 0, 0, 0]], atol=1e-7)


def test_a_tuple_of_channels_makes_an_image_with_alpha():
    red, blue = np.eye(4), np.eye(4)[::-1]
    found = tile_raster_images((red, None, blue, None), (2, 2), (2, 2))
    assert found.shape == (4, 4, 4) and found.dtype == np.uint8
    assert_array_equal(found[..., 0], tile_raster_images(red, (2, 2), (2, 2)))
    assert_array_equal(found[..., 2], tile_raster_images(blue, (2, 2), (2, 2)))
    assert (found[..., 1] == 0).all() and (found[..., 3] == 255).all()
    shares = tile_raster_images((red, None, blue, None), (2, 2), (2, 2), output_pixel_vals=False)
    assert (shares[..., 3] == 1.0).all() and shares.dtype == float


def test_tiles_of_another_size_are_refused():
    said = message(ValueError, tile_raster_images, np.eye(5), (2, 2), (2, 2))
    assert "(5, 5)" in said and "2 x 2 = 4" in said, said
    said = message(ValueError, tile_raster_images, (np.eye(4),) * 3, (2, 2), (2, 2))
    assert "a tuple of 3 channels" in said, said


# -- files ------------------------------------------------------------------------------------

def test_grey_files_hold_a_mosaic_per_channel():
    images = pictures(6, channels=4)
    with temporary_folder() as folder:
        returned = save_images(images, folder / "new" / "image_", False)
        names = sorted(path.name for path in (folder / "new").iterdir())
        assert names == [f"image_{c}.jpg" for c in range(4)]
        for channel in range(4):
            expected = expected_mosaic(images[..., channel])
            assert_same_pixels(returned[channel], expected)
            assert_same_pixels(read(folder / "new" / f"image_{channel}.jpg"), expected, JPEG_ERROR)


def test_colour_files_hold_three_channels_and_the_rest_stays_grey_q22():
    for channels, names in ((1, "0"), (2, "01"), (3, "2"), (5, "234"), (7, "256")):
        images = pictures(4, channels, height=8, width=8)
        with temporary_folder() as folder:
            returned = save_images(images, "image_", True)
            assert sorted(p.name for p in folder.iterdir()) == [f"image_{n}.jpg" for n in names]
            assert len(returned) == channels
            mosaics = [expected_mosaic(images[..., c]) for c in range(channels)]
            if channels >= 3:
                assert_same_pixels(read("image_2.jpg"), np.stack(mosaics[:3], -1), 2 * JPEG_ERROR)
            if channels % 3:
                assert_same_pixels(read(f"image_{channels - 1}.jpg"), mosaics[-1], JPEG_ERROR)


def test_rows_are_cut_to_the_largest_square():
    rows = pictures(9, height=1, width=11).reshape(9, 11)
    with temporary_folder():
        returned = save_images(rows, "row_", True)
        expected = expected_mosaic(rows[:, :9].reshape(9, 3, 3))
        assert_same_pixels(returned[0], expected)
        assert_same_pixels(read("row_0.jpg"), expected, JPEG_ERROR)


def test_a_file_that_is_there_is_replaced_and_nothing_else_is_left():
    with temporary_folder() as folder:
        for seed in (0, 1):
            images = pictures(4, seed=seed)
            save_images(images, "image_", False)
        assert list(folder.iterdir()) == [pathlib.Path(folder / "image_0.jpg")]
        assert_same_pixels(read("image_0.jpg"), expected_mosaic(images[..., 0]), JPEG_ERROR)


def test_what_is_no_images_is_refused():
    for shape in ((3,), (2, 3, 4), (0, 5), (2, 5, 5, 0)):
        said = message(ValueError, save_images, np.zeros(shape), "image_", False)
        assert str(shape) in said and "(n, height, width, channels)" in said, said
