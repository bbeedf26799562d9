"""MNIST and Fashion-MNIST from folders of small files, and from the real ones where they are."""

import gzip
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

import numpy as np

from tests.toolbox.datasets.helpers import (
    environment, idx_bytes, image_rows, nothing_cached, raises)
from yann_weightnorm.toolbox.datasets import SPLITS, fashion_mnist, mnist
from yann_weightnorm.toolbox.datasets.download import OFFLINE
from yann_weightnorm.toolbox.datasets.folders import VARIABLE

TRAIN, TEST = image_rows(20, seed=1), image_rows(8, seed=2)


@contextmanager
def folder_of(name="mnist", zipped=True):
    """A folder with small files of the published names."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        place.mkdir()
        for part, (images, labels) in (("train", TRAIN), ("t10k", TEST)):
            for kind, array in (("images-idx3", images), ("labels-idx1", labels.astype("uint8"))):
                data = idx_bytes(array)
                path = place / f"{part}-{kind}-ubyte{'.gz' if zipped else ''}"
                path.write_bytes(gzip.compress(data) if zipped else data)
        yield place


def published():
    """Return the folder of the published files, or skip the test."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise SkipTest(f"${VARIABLE} is not set")
    return Path(folder)


def test_the_last_training_images_validate():
    for read, name in ((mnist, "mnist"), (fashion_mnist, "fashion-mnist")):
        for zipped in (True, False):
            with folder_of(name, zipped) as place:
                data = read(place.parent, mini_batch_size=5, valid_rows=4)
            assert data.name == name and [data.rows(s) for s in SPLITS] == [15, 4, 8]
            for split, images, labels in (("train", TRAIN[0][:15], TRAIN[1][:15]),
                                          ("valid", TRAIN[0][16:], TRAIN[1][16:]),
                                          ("test", *TEST)):
                x, y = data.load(split, 0)
                np.testing.assert_array_equal(x, images.reshape(-1, 12) / np.float32(255))
                np.testing.assert_array_equal(y, labels)


def test_rows_can_be_limited_and_bytes_kept():
    with folder_of() as place:
        data = mnist(place.parent, mini_batch_size=2, valid_rows=0, train_rows=6, test_rows=3,
                     normalize=False)
    assert [data.rows(split) for split in SPLITS] == [6, 0, 3]
    np.testing.assert_array_equal(data.load("test")[0], TEST[0][:3].reshape(3, 12))


def test_limits_that_do_not_fit():
    with folder_of() as place:
        with raises(ValueError, "dataset 'mnist': valid_rows", "20 training images", "10000"):
            mnist(place.parent)
        with raises(ValueError, "test_rows must be an integer from 1 to 8", "got 9"):
            mnist(place.parent, valid_rows=2, test_rows=9)


def test_the_folder_may_come_from_the_environment():
    with folder_of() as place, environment(YANN_WEIGHTNORM_DATA=place.parent):
        assert mnist(mini_batch_size=5, valid_rows=4).rows("test") == 8


def test_no_folder_at_all():
    with nothing_cached() as cache, raises(
            FileNotFoundError, f"{cache / 'mnist'} lacks train-images-idx3-ubyte.gz",
            f"${OFFLINE} forbids", f"set ${VARIABLE}", "--data"):
        mnist()
    with nothing_cached() as cache, raises(
            FileNotFoundError, f"{cache / 'fashion-mnist'}, but {cache} is not a folder",
            f"set ${VARIABLE}", "--data"):
        fashion_mnist(cache)


def test_a_missing_file_is_named():
    with folder_of() as place:
        (place / "t10k-labels-idx1-ubyte.gz").unlink()
        with raises(FileNotFoundError, f"{place} lacks t10k-labels-idx1-ubyte.gz, and what it has",
                    "t10k-images-idx3-ubyte.gz) is not what is published", "--data"):
            mnist(place.parent, valid_rows=4)


def test_files_of_another_kind():
    with folder_of(zipped=False) as place:
        (place / "train-images-idx3-ubyte").write_bytes(idx_bytes(TRAIN[0].astype("int16")))
        with raises(ValueError, "train-images-idx3-ubyte", "wanted bytes in 3 dimension(s)",
                    "got int16 of shape (20, 4, 3)"):
            mnist(place.parent)
        (place / "train-images-idx3-ubyte").write_bytes(idx_bytes(TRAIN[0][:19]))
        with raises(ValueError, str(place), "train has 19 images but 20 labels"):
            mnist(place.parent)


def test_the_published_mnist():
    data = mnist(published())
    assert (data.height, data.width, data.channels) == (28, 28, 1)
    assert data.mini_batches_per_batch == (500, 100, 100) and data.name == "mnist"
    assert data.labels("train")[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    # Known facts of the set: mean pixel 0.1307 and the digits of the test images.
    x, _ = data.load("train")
    assert abs(x.mean() - 0.1307) < 5e-4 and x.max() == 1
    assert np.bincount(data.labels("test")).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_published_fashion_mnist():
    data = fashion_mnist(published())
    assert data.mini_batches_per_batch == (500, 100, 100)
    counts = sum(np.bincount(data.labels(split)) for split in SPLITS)
    assert counts.tolist() == [7000] * 10
