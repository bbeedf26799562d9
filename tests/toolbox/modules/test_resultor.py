"""The resultor: its text files, the confusion matrices of a classifier, what is printed."""

import io
from contextlib import redirect_stdout

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import CLASSES, begin, finish, temporary_folder, without_c_code
from yann_weightnorm.toolbox import evaluation
from yann_weightnorm.toolbox.modules import Resultor

_modes = []
EPOCHS = {"epochs": (2, 1), "learning_rates": (0.0, 0.5, 0.1)}


def setup_module():
    _modes.append(without_c_code())
    _modes[-1].__enter__()


def teardown_module():
    _modes.pop().__exit__(None, None, None)


def softmax_network(cook=True, **options):
    net = begin()
    net.add_module("resultor", dict({"root": "res", "id": "res"}, **options))
    finish(net, cook=False)
    if cook:
        net.cook()
    return net


def numpy_confusion(net, split):
    x, y = net.datastream["data"].load_data(split, 0)
    if split == "train":
        x, y = x[:12], y[:12]
    layer = net.layers["softmax"]
    guesses = (x @ layer.w.get_value() + layer.b.get_value()).argmax(axis=1)
    counts = np.zeros((CLASSES, CLASSES), int)
    for true, guess in zip(y, guesses):
        counts[true, guess] += 1
    return counts


def matrices(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.eps"))


# -- confusion --------------------------------------------------------------------------------

def test_every_row_of_a_split_is_counted_once_as_numpy_counts():
    net = finish(begin())
    for split in ("train", "valid", "test"):
        found = evaluation.split_confusion(net, split)
        assert found.dtype == np.int64
        assert_array_equal(found, numpy_confusion(net, split))
        # The two ways to an error agree to the last bit.
        assert evaluation.percent_wrong(found) == evaluation.split_error(net, split)


def test_what_is_validated_and_tested_is_drawn():
    with temporary_folder() as folder:
        net = softmax_network()
        net.train(validate_after_epochs=2, **EPOCHS)
        found = net.test()
        assert matrices(folder / "res") == [
            "confusion/epoch_0/valid_confusion.eps", "confusion/epoch_2/valid_confusion.eps",
            "confusion/epoch_fin/test_confusion.eps"]
        counts = numpy_confusion(net, "test")
        assert_allclose(found, 100 * np.trace(counts) / counts.sum())
        drawn = (folder / "res" / "confusion/epoch_fin/test_confusion.eps").read_bytes()
        assert drawn.startswith(b"%!PS-Adobe")


def test_the_training_matrix_is_drawn_only_if_it_was_counted_q34():
    with temporary_folder() as folder:
        net = softmax_network()
        net.validate(epoch=7)
        assert matrices(folder) == ["res/confusion/epoch_7/valid_confusion.eps"]
        net.validate(epoch=8, training_accuracy=True)
        assert matrices(folder)[1:] == ["res/confusion/epoch_8/train_confusion.eps",
                                        "res/confusion/epoch_8/valid_confusion.eps"]


def test_where_nobody_wants_them_nothing_is_counted():
    def refuse(number):
        raise AssertionError("counted")

    with temporary_folder() as folder:
        net = softmax_network(save_confusion=False)
        net.mini_batch_confusion = refuse
        net.train(**EPOCHS)
        net.cook(resultor=None)
        net.mini_batch_confusion = refuse
        net.test()
        assert matrices(folder) == []
        net.resultor["res"].print_confusion(test=np.eye(3))
        assert matrices(folder) == []


def test_a_value_network_has_no_confusion():
    with temporary_folder() as folder:
        net = softmax_network(cook=False)
        net.cook(classifier_layer=None)
        net.validate(training_accuracy=True)
        net.test()
        assert matrices(folder) == []


# -- text -------------------------------------------------------------------------------------

def test_a_line_an_epoch_is_appended():
    with temporary_folder() as folder:
        resultor = Resultor("main", root="deep/res", costs="c.txt")
        resultor.start()
        resultor.process_results(0.5, 0.1, None, verbose=0)
        resultor.process_results(cost=0.25, lr=0.05, mom=0.9, params=None, verbose=0)
        texts = {p.name: p.read_text() for p in (folder / "deep" / "res").iterdir()}
        assert texts == {"c.txt": "0.5\n0.25\n", "learning_rate.txt": "0.1\n0.05\n",
                         "momentum.txt": "None\n0.9\n", "results.txt": "", "errors.txt": ""}
        resultor.start()
        assert (folder / "deep" / "res" / "c.txt").read_text() == ""


def test_the_folder_s_files_begin_with_cook_and_the_first_two_stay_empty_q25_q65():
    with temporary_folder() as folder:
        net = softmax_network(visualize=False)
        assert sorted(p.name for p in (folder / "res").iterdir()) == [
            "costs.txt", "errors.txt", "learning_rate.txt", "momentum.txt", "results.txt"]
        history = net.train(**EPOCHS)
        lines = (folder / "res" / "costs.txt").read_text().split()
        assert_allclose([float(line) for line in lines], history.column("cost"))
        assert (folder / "res" / "errors.txt").read_text() == ""
        assert (folder / "res" / "results.txt").read_text() == ""


def test_what_is_printed_of_an_epoch():
    resultor = Resultor("main")
    with temporary_folder():
        resultor.start()
        said = []
        for verbose in (1, 2, 3):
            out = io.StringIO()
            with redirect_stdout(out):
                resultor.process_results(0.5, 0.1, 0.9, verbose=verbose)
            said.append(out.getvalue())
    assert said[0] == "" and said[1] == ".. Cost                : 0.5\n"
    assert said[2] == said[1] + ("... Learning Rate       : 0.1\n"
                                 "... Momentum            : 0.9\n")
