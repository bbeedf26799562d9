"""The programs in examples: each is built over small images, plain and normalised, and trained."""

import ast
import contextlib
import io
import pathlib
import runpy

import numpy as np
from numpy.testing import assert_allclose

from tests.small import temporary_folder, without_c_code
from yann_weightnorm import dataset_from_arrays
from yann_weightnorm.residual_blocks import find_blocks

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"
LONGEST = 60  # lines, and no example has as many
SIDE, ROWS = 10, 60


def data(side=SIDE):
    """Return images between 0 and 1, of ten classes: which column is bright."""
    rng, labels = np.random.RandomState(0), np.arange(ROWS) % 10
    images = 0.2 * rng.uniform(size=(ROWS, side, side))
    images[np.arange(ROWS), :, labels] += 0.6
    return dataset_from_arrays(*[(images, labels)] * 3, mini_batch_size=20)


def program(name):
    """Return what an example defines."""
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def build(name, *args, **options):
    """Return the network that an example builds, without what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        net = program(name)["build"](data(), *args, **options)
    net.verbose = 0
    return net


def check_training(name, *args, rate=0.01, epochs=4, **options):
    with temporary_folder(), without_c_code():
        net = build(name, *args, **options)
        costs = net.train(epochs=epochs, learning_rates=(0, rate)).column("cost")
        assert costs[-1] < costs[0] and np.all(np.isfinite(costs)), costs
        assert np.isfinite(net.test())
    return net


def check_names(net, id, names):
    assert [p.name for p in net.layers[id].active_params] == [f"{id}.{name}" for name in names]


def test_the_classifier_trains():
    check_names(check_training("classifier"), "conv2", ["w", "b"])
    check_names(check_training("classifier", "weightnorm_"), "conv2", ["v", "g", "b"])


def test_the_autoencoder_trains():
    check_names(check_training("autoencoder", code=6), "image", ["w", "b"])
    check_names(check_training("autoencoder", "weightnorm_", code=6), "image", ["v", "g", "b"])


def test_the_autoencoder_draws_what_becomes_of_the_images():
    with temporary_folder() as folder, without_c_code():
        net = build("autoencoder", pictures=folder, code=6)
        net.train(epochs=1, learning_rates=(0, 0.01))
        drawn = folder / "visualizer" / "activities" / "epoch_0"
        for id in ("input", "image"):
            assert [path.name for path in (drawn / f"layer_{id}").iterdir()] == ["image_0.jpg"]


def test_sequences_are_learnt():
    for layer, names in (("rnn", ["w_x", "w_h", "b"]),
                         ("weightnorm_lstm", ["v_x", "g_x", "v_h", "g_h", "b"])):
        net = check_training("sequence", layer, neurons=6)
        assert net.layers["sequence"].output_shape == (20, SIDE, SIDE)
        check_names(net, "recurrent", names)
    net = check_training("sequence", "bn_lstm", neurons=3)
    assert net.layers["recurrent"].state_noise == 0.1


def test_permuted_pixels_are_a_sequence():
    net = build("sequence", "lstm", "pixels", permuted=True, neurons=2)
    assert net.layers["sequence"].output_shape == (20, SIDE * SIDE, 1)
    assert sorted(net.layers["sequence"].order) == list(range(SIDE * SIDE))
    assert net.cooked_optimizer.clip_norm == 1.0


def test_residual_networks_begin_as_one_function_and_only_one_of_them_has_lengths():
    with temporary_folder(), without_c_code():
        example = program("residual")
        nets = [example["build"](data(), prefix, blocks=2, neurons=8)
                for prefix in ("weightnorm_", "")]
        outputs = [net.layer_activity("softmax") for net in nets]
        assert_allclose(outputs[0], outputs[1], rtol=1e-4)
        assert [block.residual for block in find_blocks(nets[0])] == [[("fc 1",)], [("fc 2",)]]
        for net, names in zip(nets, (["v", "g", "b"], ["w", "b"])):
            check_names(net, "fc 2", names)
            w = net.layers["fc 2"].weight_value()
            assert_allclose(w.T @ w, np.eye(8), atol=1e-5)
        for start in example["STARTS"]:
            right = example["result_of"](nets[0], seed=0, start=start, steps=60)
            assert right.endswith(" %") and float(right[:-2]) > 30, (start, right)


def test_the_depth_sweep_trains_from_either_start_and_tells_what_diverged():
    with temporary_folder(), without_c_code():
        example = program("depth_sweep")
        net = example["build"](data(), depth=3, neurons=10)
        for start in example["STARTS"]:
            assert example["accuracy"](net, start, rate=0.01, epochs=10) > 30, start
        with np.errstate(all="ignore"):
            assert example["accuracy"](net, "robust", rate=1e30, epochs=2) == 0


def test_the_networks_for_the_whole_of_mnist_begin_at_their_data_and_train():
    with temporary_folder(), without_c_code():
        example = program("mnist")
        for add, id in (("add_mlp", "fc2"), ("add_lenet", "conv2")):
            net = example["build"](example[add], data(side=16))
            net.verbose = 0
            costs = net.train(epochs=2, learning_rates=(0, 1e-3)).column("cost")
            assert costs[-1] < costs[0] and np.all(np.isfinite(costs)), costs
            check_names(net, id, ["v", "g", "b"])


def test_examples_are_short_and_say_what_they_do():
    found = sorted(EXAMPLES.glob("*.py"))
    assert {path.stem for path in found} >= {"autoencoder", "classifier", "depth_sweep", "gan",
                                              "residual", "sequence"}
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) < LONGEST, path.name
        assert f"python examples/{path.name}" in ast.get_docstring(ast.parse(text)), path.name
