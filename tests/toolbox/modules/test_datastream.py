"""The datastream: blocks in shared variables, labels, folders on disk."""

import pathlib
import tracemalloc

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import (
    CLASSES, SIDE, arrays, begin, finish, message, temporary_folder, without_c_code)
from yann_weightnorm import dataset_from_arrays, save_dataset
from yann_weightnorm.toolbox.datasets import Dataset, save_yann_dataset
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


# -- blocks from the disk ---------------------------------------------------------------------

class Numbered(Dataset):
    """Three training blocks of four rows, two to validate, one to test: row n is all n."""

    def __init__(self):
        super().__init__(name="numbered", mini_batch_size=2, shape=(SIDE, SIDE, 1),
                         rows_per_block=(4, 3, 3), blocks=(3, 2, 1))
        self.loads = []

    def load(self, split, block=0):
        self.check_block(split, block)
        self.loads.append((split, block))
        rows = np.arange(self.rows_in_block[split]) + block * self.rows_in_block[split]
        x = np.repeat(rows[:, None], self.columns, 1).astype("float32") / 8
        return x, (rows % CLASSES).astype("int32")


def plan(epochs=2):
    """Yield the blocks that training asks for."""
    for _ in range(epochs):
        for split, count in (("train", 3), ("valid", 2)):
            yield from ((split, block) for block in range(count))
    yield "test", 0


def test_blocks_from_the_disk_are_those_of_the_data_set_in_the_same_order():
    with temporary_folder() as folder:
        save_dataset(Numbered(), folder / "set")
        for shuffle in (False, True):
            data = Datastream("data", dataset=folder / "set", shuffle=shuffle,
                              rng=np.random.RandomState(3))
            rng = np.random.RandomState(3)
            for split, block in plan():
                data.set_data(split, block)
                x, y = Numbered().load(split, block)
                if shuffle and split == "train":
                    order = rng.permutation(len(x))
                    x, y = x[order], y[order]
                assert_array_equal(data.data_x.get_value(), x)
                assert_array_equal(data.data_y.get_value(), y)
                assert (data.current_type, data.batch) == (split, block)
            data.load_data("test")      # ends what is read ahead before the folder goes
            assert data.rng.randint(1000) == rng.randint(1000)


def test_the_next_block_is_read_while_one_is_in_use():
    source = Numbered()
    data = Datastream("data", dataset=source)
    for split, block in plan():
        data.set_data(split, block)
        data._ahead.wait()
    # Nobody knew that a test follows; after it, training may go on.
    assert source.loads == [*plan()][:-1] + [("train", 0), ("test", 0), ("train", 0)]


def test_a_data_set_in_one_block_is_held_once():
    source = Numbered()
    source.cache = False
    data = Datastream("data", dataset=source)
    data.set_data("train", 0)
    assert source.loads == [("train", 0)] and data._ahead._call is None


def test_a_damaged_block_is_told_by_the_step_that_needs_it():
    with temporary_folder() as folder:
        save_dataset(Numbered(), folder / "set")
        with open(folder / "set" / "train" / "x.npy", "r+b") as file:
            file.seek(-1, 2)
            file.write(b"\x7f")
        data = Datastream("data", dataset=folder / "set")
        data.set_data("train", 0)
        data.set_data("train", 1)
        said = message(ValueError, data.set_data, "train", 2)
        assert "x.npy, block 2" in said and "damaged" in said, said
        assert data.batch == 1 and data._ahead._call is None     # nothing half done


def test_training_from_the_disk_gives_the_numbers_of_memory():
    with temporary_folder() as folder, without_c_code():
        save_dataset(Numbered(), folder / "set")
        costs = []
        for source in (Numbered(), folder / "set"):
            net = finish(begin(data=source, stream={"shuffle": True}))
            net.train(epochs=3, learning_rates=(0, 0.1))
            costs.append(net.cost)
        assert costs[0] == costs[1] and len(costs[0]) == 18


def test_a_few_blocks_are_in_memory_and_not_all():
    class Long(Numbered):
        def __init__(self):
            Dataset.__init__(self, name="long", mini_batch_size=1000, shape=(SIDE, SIDE, 1),
                             rows_per_block=(2000, 0, 0), blocks=(40, 0, 0))
            self.loads = []

    block = 2000 * SIDE * SIDE * 4
    with temporary_folder() as folder:
        save_dataset(Long(), folder / "set")
        data = Datastream("data", dataset=folder / "set")
        data.set_data("train", 0)
        tracemalloc.start()
        try:
            for number in (*range(1, 40), 0):
                data.set_data("train", number)
            data.load_data("train", 1)
            assert tracemalloc.get_traced_memory()[1] < 6 * block
        finally:
            tracemalloc.stop()


# -- what YANN's scripts look at ----------------------------------------------------------------

def test_one_hot_labels_q37():
    data = stream(svm=True)
    wanted = 2 * np.eye(CLASSES)[[2, 0, 1]] - 1
    assert_array_equal(data.one_hot_labels([2, 0, 1]), wanted)
    assert_array_equal(data.one_hot_labels(np.array([2.0, 0, 1])), wanted)
    assert data.one_hot_labels([0]).dtype == theano.config.floatX
    with without_c_code():
        assert_array_equal(data.one_hot_y.eval({data.y: np.array([2, 0, 1], "int32")}), wanted)
        data.set_data("valid", 0)
        block = data.data_one_hot_y.eval()
    assert_array_equal(block.argmax(1), arrays(6, 1)[1])
    assert_array_equal(stream(n_classes=5).one_hot_labels([4])[0], [-1, -1, -1, -1, 1])


def test_the_type_of_the_module_is_that_of_its_data_q58():
    assert stream().type == "xy" and stream(data_type="x").type == "x"


def test_an_unlabelled_stream_aims_at_its_images():
    data = stream(data_type="x")
    assert data.y is data.x and not hasattr(data, "one_hot_y")


def test_where_a_stream_is():
    data = stream()
    assert (data.current_type, data.batch, data.data_cache_size) == ("train", 0, 8)
    data.initialize_dataset()
    data.set_data("test", 0, verbose=3)
    assert (data.current_type, data.batch) == ("test", 0)
    assert data.dataset_location == "arrays"
    assert Datastream("d", dataset=PYTHON2).dataset_location == str(PYTHON2)
