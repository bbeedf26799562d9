"""Matlab's files: the order of pixels, scales, sizes; and files that are wrong."""

import contextlib
import io

import numpy as np
import scipy.io

from tests.small import temporary_folder
from tests.toolbox.datasets.helpers import only_value_errors, raises
from tests.toolbox.making.helpers import PLAIN, flat, made_folders, make, rows, write_mat
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.making import load_data_mat
from yann_weightnorm.toolbox.making.matlab import MatlabSource, from_matlab_order

SHAPE = (3, 4, 2)
SIZES = dict(zip(("height", "width", "channels"), SHAPE))


def load(*args, **kwargs):
    """Return what load_data_mat returns, and what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        return load_data_mat(*SHAPE, "mat", *args, **kwargs), out.getvalue()


def write_splits(counts=((60,), (20,), (40,)), shape=SHAPE):
    """Write files of so many rows for train, valid and test; return their arrays."""
    arrays = {}
    for seed, (split, files) in enumerate(zip(SPLITS, counts)):
        arrays[split] = [rows(count, shape, seed=10 * seed + k) for k, count in enumerate(files)]
        for number, (images, labels) in enumerate(arrays[split]):
            write_mat("mat", split, number, images, labels)
    return arrays


def test_pixels_come_in_the_order_height_width_channels():
    images = np.arange(24.0).reshape((1,) + SHAPE)
    by_columns = np.array([[images[0, i, j, k] for k in range(2) for j in range(4)
                            for i in range(3)]])
    np.testing.assert_array_equal(from_matlab_order(by_columns, *SHAPE), images.reshape(1, 24))
    with temporary_folder():
        write_mat("mat", "train", 0, images / 24, [0])
        np.testing.assert_allclose(load()[0][0], images.reshape(1, 24) / 24, rtol=1e-6)


def test_one_file_is_scaled_by_its_largest_value_and_says_what_is_loaded():
    images, labels = rows(5, SHAPE)
    with temporary_folder():
        write_mat("mat", "test", 3, images, labels, z=np.arange(5.0)[:, None])
        (x, y, z), said = load(3, "test", load_z=True)
        np.testing.assert_allclose(x, flat(images) / images.max(), rtol=1e-6)
        assert x.dtype == "float32" and y.dtype == "int32" and z.dtype == "float32"
        assert y.tolist() == labels.tolist() and z.tolist() == [0, 1, 2, 3, 4]
        assert said.startswith("... Loading test batch 3")
        write_mat("mat", "test", 3, images / 512, labels)
        np.testing.assert_allclose(load(3, "test")[0][0], flat(images) / 512, rtol=1e-6)


def test_files_become_blocks_with_valid_before_test_q12():
    with temporary_folder():
        arrays = write_splits()
        made, data = make(source="matlab", location="mat", mini_batch_size=20, **SIZES)
        assert data.mini_batches_per_batch == (3, 1, 2) == made.mini_batches_per_batch
        assert [data.rows(split) for split in SPLITS] == [60, 20, 40]
        for split in SPLITS:
            images, labels = arrays[split][0]
            x, y = data.load(split)
            np.testing.assert_allclose(x, flat(images) / 255, rtol=1e-6)
            assert y.tolist() == labels.tolist()


def test_each_file_is_a_block_and_one_scale_holds_for_all():
    with temporary_folder():
        arrays = write_splits(((7, 7), (4, 4), (5, 5)))
        images = np.concatenate([images for images, _ in arrays["train"]])
        images[7:] //= 3                    # the second file alone would be scaled otherwise
        write_mat("mat", "train", 1, images[7:], arrays["train"][1][1])
        data = make(dict(PLAIN, normalize=True), source="matlab", location="mat", batches2train=2,
                    batches2validate=2, batches2test=1, mini_batch_size=3,
                    mini_batches_per_batch=(9, 9, 9), **SIZES)[1]
        scale = images.max() + 1e-7
        for block, part in enumerate((images[:6], images[7:13])):
            np.testing.assert_allclose(data.load("train", block)[0], flat(part) / scale, rtol=1e-5)
        assert [data.rows(split) for split in SPLITS] == [12, 8, 5]


def test_files_of_unequal_length_are_cut_anew():
    with temporary_folder():
        arrays = write_splits(((8, 4), (2,), (2,)))
        data = make(source="matlab", location="mat", batches2train=2, mini_batch_size=2, **SIZES)[1]
        images = np.concatenate([images for images, _ in arrays["train"]])
        for block in range(2):
            np.testing.assert_allclose(data.load("train", block)[0],
                                       flat(images)[6 * block:6 * block + 6] / 255, rtol=1e-6)


def test_wrong_files_are_refused_by_name():
    images, labels = rows(4, SHAPE)
    cases = (
        (dict(x=np.zeros((4, 23))), ("x must be (rows, 24)", "3x4x2", "got 4x23")),
        (dict(y=labels[:3]), ("x has 4 rows but y 3 labels",)),
        (dict(y=labels + 0.5), ("y must hold whole class numbers",)),
        (dict(y="abcd"), ("'y'", "numbers")),
        (dict(x=np.full((4, 24), np.nan)), ("96 of 96 image values are NaN",)),
        (dict(x={"a": 1}), ("'x'", "numbers")),
        (dict(x=None), ("no variable 'x'",)),
    )
    for change, words in cases:
        with temporary_folder() as folder:
            write_mat("mat", "train", 0, images, labels)
            path = folder / "mat" / "train" / "batch_0.mat"
            found = dict(x=flat(images), y=labels)
            found.update(change)
            scipy.io.savemat(path, {key: value for key, value in found.items()
                                    if value is not None})
            with raises(ValueError, "train/batch_0.mat", *words):
                load()


def test_negative_labels_are_read_but_make_no_data_set():
    with temporary_folder():
        write_splits()
        images, labels = rows(60, SHAPE)
        write_mat("mat", "train", 0, images, labels - 1)
        assert load()[0][1].min() == -1
        with raises(ValueError, "batch_0.mat", "labels must be from 0"):
            make(source="matlab", location="mat", **SIZES)
        assert made_folders() == []


def test_missing_files_and_folders_are_told():
    with temporary_folder():
        with raises(FileNotFoundError, "batch_2.mat is missing", "batch_0.mat, batch_1.mat"):
            load(2)
        with raises(ValueError, "type_set 'validation'", "perhaps you meant 'valid'"):
            load(0, "validation")
        with raises(FileNotFoundError, "which doesn't exist"):
            make(source="matlab", location="nowhere")
        write_splits()
        with raises(FileNotFoundError, "valid/batch_1.mat is missing"):
            make(source="matlab", location="mat", batches2validate=2, **SIZES)


def test_damaged_files_are_refused_in_little_memory():
    images, labels = rows(6, SHAPE)
    with temporary_folder() as folder:
        for compressed in (False, True):
            path = folder / "mat" / "train" / "batch_0.mat"
            write_mat("mat", "train", 0, images, labels)
            scipy.io.savemat(path, {"x": flat(images), "y": labels}, do_compression=compressed)
            refused = only_value_errors(
                lambda _: MatlabSource("mat", SHAPE, (1, 0, 0)), path.relative_to(folder),
                path.read_bytes(), 150)
            assert refused > 50, refused
