"""The datastream: blocks in shared variables, labels, folders in YANN's format."""

import pathlib

import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import SIDE, arrays, begin, finish, message, temporary_folder, without_c_code
from yann_weightnorm import dataset_from_arrays
from yann_weightnorm.toolbox.datasets import save_yann_dataset
from yann_weightnorm.toolbox.modules import Datastream

PYTHON2 = pathlib.Path(__file__).parents[1] / "datasets" / "python2"


def stream(**options):
    data = dataset_from_arrays(arrays(10), arrays(6, 1), arrays(7, 2), mini_batch_size=4)
    return Datastream("data", dataset=data, **options)


def test_training_takes_whole_mini_batches_and_testing_every_row():
    data = stream()
    counts = []
    for split in ("train", "valid", "test"):
        data.set_data(split, 0)
        counts.append(data.mini_batches())
    assert counts == [2, 2, 2]
    assert len(data.data_x.get_value()) == 7


def test_a_block_is_loaded_once_until_another_is():
    data = stream()
    data.set_data("train", 0)
    first = data.data_x.get_value(borrow=True)
    data.set_data("train", 0)
    assert data.data_x.get_value(borrow=True) is first
    data.set_data("valid", 0)
    assert len(data.data_x.get_value()) == 6 and data.loaded == ("valid", 0)


def test_data_is_floatx_rows_and_integer_labels():
    x, y = stream().load_data("valid")
    assert x.dtype == theano.config.floatX and y.dtype == "int32"
    images, labels = arrays(6, 1)
    assert_allclose(x, images.reshape(6, SIDE * SIDE), rtol=1e-6)
    assert_array_equal(y, labels)


def test_givens_slice_a_mini_batch_and_a_short_last_one():
    data = stream()
    data.set_data("test", 0)
    index = theano.tensor.iscalar()
    with without_c_code():
        f = theano.function([index], [data.x * 1, data.y], givens=data.givens(index))
    assert f(0)[0].shape == (4, SIDE * SIDE) and f(1)[0].shape == (3, SIDE * SIDE)
    assert_array_equal(f(1)[1], arrays(7, 2)[1][4:])


def test_an_unlabelled_stream_has_no_labels_in_its_givens():
    data = stream(data_type="x")
    assert data.type == "x" and list(data.givens(0)) == [data.x]


def test_wrong_splits_and_types_are_refused():
    assert "perhaps you meant 'valid'" in message(ValueError, stream().load_data, "valdi")
    assert "datastream 'data' got type 'yx'" in message(ValueError, stream, data_type="yx")


def test_a_folder_in_yann_s_format_trains_block_after_block():
    net = begin(data=str(PYTHON2))
    data = net.datastream["data"]
    assert data.batches2train == 2 and data.cache
    classes = int(max(data.dataset.labels(s).max() for s in ("train", "valid", "test"))) + 1
    net.add_layer("weightnorm_classifier", id="softmax", num_classes=classes)
    net.add_layer("objective")
    with without_c_code():
        net.cook(resultor=None)
        history = net.train(epochs=2, learning_rates=(0, 0.01))
        accuracy = net.test()
    steps = data.dataset.rows("train") // data.mini_batch_size
    assert len(net.cost) == 2 * steps and len(history) == 2 and 0 <= accuracy <= 100


def test_a_saved_data_set_gives_the_numbers_of_the_arrays():
    data = dataset_from_arrays(arrays(8), arrays(6, 1), arrays(7, 2), mini_batch_size=4)
    with temporary_folder() as folder, without_c_code():
        save_yann_dataset(data, folder / "saved")
        costs = [finish(begin(data=source)).train(epochs=2, learning_rates=(0, 0.1)).column("cost")
                 for source in (data, folder / "saved")]
    assert_allclose(costs[0], costs[1], rtol=1e-6)


def test_a_missing_folder_is_named():
    said = message(FileNotFoundError, Datastream, "data", dataset="no/such/folder")
    assert "no/such/folder" in said.replace("\\", "/"), said
