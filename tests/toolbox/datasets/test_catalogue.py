"""Datasets by name."""

from pathlib import Path
from unittest import SkipTest

import numpy as np

from tests.toolbox.datasets.helpers import raises
from tests.toolbox.datasets.test_mnist import folder_of
from yann_weightnorm.toolbox import datasets
from yann_weightnorm.toolbox.datasets import dataset_names, load_dataset


def test_the_names():
    assert dataset_names() == [
        "mnist-5k", "digits", "mnist", "fashion-mnist", "cifar10", "cifar100", "svhn",
        "mnist_noise1", "mnist_noise2", "mnist_noise3", "mnist_noise4", "mnist_noise5",
        "mnist_noise6", "mnist_bg_images", "mnist_bg_rand", "mnist_rotated", "mnist_rotated_bg"]


def test_a_name_and_its_options():
    with folder_of("fashion-mnist") as place:
        data = load_dataset("fashion-mnist", place.parent, 4, valid_rows=2, train_rows=8)
    assert data.name == "fashion-mnist" and data.mini_batch_size == 4 and data.rows("train") == 8


def test_a_set_of_a_package_needs_no_folder():
    try:
        data = load_dataset("digits", folder="nowhere", seed=2)
    except ImportError as error:
        raise SkipTest("scikit-learn is not installed") from error
    assert data.mini_batch_size == 100 and len(np.unique(data.labels("test"))) == 10


def test_an_unknown_name_gets_the_nearest():
    with raises(ValueError, "no dataset 'fashion_mnist' (perhaps you meant 'fashion-mnist')",
                "known: mnist-5k, digits, mnist, fashion-mnist, cifar10"):
        load_dataset("fashion_mnist")
    with raises(ValueError, "no dataset None; known:"):
        load_dataset(None)


def test_an_unknown_option_is_refused():
    with raises(TypeError, "vaild_rows"):
        load_dataset("mnist", "nowhere", vaild_rows=5)


def test_no_dataset_asks_for_theano():
    for path in Path(datasets.__file__).parent.glob("*.py"):
        assert "theano" not in path.read_text(encoding="utf-8").lower(), path
