"""Training, validation and testing: what they return, restore, save and repeat."""

import io
from contextlib import redirect_stdout

import numpy as np
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import (
    arrays,
    begin,
    dataset,
    finish,
    message,
    temporary_folder,
    values,
    without_c_code,
)
from yann_weightnorm import dataset_from_arrays, initialize_from_data
from yann_weightnorm.toolbox.storage import load_params
from yann_weightnorm.toolbox.training import Patience

_modes = []


def setup_module():
    _modes.append(without_c_code())
    _modes[-1].__enter__()


def teardown_module():
    _modes.pop().__exit__(None, None, None)


def softmax_network(seed=0, data=None, optimizer=None, **stream):
    """Return the smallest network that can be trained: a classifier alone."""
    return finish(begin(seed, optimizer, data=data, stream=stream))


def numpy_softmax(net, x):
    layer = net.layers["softmax"]
    fit = x @ layer.w.get_value() + layer.b.get_value()
    return np.exp(fit) / np.exp(fit).sum(axis=1, keepdims=True)


def test_train_returns_a_history_of_every_epoch():
    net = softmax_network()
    history = net.train(epochs=(2, 1), learning_rates=(0.5, 0.1, 0.01))
    assert history.column("epoch") == [0, 1, 2] and history.column("era") == [0, 0, 1]
    assert_allclose(history.column("learning_rate"), [0.1, 0.05, 0.01])
    assert history.column("momentum") == [None] * 3
    assert all(s > 0 for s in history.column("seconds"))
    assert not history.stopped_early and history.diverged_at is None
    assert "known: epoch, era, cost" in message(ValueError, history.column, "loss")


def test_seconds_are_told_by_the_network_s_clock():
    net, ticks = softmax_network(), iter(range(100))
    net.clock = lambda: next(ticks)
    assert net.train(epochs=2, learning_rates=(0, 0.1)).column("seconds") == [1, 1]


def test_the_history_s_cost_and_error_are_means_over_the_epoch_before_each_step():
    net = softmax_network()
    x, y = net.datastream["data"].load_data("train", 0)
    p = numpy_softmax(net, x)
    first = net.train(epochs=1, learning_rates=(0, 1e-9))[0]
    assert_allclose(first.cost, -np.log(p[np.arange(12), y]).mean(), rtol=1e-5)
    assert_allclose(first.training_error, 100 * np.mean(p.argmax(axis=1) != y))


def test_test_and_validate_return_what_they_print_and_count_every_row():
    """The last mini batch of these splits is short: 6 and 7 rows in mini batches of 4."""
    net = softmax_network()
    out = io.StringIO()
    with redirect_stdout(out):
        found = net.validate(verbose=2), net.test(verbose=2)
    for split, accuracy in zip(("valid", "test"), found):
        x, y = net.datastream["data"].load_data(split, 0)
        assert_allclose(accuracy, 100 * np.mean(numpy_softmax(net, x).argmax(axis=1) == y))
    assert out.getvalue() == (f".. Validation accuracy : {found[0]:.6g}\n"
                              f".. Testing accuracy : {found[1]:.6g}\n")
    both = net.validate(training_accuracy=True)
    assert both[0] == found[0] and 0 <= both[1] <= 100


def test_predictions_posterior_confusion_and_activity():
    net = softmax_network()
    net.datastream["data"].set_data("train", 0)
    x, y = net.datastream["data"].load_data("train", 0)
    p = numpy_softmax(net, x[4:8])
    assert_allclose(net.layer_activity("softmax", 1), p, rtol=1e-5)
    assert_allclose(net.mini_batch_posterior(1), np.log(p), rtol=1e-5)  # logarithms, as YANN's
    assert_array_equal(net.mini_batch_predictions(1), p.argmax(axis=1))
    wanted = np.zeros((3, 3), int)
    np.add.at(wanted, (y[4:8], p.argmax(axis=1)), 1)
    assert_array_equal(net.mini_batch_confusion(1), wanted)
    assert net.mini_batch_test(1) == (p.argmax(axis=1) != y[4:8]).sum()


def test_a_seed_repeats_training_bit_for_bit():
    courses = []
    for seed in (3, 3, 4):
        net = begin(seed, {"optimizer_type": "adam"}, stream={"shuffle": True})
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4, dropout_rate=0.3)
        net.add_layer("gaussian_noise", id="noise")
        finish(net, "weightnorm_")
        courses.append((net.train(epochs=2, learning_rates=(0, 0.01)).column("cost"), values(net)))
    assert courses[0][0] == courses[1][0] != courses[2][0]
    for name in courses[0][1]:
        assert_array_equal(courses[0][1][name], courses[1][1][name])


def test_restart_gives_the_numbers_of_a_new_network():
    def build(seed):
        net = begin(seed, {"optimizer_type": "adam", "momentum_type": "polyak"},
                    stream={"shuffle": True})
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4, dropout_rate=0.3)
        net.add_layer("batch_norm", id="bn")
        net.add_layer("gaussian_noise", id="noise")
        return finish(net, "weightnorm_")

    def course(net):
        initialize_from_data(net)
        return net.train(epochs=2, learning_rates=(0, 0.01)).column("cost"), values(net)

    old = build(1)
    course(old)
    old.restart(np.random.RandomState(2))
    (costs, found), (wanted_costs, wanted) = course(old), course(build(2))
    assert costs == wanted_costs
    for name in wanted:
        assert_array_equal(found[name], wanted[name])


def test_shuffle_takes_every_row_once_an_epoch_in_another_order():
    net = softmax_network(shuffle=True)
    stream, seen = net.datastream["data"], []
    for _ in range(2):
        stream.set_data("train", 0)
        seen.append(stream.data_x.get_value())
    assert not np.array_equal(seen[0], seen[1])
    assert_array_equal(np.sort(seen[0], axis=0), np.sort(seen[1], axis=0))


def test_nan_retreats_to_the_best_parameters_forgets_the_optimizer_and_ends_q30():
    x, y = arrays(8)
    x[3, 0, 0, 0] = 1e38  # an overflow at the first step, at whatever rate
    data = dataset_from_arrays((x, y), arrays(4), arrays(4), mini_batch_size=4)
    net = softmax_network(data=data, optimizer={"momentum_type": "polyak", "max_norm": None})
    before = values(net)
    history = net.train(epochs=3, learning_rates=(0, 1e30), nan_retreats=3)
    assert history.diverged_at == 0 and len(history) == 0
    assert_allclose(float(net.learning_rate.get_value()), 1e27, rtol=1e-5)
    net.restore_best()
    for name in before:
        assert_array_equal(values(net)[name], before[name])


def test_training_goes_on_after_a_retreat():
    """Steps overflow at a rate of 1e40, and no longer at some tenth of a tenth of it."""
    net = softmax_network(optimizer={"max_norm": None})
    history = net.train(epochs=2, learning_rates=lambda epoch: 1e40, nan_retreats=40)
    assert history.diverged_at is None and len(history) == 2
    assert np.all(np.isfinite(history.column("cost")))
    assert 0 < history[0].learning_rate < 1e39


def test_an_era_begins_from_the_best_parameters():
    net = softmax_network()
    kept, seen = [], []
    run, keep = net.run_epoch, net.keep_best
    net.keep_best = lambda: (keep(), kept.append(values(net)))
    net.run_epoch = lambda epoch, show: (seen.append(values(net)), run(epoch, show))[1]
    history = net.train(epochs=(3, 1), learning_rates=(0, 50.0, 0.01), early_terminate=False)
    errors = history.column("validation_error")[:3]
    best = kept[1 + sum(errors[i] < min(errors[:i]) for i in range(1, 3))]
    for name in best:
        assert_array_equal(seen[3][name], best[name])


def test_better_is_lower_than_ever_before_q6():
    patience = Patience(True)
    assert [patience.spent(improved=e < 4) for e in range(8)] == [False] * 6 + [True] * 2


def test_epochs_without_validation_use_no_patience_up_q7():
    net = softmax_network()
    history = net.train(epochs=12, learning_rates=(0, 1e-9), validate_after_epochs=11,
                        early_terminate=True)
    assert len(history) == 12 and not history.stopped_early
    validated = [e is not None for e in history.column("validation_error")]
    assert validated == [True] + [False] * 10 + [True]


def test_patience_ends_training_early_in_the_last_era_q8():
    net = softmax_network()
    history = net.train(epochs=30, learning_rates=(0, 1e-9), early_terminate=True)
    assert history.stopped_early and len(history) == 4
    assert len(net.train(epochs=15, learning_rates=(0, 1e-9), early_terminate=False)) == 15


def test_out_of_patience_in_an_early_era_cuts_the_rate_and_goes_on_q7():
    net = softmax_network()
    history = net.train(epochs=(6, 1), learning_rates=(0, 1e-9, 1.0), early_terminate=True)
    rates = history.column("learning_rate")
    assert len(history) == 7 and rates[3] == 1e-9
    assert_allclose(rates[4:], 1e-10)


def test_parameters_are_saved_when_it_is_their_turn_q31():
    with temporary_folder() as folder:
        net = finish(begin(), "weightnorm_", cook=False)
        net.add_module("resultor", {"root": "results"})
        net.cook()
        net.train(epochs=3, learning_rates=(0, 0.1), save_after_epochs=2)
        saved = sorted(path.name for path in (folder / "results" / "params").iterdir())
        assert saved == ["epoch_0.safetensors", "epoch_2.safetensors"]
        found = load_params(folder / "results" / "params" / saved[1])
        assert list(found) == ["softmax.b", "softmax.g", "softmax.v"]
        for name, value in values(net).items():
            assert_array_equal(found[name], value)
        lines = (folder / "results" / "costs.txt").read_text().split()
        assert_allclose([float(line) for line in lines],
                        np.reshape(net.cost, (3, 3)).mean(axis=1))
        assert (folder / "results" / "momentum.txt").read_text() == "None\n" * 3


def test_no_resultor_writes_nothing():
    with temporary_folder() as folder:
        softmax_network().train(epochs=1, learning_rates=(0, 0.1))
        assert list(folder.iterdir()) == []


def test_a_damaged_parameter_file_is_refused_by_name():
    with temporary_folder() as folder:
        (folder / "epoch_0.safetensors").write_bytes(b"not parameters")
        said = message(ValueError, load_params, folder / "epoch_0.safetensors")
        assert "epoch_0.safetensors" in said and "damaged" in said, said


def test_only_the_active_layers_are_trained_q2():
    for active in (["fc"], "views"):
        net = begin()
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4)
        finish(net, "weightnorm_", cook=False)
        net.cook(resultor=None,
                 active_layers=[net.dropout_layers["fc"]] if active == "views" else active)
        before = values(net)
        net.mini_batch_train(0)
        changed = sorted(n for n, v in values(net).items() if not np.array_equal(v, before[n]))
        assert changed == ["fc.b", "fc.g", "fc.v"]


def value_network():
    """Return a network that learns to give its input back: no classifier."""
    net = begin(optimizer={"optimizer_type": "adam"})
    net.add_layer("flatten", id="rows")
    net.add_layer("weightnorm_dot", id="code", num_neurons=8, activation="tanh")
    net.add_layer("weightnorm_dot", id="out", num_neurons=36, activation=None)
    error = T.mean((net.layers["out"].output - net.layers["rows"].output) ** 2)
    net.add_layer("objective", id="obj", layer_type="value", objective=error)
    net.cook(resultor=None, classifier_layer=None)
    return net


def test_value_networks_are_validated_tested_and_keep_their_best_q5_q10():
    net = value_network()
    history = net.train(epochs=(4, 4), learning_rates=(0, 0.02, 0.01), early_terminate=True)
    costs = history.column("validation_error")
    assert net.network_type == "value" and costs[-1] < 0.8 * costs[0]
    assert history.column("training_error") == [None] * 8
    x, _ = net.datastream["data"].load_data("test", 0)
    code, out = net.layers["code"], net.layers["out"]
    found = np.tanh(x @ code.weight_value() + code.b.get_value()) @ out.weight_value() \
        + out.b.get_value()
    assert_allclose(net.test(), np.mean((found - x) ** 2), rtol=1e-4)


def test_networks_without_validation_rows_train_and_say_so_when_asked():
    data = dataset_from_arrays(arrays(8), None, None, mini_batch_size=4)
    net = softmax_network(data=data)
    assert net.train(epochs=2, learning_rates=(0, 0.1)).column("validation_error") == [None] * 2
    assert "no rows in its 'valid' split" in message(ValueError, net.validate)
    assert "no rows in its 'test' split" in message(ValueError, net.test)


def test_hinge_and_bce_train_on_integer_labels_q36_q38():
    for objective in ("hinge", "bce", "cce"):
        net = finish(begin(), objective=objective)
        costs = net.train(epochs=3, learning_rates=(0, 0.1)).column("cost")
        assert costs[2] < costs[0], objective


def test_regularizer_adds_its_share_of_l1_and_l2():
    net = begin()
    net.add_layer("classifier", id="softmax", num_classes=3, regularize=True)
    net.add_layer("objective", regularizer=(0.1, 0.01))
    net.cook(resultor=None)
    w = net.layers["softmax"].w.get_value()
    x, y = net.datastream["data"].load_data("train", 0)
    nll = -np.log(numpy_softmax(net, x[:4])[np.arange(4), y[:4]]).mean()
    assert_allclose(net.mini_batch_train(0), nll + 0.1 * abs(w).sum() + 0.01 * (w ** 2).sum(),
                    rtol=1e-5)


def test_several_objectives_are_weighted():
    net = begin()
    net.add_layer("classifier", id="softmax", num_classes=3)
    net.add_layer("objective", id="one", origin="softmax")
    net.add_layer("objective", id="two", origin="softmax", objective="hinge")
    net.cook(resultor=None, objective_layers=["one", "two"], objective_weights=[0.5, 2])
    x, y = net.datastream["data"].load_data("train", 0)
    layer = net.layers["softmax"]
    fit = x[:4] @ layer.w.get_value() + layer.b.get_value()
    signs = 2 * np.eye(3)[y[:4]] - 1
    hinge = np.maximum(0, 1 - signs * fit).mean(axis=0).sum()
    nll = -np.log(numpy_softmax(net, x[:4])[np.arange(4), y[:4]]).mean()
    assert_allclose(net.mini_batch_train(0), 0.5 * nll + 2 * hinge, rtol=1e-5)
    assert dataset().rows("train") == 12
