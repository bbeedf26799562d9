"""Numbers that are not finite are reported by layer, or as the data's."""

import contextlib
import io

import numpy as np
from numpy.testing import assert_array_equal

from tests.small import arrays, begin, finish, message, values, without_c_code
from yann_weightnorm import network
from yann_weightnorm.toolbox.datasets import Dataset


def built(data=None, **options):
    """Return a cooked network over 12 images of 6 x 6, in mini batches of 4."""
    net = begin(data=data)
    net.add_layer("weightnorm_dot", id="one", num_neurons=5, dropout_rate=0.5)
    net.add_layer("weightnorm_dot", id="two", num_neurons=4, **options)
    return finish(net, "weightnorm_")


class Broken(Dataset):
    """Data as of a file that was written broken: three numbers of the second mini batch.

    Arrays in memory are checked when a data set is made of them; files that are read block by
    block are not.
    """

    def __init__(self, value):
        super().__init__(name="broken", mini_batch_size=4, shape=(6, 6, 1),
                         rows_per_block=(12, 6, 7))
        self.value = value

    def load(self, split, block=0):
        """Return the rows and labels of `split`."""
        x, y = arrays(self.rows(split))
        x = x.reshape(len(x), -1)
        if split == "train":
            x[5, 12:15] = self.value
        return x, y

    def labels(self, split):
        """Return the labels of `split`."""
        return arrays(self.rows(split))[1]


def said_in(call, *args, **options):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        call(*args, **options)
    return said.getvalue()


def test_the_data_are_named_with_their_mini_batch():
    with without_c_code():
        for value in (np.nan, np.inf, -np.inf):
            net = built(Broken(value))
            assert net.find_not_finite(0) is None
            found = net.find_not_finite(1)
            assert (found.layer, found.what) == (None, "mini batch 1")
            assert (found.count, found.size) == (3, 4 * 36)
            assert str(found) == "the data: 3 of 144 numbers of its mini batch 1 are not finite"


def test_the_lowest_layer_is_named():
    with without_c_code():
        net = built()
        assert net.find_not_finite() is None
        for id, name, place in (("softmax", "b", 1), ("two", "g", (0, 2)), ("two", "v", (1, 1)),
                                ("one", "b", 0)):
            param = getattr(net.layers[id], name)
            value = param.get_value()
            value[place] = np.nan
            param.set_value(value)
            found = net.find_not_finite()
            assert found.layer is net.layers[id].layer and found.what == f"parameter {name}"
            assert (found.count, found.size) == (1, value.size)
        assert str(found) == "weightnorm_dot 'one': 1 of 5 numbers of its parameter b are not " \
                             "finite"


def test_an_output_that_overflows_is_named():
    with without_c_code():
        net = built(activation="squared")
        net.layers["two"].g.set_value(np.full((1, 4), 1e25, "float32"))
        found = net.find_not_finite()
        assert found.layer is net.layers["two"].layer and found.what == "output"
        assert 1 <= found.count <= found.size == 16


def test_looking_moves_no_masks_on():
    with without_c_code():
        first, second = built(), built()
        first.find_not_finite()
        for step in range(2):
            assert first.mini_batch_train(step) == second.mini_batch_train(step)
        for name, value in values(first).items():
            assert_array_equal(values(second)[name], value)


def test_training_ends_at_once_where_the_data_are_not_finite():
    with without_c_code():
        net = built(Broken(np.nan))
        told = []
        said = said_in(lambda: told.append(net.train(1, epochs=2, nan_retreats=5,
                                                     show_progress=False)))
    assert told[0].diverged_at == 0
    assert "cost of mini batch 1 is not finite in epoch 0; training ends. No rate helps: the " \
           "data: 3 of 144 numbers" in said, said


def test_a_retreat_that_cannot_help_says_which_layer():
    with without_c_code():
        net = built(activation="squared")
        net.layers["two"].g.set_value(np.full((1, 4), 1e25, "float32"))
        said = said_in(net.train, 1, epochs=1, nan_retreats=1, show_progress=False)
    lines = [line for line in said.splitlines() if "finite" in line]
    assert "mini batch 0" in lines[0] and "begins again" in lines[0], said
    assert "a smaller rate may not help: weightnorm_dot 'two'" in lines[1], said
    assert "its output" in lines[1] and "Use a smaller learning rate" in lines[2], said


def test_a_retreat_that_helps_says_no_more():
    with without_c_code():
        net = built()
        said = said_in(net.train, 1, epochs=1, learning_rates=(0, 1e38), nan_retreats=39,
                       show_progress=False)
    assert "begins again" in said and "may not help" not in said, said


def test_an_uncooked_network_is_refused():
    said = message(RuntimeError, network(verbose=0).find_not_finite)
    assert "find_not_finite" in said and "cook()" in said, said
