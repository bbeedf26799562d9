"""YANN's parameter files, of either Python and of ours."""

import os
import pathlib
import pickle
from collections import OrderedDict

import numpy as np
import theano
from numpy.testing import assert_array_equal

from tests import toolbox
from tests.small import begin, finish, message, temporary_folder, without_c_code
from yann_weightnorm.toolbox.as_yann.yann.utils import pickle as yann
from yann_weightnorm.toolbox.storage import save_params

OF_PYTHON_2 = pathlib.Path(toolbox.__file__).with_name("datasets") / "python2" / "params.pkl"


def network():
    net = begin()
    net.add_layer("weightnorm_dot", id="fc.1", num_neurons=4, batch_norm=True)
    return finish(net, cook=False)


def values(params):
    return {id: [p.get_value() for p in each] for id, each in params.items()}


def check_same(found, wanted):
    assert set(found) == set(wanted)
    for id in wanted:
        assert len(found[id]) == len(wanted[id])
        for mine, right in zip(found[id], wanted[id]):
            assert_array_equal(mine, right)


def test_written_as_yann_writes_and_read_back():
    net = network()
    with temporary_folder() as folder:
        yann.pickle(net, "kept.pkl")
        content = (folder / "kept.pkl").read_bytes()
        kept = yann.load("kept.pkl")
    assert content[:2] == b"\x80\x02" and type(pickle.loads(content)) is OrderedDict
    check_same(pickle.loads(content), net.get_params())
    check_same(values(kept), net.get_params())


def test_ours_is_read_in_the_order_of_params():
    net = network()
    with temporary_folder() as folder:
        save_params(net.params, folder / "epoch_0.safetensors")
        kept = yann.load(folder / "epoch_0.safetensors")
    # v, g, b, then batch norm's; the file has them by name.
    check_same(values(kept), net.get_params())


def test_what_is_loaded_is_ready_to_be_input_params():
    net = network()
    with temporary_folder(), without_c_code():
        yann.pickle(net, "kept.pkl")
        kept = yann.load("kept.pkl")
        twin = begin(seed=1)
        twin.add_layer("weightnorm_dot", id="fc.1", num_neurons=4, batch_norm=True,
                       input_params=kept["fc.1"])
        assert twin.dropout_layers["fc.1"].params == kept["fc.1"]


def test_of_python_2():
    kept = yann.load(OF_PYTHON_2)
    assert list(kept) == ["fc", "pool", "a"] and kept["pool"] == []
    assert kept["fc"][0].dtype == theano.config.floatX
    assert_array_equal(kept["fc"][0].get_value(), np.arange(6).reshape(2, 3))


def test_shared_params_makes_shared_what_is_not():
    own = theano.shared(np.ones(2))
    params = {"a": [own, np.zeros(3)], "b": []}
    assert yann.shared_params(params) is params
    assert params["a"][0] is own and params["a"][1].get_value().shape == (3,)


class Evil:
    """Would make a file if its pickle were run."""

    def __reduce__(self):
        return os.mkdir, ("made",)


def test_a_file_of_another_kind_is_refused_and_nothing_is_run():
    with temporary_folder() as folder:
        for name, content, said in [
                ("evil.pkl", pickle.dumps({"fc": [Evil()]}, protocol=2), "mkdir"),
                ("list.pkl", pickle.dumps([1, 2], protocol=2), "layer id"),
                ("numbers.pkl", pickle.dumps({"fc": [1, 2]}, protocol=2), "list of arrays"),
                ("junk.bin", b"no such thing", "safetensors"), ("empty", b"", "safetensors")]:
            (folder / name).write_bytes(content)
            words = message(ValueError, yann.load, name)
            assert name in words and said in words, words
        assert not (folder / "made").exists()
        assert "missing" in message(FileNotFoundError, yann.load, "missing")
