"""What every dataset shares."""

import numpy as np

from tests.toolbox.datasets.helpers import image_rows, raises
from yann_weightnorm.toolbox import datasets
from yann_weightnorm.toolbox.datasets import check_labels, dataset_from_arrays


def test_labels_out_of_range_are_found_in_every_split():
    images = image_rows(6)[0]
    train, valid = (images, [0, 1, 2, 2, 1, 0]), (images, [0, 1, 2, 4, 1, 0])
    check_labels(dataset_from_arrays(train, mini_batch_size=2), 3)
    with raises(ValueError, "dataset 'toy', split 'valid': labels go up to 4",
                "3 classes allow 0 to 2"):
        check_labels(dataset_from_arrays(train, valid, mini_batch_size=2, name="toy"), 3)


def test_labels_of_rows_that_are_left_out_do_not_count():
    data = dataset_from_arrays((image_rows(5)[0], [0, 1, 1, 0, 9]), mini_batch_size=2)
    check_labels(data, 2)


def test_unlabelled_splits_pass_the_check():
    check_labels(dataset_from_arrays((image_rows(4)[0], None), mini_batch_size=2), 1)


def test_a_dataset_introduces_itself():
    data = dataset_from_arrays(image_rows(25), image_rows(4), mini_batch_size=10, name="toy")
    assert repr(data) == ("<ArrayDataset 'toy': 4x3x1, train 20, valid 4, test 0, "
                          "mini batches of 10>")


def test_every_public_name_exists_and_is_documented():
    for name in datasets.__all__:
        value = getattr(datasets, name)
        assert not callable(value) or value.__doc__, name


def test_nothing_is_shared_between_two_loads():
    data = dataset_from_arrays(image_rows(4), mini_batch_size=2)
    first, second = data.load("train")[0], data.load("train")[0]
    assert not np.shares_memory(first, second)
