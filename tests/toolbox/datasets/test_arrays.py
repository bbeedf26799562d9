"""Datasets from arrays: what is loaded, and the words for every wrong input."""

import warnings

import numpy as np

from tests.toolbox.datasets.helpers import image_rows, raises
from yann_weightnorm.toolbox.datasets import dataset_from_arrays


def test_bytes_become_floats_in_height_width_channel_order():
    images, labels = image_rows(6, (2, 3, 2))
    data = dataset_from_arrays((images, labels), mini_batch_size=2)
    x, y = data.load("train", 0)
    expected = [[images[n, h, w, c] / 255 for h in range(2) for w in range(3) for c in range(2)]
                for n in range(6)]
    np.testing.assert_array_equal(x, np.array(expected, "float32"))
    np.testing.assert_array_equal(y, labels)
    assert x.dtype == np.float32 and y.dtype == np.int32
    assert (data.height, data.width, data.channels) == (2, 3, 2)


def test_normalize_false_keeps_the_bytes_values():
    images, labels = image_rows(6)
    x, _ = dataset_from_arrays((images, labels), mini_batch_size=2, normalize=False).load("train")
    np.testing.assert_array_equal(x, images.reshape(6, 12))


def test_floats_are_taken_as_they_are_and_keep_float64():
    for dtype, loaded in (("float64", "float64"), ("float32", "float32"), ("float16", "float32")):
        images = (np.arange(24).reshape(2, 4, 3) * 100).astype(dtype)
        x, _ = dataset_from_arrays((images, [0, 1]), mini_batch_size=1).load("train")
        assert x.dtype == loaded
        np.testing.assert_array_equal(x, images.reshape(2, 12))


def test_what_is_loaded_is_the_callers_own():
    images, labels = np.zeros((4, 2, 2)), np.arange(4)
    data = dataset_from_arrays((images, labels), mini_batch_size=2)
    x, y = data.load("train", 0)
    x += 1
    y += 1
    assert not images.any() and (labels == np.arange(4)).all()
    assert not data.load("train", 0)[0].any() and data.labels("train")[0] == 0


def test_rank_says_what_the_shape_is():
    for shape, facts in (((12,), (1, 12, 1)), ((4, 3), (4, 3, 1)), ((4, 3, 2), (4, 3, 2))):
        data = dataset_from_arrays(image_rows(5, shape), mini_batch_size=5)
        assert (data.height, data.width, data.channels) == facts
        assert data.load("train")[0].shape == (5, np.prod(shape))


def test_training_leaves_a_remainder_out_and_other_splits_use_every_row():
    data = dataset_from_arrays(image_rows(25), image_rows(11), image_rows(3), mini_batch_size=10)
    assert data.mini_batches_per_batch == (2, 2, 1)
    assert [data.rows(split) for split in ("train", "valid", "test")] == [20, 11, 3]
    assert [len(data.load(split)[0]) for split in ("train", "valid", "test")] == [20, 11, 3]
    assert [len(data.load(split)[1]) for split in ("train", "valid", "test")] == [20, 11, 3]
    assert (data.batches2train, data.batches2validate, data.batches2test) == (1, 1, 1)
    assert data.cache is False and data.splits is None and data.mini_batch_size == 10


def test_a_split_may_be_left_out_and_asking_for_it_says_so():
    data = dataset_from_arrays(image_rows(5), mini_batch_size=5, name="mine")
    assert data.batches2validate == data.batches2test == data.rows("valid") == 0
    assert data.mini_batches_per_batch == (1, 0, 0)
    assert data.labels("test").shape == (0,)
    with raises(ValueError, "dataset 'mine' has no rows in its 'valid' split", "give it some"):
        data.load("valid", 0)


def test_unknown_splits_and_blocks_are_refused():
    data = dataset_from_arrays(image_rows(5), mini_batch_size=5)
    with raises(ValueError, "no split 'validation'", "'train', 'valid', 'test'"):
        data.rows("validation")
    with raises(ValueError, "no split 'dev'"):
        data.load("dev")
    for block in (1, -1, 0.5):
        with raises(ValueError, f"split 'train': no block {block}", "from 0 to 0"):
            data.load("train", block)


def test_unlabelled_images_load_without_labels():
    data = dataset_from_arrays((image_rows(4)[0], None), mini_batch_size=2)
    assert data.load("train")[1] is None and data.labels("train") is None
    assert data.rows("train") == 4


def test_lists_and_float_labels_without_a_fraction_will_do():
    data = dataset_from_arrays([[[0.5, 1.0], [2.0, 3.0]], [1.0, 2.0]], mini_batch_size=1)
    x, y = data.load("train")
    assert x.tolist() == [[0.5, 1], [2, 3]] and y.tolist() == [1, 2] and y.dtype == np.int32


def test_wrong_pairs():
    images, labels = image_rows(5)
    for wrong, words in ((images, "got a ndarray"), ((images,), "got a tuple of length 1"),
                         ((images, labels, labels), "got a tuple of length 3")):
        with raises(ValueError, "dataset 'arrays', split 'train'", "wanted a pair", words):
            dataset_from_arrays(wrong)
    with raises(ValueError, "train is None", "give (images, labels)"):
        dataset_from_arrays(None, (images, labels))


def test_wrong_images():
    labels = np.arange(5)
    for images, words in (
            (np.zeros(5), ("images must be (n, height, width)", "got shape (5,)", "reshape")),
            (np.zeros((5, 1, 1, 1, 1)), ("got shape (5, 1, 1, 1, 1)",)),
            (np.zeros((0, 4, 3)), ("images are empty", "(0, 4, 3)", "None for no such split")),
            (np.zeros((5, 0, 3)), ("images are empty",)),
            (np.zeros((5, 4), "int64"), ("uint8 or float, got int64", "astype('uint8')")),
            (np.zeros((5, 4), bool), ("uint8 or float, got bool",)),
            (np.zeros((5, 4), object), ("numbers", "dtype object")),
            (np.zeros((5, 4), complex), ("numbers", "dtype complex128")),
            (np.array([["a"] * 4] * 5), ("numbers", "dtype <U1")),
            ([[1.0, 2.0], [3.0]], ("images can't be made an array", "NumPy array"))):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with raises(ValueError, "dataset 'arrays', split 'train'", *words):
                dataset_from_arrays((images, labels), mini_batch_size=5)


def test_images_that_are_not_finite_are_counted_by_split():
    images, labels = image_rows(5)
    wrong = images.astype("float32")
    wrong[1, 2, 2], wrong[3, 0, 0] = np.nan, -np.inf
    with raises(ValueError, "split 'valid'", "2 of 60 image values are NaN or infinite"):
        dataset_from_arrays((images, labels), (wrong, labels), mini_batch_size=5)


def test_splits_of_different_shapes():
    train, test = image_rows(5, (4, 3)), image_rows(5, (3, 4))
    with raises(ValueError, "split 'test'", "(3, 4, 1)", "'train' are (4, 3, 1)"):
        dataset_from_arrays(train, None, test, mini_batch_size=5)


def test_wrong_labels():
    images = image_rows(3)[0]
    for labels, words in (
            ([0, 1], ("3 images but 2 labels",)),
            (np.eye(3), ("one class number a row", "shape (3, 3)", "argmax(axis=1)")),
            ([0, 1, 1.5], ("must be integers", "float64")),
            ([0, 1, np.nan], ("must be integers",)),
            ([0, 1, np.inf], ("must be integers",)),
            ([True, False, True], ("must be integers", "bool")),
            ([0, -1, 2], ("from 0 to 2147483647", "got -1 to 2")),
            ([0, 1, 2 ** 40], ("got 0 to 1099511627776",)),
            (["a", "b", "c"], ("labels must be numbers",)),
            (np.array([0, 1, None]), ("labels must be numbers", "object"))):
        with raises(ValueError, "dataset 'arrays', split 'train'", *words):
            dataset_from_arrays((images, labels), mini_batch_size=1)


def test_wrong_mini_batch_sizes():
    for size in (0, -1, 2.0, "2", True, None):
        with raises(ValueError, "dataset 'x': mini_batch_size must be an integer above 0",
                    f"got {size!r}"):
            dataset_from_arrays(image_rows(5), mini_batch_size=size, name="x")
    assert dataset_from_arrays(image_rows(5), mini_batch_size=np.int64(5)).mini_batch_size == 5


def test_fewer_training_rows_than_a_mini_batch():
    with raises(ValueError, "mini batch has 100 rows", "holds 5", "smaller mini_batch_size"):
        dataset_from_arrays(image_rows(5))
