"""Confusion matrices: the numbers, the picture, the file."""

import warnings

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from tests.small import temporary_folder
from yann_weightnorm.toolbox.confusion import confusion_figure, normalised_rows, save_confusion
from yann_weightnorm.toolbox.evaluation import percent_wrong

COUNTS = np.array([[5, 1, 0], [0, 0, 0], [2, 2, 4]])


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_rows_are_shares_and_a_row_of_zeros_stays_one_q34():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_allclose(normalised_rows(COUNTS), [[5 / 6, 1 / 6, 0], [0, 0, 0], [0.25, 0.25, 0.5]])


def test_the_percent_wrong_is_what_is_off_the_diagonal():
    assert percent_wrong(COUNTS) == 5 / 14 * 100.0


def test_the_figure_shows_shares_accuracy_and_axes():
    figure = confusion_figure(COUNTS)
    axes = figure.axes[0]
    assert axes.get_title() == "Accuracy: 9/14 = 64.29%"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Predicted labels", "True labels")
    image, = axes.images
    assert_allclose(image.get_array(), normalised_rows(COUNTS))
    assert image.get_cmap().name == "GnBu" and len(figure.axes) == 2  # the other is the bar
    assert texts(figure) == ["0.83", "0.17", "0.00", "0.00", "0.00", "0.00", "0.25", "0.25", "0.50"]
    assert axes.texts[1].get_position() == (1, 0)  # column, row


def test_a_matrix_of_nothing_is_drawn_without_a_percentage_q34():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = confusion_figure(np.zeros((3, 3)))
    assert figure.axes[0].get_title() == "Accuracy: 0/0"
    assert set(texts(figure)) == {"0.00"}


def test_many_classes_are_drawn_without_numbers():
    assert len(texts(confusion_figure(np.eye(30)))) == 900
    assert texts(confusion_figure(np.eye(31))) == []


def test_the_ending_says_the_format_and_the_folder_is_made():
    with temporary_folder() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        save_confusion(COUNTS, folder / "new" / "matrix.eps")
        content = (folder / "new" / "matrix.eps").read_bytes()
        assert content.startswith(b"%!PS-Adobe") and content.endswith(b"showpage\n")
        save_confusion(COUNTS, folder / "new" / "matrix.png")
        with Image.open(folder / "new" / "matrix.png") as image:
            assert image.format == "PNG" and min(image.size) > 400
        assert len(list((folder / "new").iterdir())) == 2


def test_the_picture_has_the_colours_of_its_shares():
    # One class right, one wrong: the dark cell is above left, the other dark one below left.
    with temporary_folder() as folder:
        save_confusion(np.array([[3, 0], [3, 0]]), folder / "matrix.png")
        with Image.open(folder / "matrix.png") as image:
            pixels = np.asarray(image.convert("RGB"), int)
    height, width, _ = pixels.shape
    left, right = int(0.25 * width), int(0.6 * width)
    for y in (int(0.3 * height), int(0.7 * height)):
        assert_array_equal(pixels[y, left], [8, 64, 129])       # GnBu's last colour
        assert_array_equal(pixels[y, right], [247, 252, 240])   # and its first
