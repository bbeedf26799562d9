"""Checkpoints: what is saved comes back, and training goes on as if it had never stopped."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import theano.tensor as T
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file

from tests.small import begin, dataset, finish, message, small_network, temporary_folder, values, \
    without_c_code
from yann_weightnorm import network, open_dataset, save_dataset
from yann_weightnorm.toolbox import checkpoint

TRAINING = dict(epochs=(3, 2), learning_rates=(0.1, 0.05, 0.01), show_progress=False)


def noisy(seed=0, prefix="weightnorm_", data=None):
    """Return a network with all that has a memory: masks, noise, batch norm, order, momentum."""
    net = begin(seed, {"optimizer_type": "adam", "momentum_type": "nesterov"}, data=data,
                stream={"shuffle": True})
    net.add_layer("gaussian_noise", id="noise")
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=5, dropout_rate=0.4,
                  batch_norm=True, regularize=True)
    return finish(net, prefix, regularizer=(0.0, 0.001))


def course(history):
    """Return all that a history says, but the seconds."""
    return [epoch._replace(seconds=0.0) for epoch in history]


def assert_same(one, other):
    """Compare all that decides on the future of two networks, bit for bit."""
    for name, value in values(one).items():
        assert_array_equal(value, values(other)[name], name)
    mine, theirs = ({p.name: v for p, v in net.best_params} for net in (one, other))
    for name in mine:
        assert_array_equal(mine[name], theirs[name], name)
    assert one.cost == other.cost and one.validation_accuracy == other.validation_accuracy
    for mine, theirs in zip(one.cooked_optimizer.slots.updates,
                            other.cooked_optimizer.slots.updates):
        assert_array_equal(mine.get_value(), theirs.get_value(), mine.name)


# -- what is on the disk -----------------------------------------------------------------------

def test_parameters_are_saved_under_stable_names():
    with temporary_folder() as folder:
        small_network("weightnorm_").save(folder / "net")
        header = json.loads((folder / "net" / "network.json").read_text())
        saved = load_file(folder / "net" / header["files"]["parameters"]["file"])
        assert sorted(saved) == sorted(f"{layer}.{name}" for layer in ("conv", "fc", "softmax")
                                       for name in "vgb")
        assert header["floatX"] == "float32" and header["calls"][2]["type"] == "input"


def test_a_new_save_replaces_the_old_one_and_leaves_nothing_behind():
    with temporary_folder() as folder:
        net = small_network()
        net.save("net")
        net.layers["fc"].w = np.ones((12, 4))
        net.save("net")
        assert len(list((folder / "net").iterdir())) == 4
        assert network.load("net", verbose=0).layers["fc"].w.get_value().min() == 1


# -- load --------------------------------------------------------------------------------------

def test_a_loaded_network_has_the_same_parameters_and_gives_the_same_outputs():
    data = dataset()
    for prefix in ("", "weightnorm_"):
        with temporary_folder():
            net = small_network(prefix, optimizer={"optimizer_type": "adam"})
            net.train(epochs=1, show_progress=False)
            net.save("net")
            twin = network.load("net", dataset=data, verbose=0)
            assert_same(net, twin)
            assert list(twin.layers) == list(net.layers)
            for each in (net, twin):
                each.cooked_datastream.set_data("test", 0)
            assert_array_equal(net.layer_activity("fc", 1), twin.layer_activity("fc", 1))
            assert net.test(verbose=0) == twin.test(verbose=0)


def test_a_network_is_loaded_without_its_data_to_be_looked_at():
    with temporary_folder():
        net = small_network("weightnorm_")
        net.save("net")
        twin = network.load("net", verbose=0)
        assert_array_equal(net.layers["fc"].weight_value(), twin.layers["fc"].weight_value())
        said = message(ValueError, twin.test)
        assert "dataset 'arrays'" in said and "network.load(path, dataset=...)" in said, said


def test_learnable_layers_and_inserted_layers_come_back_as_they_were():
    with temporary_folder():
        net = begin()
        net.add_layer("dot_product", id="fixed", num_neurons=4, learnable=False)
        net.add_layer("dot_product", id="shut", num_neurons=4)
        finish(net, cook=False)
        net.deactivate_layer("shut")
        net.save("net")
        twin = network.load("net", verbose=0)
        assert [p.name for p in twin.active_params] == ["softmax.w", "softmax.b"]
        assert list(twin.layers) == list(net.layers) and twin.num_layers == net.num_layers
        assert not twin.layers["fixed"].active and twin.cooked_datastream is None


def test_parameters_that_layers_share_are_saved_once_and_shared_again():
    with temporary_folder() as folder:
        net = begin()
        net.add_layer("weightnorm_dot", id="one", num_neurons=36)
        net.add_layer("weightnorm_dot", id="two", num_neurons=36, learnable=False,
                      input_params=net.dropout_layers["one"].params)
        net.add_layer("dot_product", id="tied", num_neurons=36, learnable=False,
                      input_params=[net.dropout_layers["one"].w.T, None])
        net.active_params.append(net.dropout_layers["tied"].b)
        finish(net, cook=False)
        net.save("net")
        twin = network.load("net", verbose=0)
        assert twin.layers["two"].v is twin.layers["one"].v
        assert [p.name for p in twin.active_params] == [p.name for p in net.active_params]
        twin.layers["one"].w = np.eye(36) * 2
        assert_array_equal(twin.layers["tied"].w.eval(), np.eye(36, dtype="float32") * 2)
        assert len(list((folder / "net").iterdir())) == 4


def test_an_objective_that_is_a_layer_s_output_comes_back():
    with temporary_folder():
        net = begin(stream={"type": "x"})
        net.add_layer("dot_product", id="square", num_neurons=1, activation="squared")
        net.add_layer("objective", id="obj", layer_type="value",
                      objective=net.layers["square"].output)
        net.save("net")
        twin = network.load("net", verbose=0)
        assert twin.layers["obj"].objective is twin.layers["square"].output


# -- resume ------------------------------------------------------------------------------------

def interrupted(net, epochs, folder):
    """Train `net`, saving it to `folder` after so many epochs; return the whole history."""
    def watch(epoch):
        if epoch.epoch == epochs - 1:
            net.save(folder)
    return net.train(on_epoch=watch, **TRAINING)


def test_training_resumed_gives_the_numbers_of_never_having_stopped():
    with temporary_folder(), without_c_code():
        data = dataset()
        whole = noisy(data=data)
        history = interrupted(whole, 2, "net")
        twin = network.load("net", dataset=data, verbose=0)
        assert twin.left_off["epoch"] == 2
        assert course(twin.resume(show_progress=False)) == course(history)
        assert_same(whole, twin)


def test_the_same_with_compiled_code():
    with temporary_folder():
        data = dataset()
        whole = noisy(data=data)
        history = interrupted(whole, 3, "net")
        twin = network.load("net", dataset=data, verbose=0)
        assert course(twin.resume(show_progress=False)) == course(history)
        assert_same(whole, twin)


def test_data_that_is_read_block_by_block_goes_on_in_its_order():
    with temporary_folder(), without_c_code():
        save_dataset(dataset(rows=24), "set", mini_batches_per_batch=(2, 1, 1))
        whole = noisy(data=open_dataset("set"))
        assert whole.datastream["data"].batches2train == 3
        history = interrupted(whole, 2, "net")
        twin = network.load("net", verbose=0)      # finds the folder by itself
        assert course(twin.resume(show_progress=False)) == course(history)
        assert_same(whole, twin)


def test_a_network_that_a_script_built_is_restored():
    with temporary_folder(), without_c_code():
        whole = noisy()
        history = interrupted(whole, 4, "net")
        other = noisy(seed=3)
        other.restore("net")
        assert course(other.resume(show_progress=False)) == course(history)
        assert_same(whole, other)


def test_a_copy_of_a_checkpoint_goes_on_as_the_checkpoint_does():
    with temporary_folder(), without_c_code():
        data = dataset()
        whole = noisy(data=data)
        history = interrupted(whole, 2, "net")
        whole.restore("net")        # it has trained further since, and goes back
        whole.save("restored")
        network.load("restored", dataset=data, verbose=0).save("again")
        twin = network.load("again", dataset=data, verbose=0)
        assert twin.left_off["epoch"] == 2
        assert course(twin.resume(show_progress=False)) == course(history)
        assert twin.left_off is None and "call train()" in message(RuntimeError, twin.resume)


def test_train_goes_on_from_its_checkpoint():
    with temporary_folder(), without_c_code():
        whole, first, second = noisy(), noisy(), noisy(seed=7)
        history = whole.train(**TRAINING)

        def stop(epoch):
            if epoch.epoch == 1:
                raise KeyboardInterrupt

        try:
            first.train(checkpoint="net", on_epoch=stop, **TRAINING)
            raise AssertionError("not interrupted")
        except KeyboardInterrupt:
            pass
        assert course(second.train(checkpoint="net", **TRAINING)) == course(history)
        assert_same(whole, second)
        third = noisy(seed=8)
        assert course(third.train(checkpoint="net", **TRAINING)) == course(history)


def test_more_epochs_may_be_asked_for_when_training_goes_on():
    with temporary_folder(), without_c_code():
        net = noisy()
        net.train(epochs=2, checkpoint="net", show_progress=False)
        assert len(net.train(epochs=3, checkpoint="net", show_progress=False)) == 3


def test_a_function_of_learning_rates_has_to_be_given_again():
    with temporary_folder(), without_c_code():
        net = noisy()
        net.train(epochs=2, learning_rates=lambda epoch: 0.01, show_progress=False)
        net.save("net")
        net.restore("net")
        assert "resume(learning_rates=...)" in message(ValueError, net.resume)
        assert len(net.resume(learning_rates=lambda epoch: 0.01, show_progress=False)) == 2


def test_stopping_early_and_divergence_are_remembered():
    with temporary_folder(), without_c_code():
        net = noisy()
        net.train(epochs=30, learning_rates=(0.0, 1e-12), early_terminate=True,
                  show_progress=False, checkpoint="net")
        epochs = len(net.training.history)
        assert net.training.history.stopped_early and epochs < 30
        net.restore("net")
        again = net.resume(show_progress=False)
        assert again.stopped_early and len(again) == epochs


def test_the_resultor_s_files_are_as_without_the_interruption():
    with temporary_folder() as folder, without_c_code():
        net = noisy()
        net.cook(resultor="")
        interrupted(net, 2, "net")
        costs = folder / "resultor" / "costs.txt"
        before = costs.read_text()
        twin = network.load("net", dataset=dataset(), verbose=0)
        assert costs.read_text() == before    # to load touches nothing
        twin.resume(show_progress=False)
        assert np.allclose([float(line) for line in costs.read_text().split()],
                           [float(line) for line in before.split()], rtol=1e-6)


def test_loading_draws_nothing_and_shows_the_same_rows_afterwards():
    with temporary_folder() as folder, without_c_code():
        net = begin()
        net.add_module("visualizer", {"id": "eye", "root": "pictures", "sample_size": 2})
        finish(net, cook=False)
        net.cook(resultor=None)
        net.save("net")
        drawn = {path: path.stat().st_mtime_ns for path in (folder / "pictures").rglob("*.jpg")}
        twin = network.load("net", dataset=dataset(), verbose=0)
        assert_array_equal(twin.visualizer["eye"].indices, net.visualizer["eye"].indices)
        assert drawn and drawn == {path: path.stat().st_mtime_ns
                                   for path in (folder / "pictures").rglob("*.jpg")}


# -- interruptions -------------------------------------------------------------------------------

CHILD = """
import sys
sys.path.insert(0, {root!r})
from tests.small import without_c_code
from tests.toolbox.test_saving import TRAINING, noisy
with without_c_code():
    print("ready", flush=True)
    net = noisy()
    net.train(checkpoint="net", **TRAINING)
    print("done", flush=True)
"""


def test_killed_at_any_moment_training_goes_on_to_the_same_numbers():
    root = os.getcwd()
    with temporary_folder() as folder, without_c_code():
        whole = noisy()
        history = course(whole.train(**TRAINING))
        for delay in (2.0, 4.0, 6.0):
            if run_and_kill(CHILD.format(root=root), delay):
                break
            if checkpoint.exists("net"):
                checkpoint.read(folder / "net")    # whole, whatever was going on
        last = noisy(seed=5)
        assert course(last.train(checkpoint="net", **TRAINING)) == history
        assert_same(whole, last)
        assert checkpoint.leftovers("net") == []


def run_and_kill(code, delay):
    """Run `code` in a child and kill it `delay` seconds after it is ready; whether it ended."""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with child.stdout:
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read()
    child.wait()
    return "done" in said


def test_killed_between_any_two_steps_of_a_save_there_is_a_whole_checkpoint():
    with temporary_folder() as folder:
        net = small_network()
        net.save("net")
        old = net.layers["fc"].w.get_value()
        for step in range(1, 40):
            net.layers["fc"].w = old + step
            ended = save_stopped_at(net, step)
            found = network.load("net", verbose=0).layers["fc"].w.get_value()
            assert np.allclose(found, old + step) or np.allclose(found, old + step - 1) \
                or np.allclose(found, old), step
            old = found if not ended else old
            if ended:
                break
            assert (folder / "net" / "network.json").exists()
        assert ended and checkpoint.leftovers("net") == []


def save_stopped_at(net, step):
    """Save in a child that dies at its `step`-th call to the system; whether it came to the end."""
    child = os.fork()
    if not child:
        die_at(step)
        net.save("net")
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def die_at(step):
    """Let this process die when it writes, syncs, renames or removes for the `step`-th time."""
    count = [0]

    def watched(function):
        def call(*args, **kwargs):
            count[0] += 1
            if count[0] == step:
                os._exit(9)
            return function(*args, **kwargs)
        return call
    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, watched(getattr(os, name)))


def test_a_full_disk_keeps_the_old_checkpoint():
    with temporary_folder() as folder:
        net = small_network()
        net.save("net")
        before = sorted(p.name for p in (folder / "net").iterdir())
        net.layers["fc"].w = np.ones((12, 4))
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
        try:
            said = message(OSError, net.save, "net")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)
        assert "large" in said.lower(), said
        assert sorted(p.name for p in (folder / "net").iterdir()) == before
        assert network.load("net", verbose=0).layers["fc"].w.get_value().max() < 1


# -- errors ------------------------------------------------------------------------------------

def test_expressions_that_only_a_script_can_build_are_told():
    with temporary_folder(), without_c_code():
        net = begin()
        net.add_layer("dot_product", id="fc", num_neurons=2)
        net.add_layer("objective", id="obj", layer_type="value",
                      objective=T.mean(net.dropout_layers["fc"].output ** 2))
        net.cook(resultor=None)
        net.train(epochs=1, show_progress=False)
        net.save("net")
        said = message(ValueError, network.load, "net")
        assert "an expression" in said and "net.restore(path)" in said, said
        net.restore("net")


def test_a_network_built_otherwise_is_not_restored():
    with temporary_folder():
        small_network().save("net")
        said = message(ValueError, small_network("weightnorm_").restore, "net")
        assert "conv_pool" in said and "weightnorm_conv_pool" in said, said
        said = message(ValueError, small_network(cook=False).restore, "net")
        assert "cooked" in said, said


def test_no_checkpoint_a_damaged_one_and_one_of_another_kind_are_told():
    with temporary_folder() as folder:
        assert "network.json" in message(FileNotFoundError, network.load, "nowhere")
        net = small_network()
        net.save("net")
        header = folder / "net" / "network.json"
        text = header.read_text()
        for wrong, piece in ((text[:-50], "damaged"), ("[]", "no checkpoint"),
                             (text.replace('"version": 1', '"version": 7'), "version 7"),
                             (text.replace('"class": "network"', '"class": "gan"'), "'gan'"),
                             (text.replace("float32", "float16"), "floatX=float16"),
                             (text.replace('"dot_product"', '"dot_produkt"'), "dot_produkt"),
                             (text.replace('"num_neurons": 4', '"num_neurons": 5'), "fc.w"),
                             (text.replace('"calls"', '"cals"'), "damaged"),
                             (text.replace("parameters-", "../parameters-"), "damaged")):
            header.write_text(wrong)
            said = message(ValueError, network.load, "net")
            assert piece in said, (piece, said)
        header.write_text(text)
        part = next((folder / "net").glob("parameters-*"))
        part.write_bytes(part.read_bytes()[:-1] + b"x")
        assert "SHA-256" in message(ValueError, network.load, "net")
        part.unlink()
        assert part.name in message(FileNotFoundError, network.load, "net")


def test_there_is_nothing_to_resume_without_training():
    net = small_network()
    assert "call train()" in message(RuntimeError, net.resume)
