"""YANN's format: files that Python 2 wrote, files of ours, and files that are wrong."""

import os
import pickle
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import image_rows, raises
from yann_weightnorm.toolbox.datasets import SPLITS, dataset_from_arrays
from yann_weightnorm.toolbox.datasets.yann_format import open_yann_dataset, save_yann_dataset

BY_PYTHON_2 = Path(__file__).parent / "python2"     # regenerate: python2/make.py


def dump(value, path):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pickle.dumps(value, 2))


@contextmanager
def written(blocks=(2, 1, 1), rows=(4, 2, 2), **changes):
    """A folder as YANN writes it, of 2x3 images in mini batches of 2, with `changes` of facts."""
    facts = {"location": "x", "mini_batch_size": 2, "cache_batches": tuple(n // 2 for n in rows),
             "batches2train": blocks[0], "batches2validate": blocks[1],
             "batches2test": blocks[2], "height": 2, "width": 3, "channels": 1, "cache": True}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "_dataset_1"
        place.mkdir()
        facts.update(changes)
        dump({key: value for key, value in facts.items() if value is not None},
             place / "data_params.pkl")
        for split, count, n in zip(SPLITS, blocks, rows):
            for block in range(count):
                x = np.arange(n * 6, dtype="float32").reshape(n, 6) + 100 * block
                dump((x, np.arange(n, dtype="float32")), place / split / f"batch_{block}.pkl")
        yield place


def test_files_of_python_2():
    data = open_yann_dataset(BY_PYTHON_2)
    assert (data.height, data.width, data.channels, data.mini_batch_size) == (2, 3, 2, 2)
    assert data.mini_batches_per_batch == (2, 1, 1) and data.cache is True
    assert (data.batches2train, data.batches2validate, data.batches2test) == (2, 1, 1)
    assert data.splits == {"base": [0, 1], "shot": [2], "p": 0}
    assert data.name == "python2" and data.rows("train") == 8
    for split, block, start, rows in (("train", 0, 0, 4), ("train", 1, 100, 4),
                                      ("valid", 0, 200, 2), ("test", 0, 300, 2)):
        x, y = data.load(split, block)
        np.testing.assert_array_equal(
            x, np.arange(start, start + 12 * rows).reshape(rows, 12) / 256)
        np.testing.assert_array_equal(y, np.arange(start, start + rows) % 3)
        assert x.dtype == np.float32 and y.dtype == np.int32 and x.flags.writeable
    assert data.labels("train").tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


def test_what_is_saved_is_what_is_opened():
    for dtype in ("uint8", "float32", "float64"):
        images, labels = image_rows(25, (4, 3, 2))
        made = dataset_from_arrays((images.astype(dtype), labels), (images[:7], labels[:7]),
                                   (images[:3].astype(dtype), labels[:3]), mini_batch_size=5)
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "deep" / "set"
            save_yann_dataset(made, place)
            assert os.listdir(place.parent) == ["set"]
            opened = open_yann_dataset(place, name="again")
            assert opened.name == "again"
            assert opened.mini_batches_per_batch == made.mini_batches_per_batch == (5, 2, 1)
            for split in SPLITS:
                for found, wanted in zip(opened.load(split, 0), made.load(split, 0)):
                    np.testing.assert_array_equal(found, wanted)
                    assert found.dtype == wanted.dtype


def test_what_is_saved_is_what_yann_reads():
    images, labels = image_rows(25)
    made = dataset_from_arrays((images, labels), (images[:7], labels[:7]), mini_batch_size=5)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "set"
        save_yann_dataset(made, place)
        raw = (place / "train" / "batch_0.pkl").read_bytes()
        assert raw[:2] == b"\x80\x02"
        x, y = pickle.loads(raw)
        np.testing.assert_array_equal(x, images.reshape(25, 12) / np.float32(255))
        np.testing.assert_array_equal(y, labels)
        assert pickle.loads((place / "data_params.pkl").read_bytes()) == {
            "location": str(place), "mini_batch_size": 5, "cache_batches": (5, 1, 0),
            "batches2train": 1, "batches2validate": 1, "batches2test": 0, "height": 4, "width": 3,
            "channels": 1, "cache": False}


def test_several_files_a_split_survive_saving():
    with written(splits={"base": [0], "shot": [1], "p": 3}) as place:
        first = open_yann_dataset(place)
        save_yann_dataset(first, place.parent / "copy")
        copy = open_yann_dataset(place.parent / "copy")
        assert copy.cache and copy.batches2train == 2 and copy.splits == first.splits
        np.testing.assert_array_equal(copy.load("train", 1)[0], first.load("train", 1)[0])
        assert copy.load("train", 1)[0][0, 0] == 100


def test_unlabelled_images_are_saved_with_label_0():
    made = dataset_from_arrays((image_rows(4)[0], None), mini_batch_size=2)
    with tempfile.TemporaryDirectory() as folder:
        save_yann_dataset(made, Path(folder) / "set")
        assert open_yann_dataset(Path(folder) / "set").labels("train").tolist() == [0] * 4


def test_an_existing_folder_is_left_alone():
    made = dataset_from_arrays(image_rows(4), mini_batch_size=2)
    with tempfile.TemporaryDirectory() as folder:
        with raises(FileExistsError, folder, "give a new folder"):
            save_yann_dataset(made, folder)
        assert os.listdir(folder) == []


def test_a_save_that_fails_leaves_nothing():
    made = dataset_from_arrays(image_rows(4), image_rows(4), mini_batch_size=2)
    del made._labels["valid"]
    with tempfile.TemporaryDirectory() as folder:
        with raises(KeyError, "valid"):
            save_yann_dataset(made, Path(folder) / "set")
        assert os.listdir(folder) == []


def test_exchanged_and_joined_counts_of_upstream():
    with written(rows=(6, 2, 4), cache_batches=(3, 2, 1)) as place:     # (train, test, valid)
        assert open_yann_dataset(place).mini_batches_per_batch == (3, 1, 2)
    with written(rows=(4, 8, 8), cache_batches=(2, 2, 2, 2, 2, 2)) as place:
        assert open_yann_dataset(place).mini_batches_per_batch == (2, 4, 4)


def test_missing_files():
    with tempfile.TemporaryDirectory() as folder, \
            raises(FileNotFoundError, "data_params.pkl is missing", "_dataset_12345"):
        open_yann_dataset(folder)
    for lost, says in (("train/batch_1.pkl", "train has 2 file(s)"),
                       ("valid/batch_0.pkl", "valid has 1 file(s)")):
        with written() as place:
            (place / lost).unlink()
            with raises(FileNotFoundError, f"{lost} is missing", says):
                open_yann_dataset(place)


def test_wrong_facts():
    for changes, words in (
            ({"height": None, "batches2test": None}, "lacks 'height', 'batches2test'"),
            ({"width": 0}, "width must be an integer above 0, got 0"),
            ({"mini_batch_size": 2.5}, "mini_batch_size must be an integer above 0, got 2.5"),
            ({"batches2train": -1}, "batches2train must be an integer above 0, got -1"),
            ({"batches2test": "1"}, "batches2test must be an integer above 0, got '1'"),
            ({"cache_batches": 3}, "'cache_batches' must be three integers (train, valid, test)"),
            ({"cache_batches": (1, 2)}, "must be three integers"),
            ({"cache_batches": (2.0, 1, 1)}, "must be three integers"),
            ({"cache_batches": (9, 1, 1)}, "promises (9, 1, 1) mini batches of 2 rows"),
            ({"splits": [1]}, "'splits' must be a dict, got a list")):
        with written(**changes) as place, raises(ValueError, "data_params.pkl", words):
            open_yann_dataset(place)
    with written() as place:
        dump([1, 2], place / "data_params.pkl")
        with raises(ValueError, "wanted a dict, got a list that lacks 'mini_batch_size'"):
            open_yann_dataset(place)


def test_no_training_files():
    with written(blocks=(0, 1, 1)) as place, raises(ValueError, "training split holds 0"):
        open_yann_dataset(place)


def test_wrong_blocks():
    x, y = np.zeros((4, 6), "float32"), np.zeros(4)
    for block, words in (
            ([1, 2, 3], "wanted a pair of arrays (x, y), got a list"),
            ((x, None), "wanted a pair of arrays"),
            ((x[:, :5], y), "wanted x of shape (rows, 6), as height, width and channels say"),
            ((x[0], y), "got (6,)"),
            ((x[:0], y[:0]), "got (0, 6)"),
            ((x, y[:3]), "4 images but 3 labels"),
            ((x, y - 1), "labels must be from 0"),
            ((x, y + 0.5), "labels must be integers"),
            ((x + np.nan, y), "24 of 24 image values are NaN or infinite")):
        with written() as place:
            dump(block, place / "train" / "batch_0.pkl")
            with raises(ValueError, "batch_0.pkl", words):
                open_yann_dataset(place)


def test_a_later_file_with_fewer_rows():
    with written() as place:
        dump((np.zeros((2, 6)), np.zeros(2)), place / "train" / "batch_1.pkl")
        data = open_yann_dataset(place)
        with raises(ValueError, "batch_1.pkl: holds 2 rows, but train/batch_0.pkl gave 4"):
            data.load("train", 1)


def test_hostile_files_are_refused_and_not_run():
    with written() as place:
        mark = place / "mark"
        for name in ("data_params.pkl", "test/batch_0.pkl"):
            kept = (place / name).read_bytes()
            (place / name).write_bytes(
                b"\x80\x02cos\nmkdir\nX" + len(str(mark)).to_bytes(4, "little")
                + str(mark).encode() + b"\x85R.")
            with raises(ValueError, name, "it asks for os.mkdir"):
                open_yann_dataset(place)
            assert not mark.exists()
            (place / name).write_bytes(kept)
        shutil.copy(place / "data_params.pkl", place / "train" / "batch_1.pkl")
        with raises(ValueError, "batch_1.pkl", "got a dict"):
            open_yann_dataset(place).load("train", 1)
