"""Adversarial networks: steps against NumPy, who takes them and when, what they leave behind."""

import functools
import io
import pathlib
import runpy
import types
import warnings
from contextlib import redirect_stdout

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests import gans
from tests.small import (
    CLASSES,
    arrays,
    dataset,
    floatx,
    message,
    temporary_folder,
    values,
    without_c_code,
)
from yann_weightnorm import dataset_from_arrays, gan
from yann_weightnorm.toolbox.gan_game import Game

PLAYERS = ("softmax", "discriminator", "generator")
EXAMPLE = pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "gan.py"
_modes = []


def setup_module():
    _modes.append(without_c_code())
    _modes[-1].__enter__()


def teardown_module():
    _modes.pop().__exit__(None, None, None)


def noise(rows=3, dtype="float32"):
    """Return a shared matrix in place of a random layer."""
    return theano.shared(np.random.RandomState(5).normal(size=(rows, 2)).astype(dtype))


def rates(net, rate):
    """Set the rate of all players."""
    net.set_learning_rate(rate)
    return net


def changed(net, call):
    """Return the names of the parameters that `call` changes."""
    before = values(net)
    call()
    return {name for name, value in values(net).items() if (value != before[name]).any()}


# -- steps against NumPy ----------------------------------------------------------------------

def check_rounds(prefix):
    with floatx("float64"):
        z = noise(dtype="float64")
        net = rates(gans.linear_gan(dataset(), z, prefix), 0.1)
        oracle, (x, y) = gans.NumpyGan(net), net.datastream["data"].load_data("train", 0)
        net.load_if_empty()
        for number in (0, 1, 2, 0):
            rows = slice(4 * number, 4 * number + 4)
            wanted = {p: oracle.step(p, 0.1, x[rows], y[rows], z.get_value()) for p in PLAYERS}
            found = {p: getattr(net, f"mini_batch_train_{p}")(number, 0) for p in PLAYERS}
            for player in PLAYERS:
                assert_allclose(found[player], wanted[player], rtol=1e-12)
        for id, params in oracle.weights.items():
            for param, value in zip(net.dropout_layers[id].params, params):
                assert_allclose(param.get_value(), value, rtol=0, atol=1e-12, err_msg=param.name)


def test_four_rounds_of_steps_are_numpy_s():
    check_rounds("")


def test_four_rounds_of_steps_with_normalised_weights_are_numpy_s():
    check_rounds("weightnorm_")


def test_training_takes_the_steps_in_turn_on_every_mini_batch():
    z = noise()
    net = gans.linear_gan(dataset(), z)
    oracle, (x, y) = gans.NumpyGan(net), net.datastream["data"].load_data("train", 0)
    history = net.train(epochs=1, learning_rates=(0, 0.1))
    costs = [[oracle.step(p, 0.1, x[i:i + 4], y[i:i + 4], z.get_value()) for p in PLAYERS]
             for i in (0, 4, 8)]
    assert_allclose(np.transpose([net.softmax_cost, net.disc_cost, net.gen_cost]), costs, rtol=1e-4)
    assert_allclose([history.column(f"{p}_cost")[0] for p in PLAYERS], np.mean(costs, axis=0),
                    rtol=1e-4)
    assert_allclose(history.column("cost"), np.sum(costs) / 3, rtol=1e-4)
    assert_allclose(net.cost, np.sum(costs, axis=1), rtol=1e-4)


# -- who changes what -------------------------------------------------------------------------

def test_each_optimizer_changes_exactly_its_own_parameters():
    net = rates(gans.linear_gan(dataset(), noise()), 0.1)
    own = {"softmax": {"D(x)", "softmax"}, "discriminator": {"D(x)", "real"},
           "generator": {"G(z)"}}
    for player, ids in own.items():
        found = changed(net, functools.partial(getattr(net, f"mini_batch_train_{player}"), 0))
        assert found == {f"{id}.{name}" for id in ids for name in "wb"}, player


def test_a_layer_of_no_player_never_changes():
    """YANN's shallow networks leave the last layer of the discriminator out."""
    net = rates(gans.shallow_gan(dataset()), 0.1)
    assert {n.split(".")[0] for n in changed(net, lambda: net.mini_batch_train(0))} == {
        "D(x)", "softmax", "G(z)"}


def test_lists_of_parameters_are_yann_s_and_a_doubled_one_is_stepped_once():
    net = gans.linear_gan(dataset(), noise(), discriminator_layers=["D(x)", "D(G(z))", "real"])
    names = [p.name for p in net.discriminator_active_params]
    assert names == ["D(x).w", "D(x).b"] * 2 + ["real.w", "real.b"]
    assert net.active_params == (net.classifier_active_params + net.discriminator_active_params
                                 + net.generator_active_params)
    oracle, (x, y) = gans.NumpyGan(net), net.datastream["data"].load_data("train", 0)
    rates(net, 0.1).mini_batch_train_discriminator(0)
    oracle.step("discriminator", 0.1, x[:4], y[:4], net.layers["z"].input.eval())
    assert_allclose(net.dropout_layers["D(x)"].w.get_value(), oracle.w("D(x)"), atol=1e-6)


def test_the_discriminator_s_two_paths_share_normalised_weights():
    net = gans.shallow_gan(dataset(), "weightnorm_")
    first, second = net.dropout_layers["D(x)"], net.dropout_layers["D(G(z))"]
    assert [p.name for p in first.params] == ["D(x).v", "D(x).g", "D(x).b"]
    assert first.params == second.params
    net.train(epochs=1, learning_rates=(0, 0.1))
    assert_allclose(np.linalg.norm(second.weight_value(), axis=0), abs(first.g.get_value()[0]),
                    rtol=1e-5)


# -- when steps are taken ---------------------------------------------------------------------

def test_the_generator_steps_where_yann_s_product_is_divisible_by_k():
    steps, stream = [], types.SimpleNamespace(loaded=("train", 0))
    game = Game({player: lambda n, e, player=player: steps.append(player) or (1.0, 0)
                 for player in PLAYERS}, stream)
    game.choose(k=4)
    for epoch, block, number in np.ndindex(4, 3, 5):
        stream.loaded, steps[:] = ("train", block), []
        game(number, epoch)
        due = (number + 1) * (block + 1) * (epoch + 1) % 4 == 0
        assert steps == list(PLAYERS if due else PLAYERS[:2]), (epoch, block, number)


def test_the_generator_s_last_cost_stands_where_it_takes_no_step():
    net = gans.linear_gan(dataset(), noise())
    history = net.train(epochs=2, k=2, learning_rates=(0, 0.1))
    first, second, third, *rest = net.gen_cost
    assert first == 0 and second == third > 0  # due on the second mini batch of epoch 0 only
    assert len({second, *rest}) == 4  # on each of epoch 1
    assert history.column("generator_cost") == [second, np.mean(rest)]
    assert len(net.disc_cost) == len(net.softmax_cost) == 6


def test_a_generator_that_took_no_step_has_no_cost():
    net = gans.linear_gan(dataset(), noise())
    found = []
    before = changed(net, lambda: found.append(net.train(epochs=1, k=7)))
    assert found[0].column("generator_cost") == [None]
    assert not any(name.startswith("G(z)") for name in before)


def test_pre_training_is_the_classifier_s_alone():
    net, seen = gans.linear_gan(dataset(), noise()), []

    def watch(epoch):
        seen.append((sorted(epoch.costs), values(net)))

    history = net.train(epochs=1, pre_train_discriminator=2, learning_rates=(0.5, 0.1),
                        on_epoch=watch)
    before = history.pre_training
    assert [costs for costs, _ in seen] == [["softmax_cost"]] * 2 + [
        sorted(f"{p}_cost" for p in PLAYERS)]
    assert_array_equal(seen[0][1]["G(z).w"], seen[1][1]["G(z).w"])
    assert_array_equal(seen[0][1]["real.w"], seen[1][1]["real.w"])
    assert (seen[1][1]["real.w"] != seen[2][1]["real.w"]).any()
    assert before.column("cost") == before.column("softmax_cost")
    assert_allclose(before.column("learning_rate"), [0.1, 0.05])
    assert_allclose(history.column("learning_rate"), [0.1])  # the game's begins anew
    assert len(net.softmax_cost) == 9 and len(net.gen_cost) == 3
    assert net.train(epochs=1).pre_training is None


def test_pre_training_writes_no_parameters():
    with temporary_folder() as folder:
        net = gans.linear_gan(dataset(), noise(), resultor="")
        net.train(epochs=1, pre_train_discriminator=3)
        assert [p.name for p in (folder / "resultor" / "params").iterdir()] == [
            "epoch_0.safetensors"]


def test_early_terminate_means_what_it_means_elsewhere_q9():
    """At a rate of nearly 0 no validation is better than the first."""
    wanted = {None: 12, True: 4, False: 15}
    net = gans.linear_gan(dataset(), noise())
    for early, epochs in wanted.items():
        history = net.train(epochs=14, pre_train_discriminator=15, learning_rates=(0, 1e-30),
                            early_terminate=early)
        assert len(history.pre_training) == epochs, early
        assert history.pre_training.stopped_early == (early is not False)
        assert len(history) == 14 and not history.stopped_early  # a game is played to its end


# -- eras, retreats ---------------------------------------------------------------------------

def test_an_era_sets_all_rates_and_begins_from_the_best_parameters():
    net, seen = gans.linear_gan(dataset(), noise()), []

    def watch(epoch):
        seen.append((epoch.validation_error, values(net),
                     [float(o.learning_rate.get_value()) for o in net.cooked_optimizers]))
        if epoch.epoch == 2:
            net.dropout_layers["G(z)"].w = np.ones((2, 36))

    history = net.train(epochs=(3, 1), learning_rates=(0.5, 0.1, 1e-30), on_epoch=watch)
    assert_allclose([r for *_, r in seen], np.outer([0.1, 0.05, 0.025, 1e-30], np.ones(3)),
                    rtol=1e-6)
    assert history.column("era") == [0, 0, 0, 1]
    best = min(seen[:3], key=lambda entry: entry[0])[1]
    for name, value in values(net).items():
        assert_array_equal(value, best[name], err_msg=name)


def test_the_best_of_pre_training_is_not_brought_back_in_the_game():
    """No era of the game may throw the generator's training away for a better classifier."""
    net, start = gans.linear_gan(dataset(), noise()), []
    net.train(epochs=(1, 1), pre_train_discriminator=2, learning_rates=(0, 0.1, 1e-30),
              on_epoch=lambda epoch: start.append(values(net)["G(z).w"]))
    assert (start[1] != start[2]).any()
    assert_array_equal(start[3], start[2])


def test_costs_that_are_not_finite_bring_the_best_parameters_and_a_smaller_rate_back():
    net = gans.linear_gan(dataset(), noise(), optimizer_params={
        "momentum_type": "polyak", "optimizer_type": "adam"})

    def spoil(epoch):
        if epoch.epoch == 0:
            net.dropout_layers["G(z)"].w = np.full((2, 36), np.nan)

    history = net.train(epochs=3, learning_rates=(0, 0.1), on_epoch=spoil)
    assert_allclose(history.column("learning_rate"), [0.1, 0.01, 0.01])
    assert history.diverged_at is None and len(net.gen_cost) == len(net.disc_cost) == 9
    assert np.isfinite(net.gen_cost + net.disc_cost + net.softmax_cost).all()
    assert all(np.isfinite(value).all() for value in values(net).values())


def test_a_cost_that_is_never_finite_ends_the_game():
    net = gans.linear_gan(dataset(), noise())
    net.dropout_layers["G(z)"].w = np.full((2, 36), np.nan)
    history = net.train(epochs=3, nan_retreats=2)
    assert list(history) == [] and history.diverged_at == 0


def test_pre_training_that_diverges_leaves_the_best_parameters_to_the_game():
    net, begun = gans.linear_gan(dataset(), noise()), []
    start = values(net)

    def spoil(epoch):
        begun.append(epoch)
        if len(begun) == 1:
            net.dropout_layers["softmax"].w = np.full((5, CLASSES), np.nan)

    history = net.train(epochs=1, pre_train_discriminator=2, learning_rates=(0, 1e-30),
                        nan_retreats=0, on_epoch=spoil)
    assert history.pre_training.diverged_at == 1 and len(history) == 1
    assert_array_equal(values(net)["softmax.w"], start["softmax.w"])


# -- what is looked at ------------------------------------------------------------------------

def test_probabilities_of_both_paths():
    z = noise()
    net = gans.linear_gan(dataset(), z)
    x, y = net.datastream["data"].load_data("train", 0)
    net.load_if_empty()
    *_, real, fake, _ = gans.NumpyGan(net).forward(x[4:8], z.get_value())
    assert_allclose(net.mini_batch_discriminator_probability(1), real, rtol=1e-5)
    assert_allclose(net.mini_batch_generator_probability(1), fake, rtol=1e-5)


def test_looking_does_not_move_the_noise_so_what_is_printed_has_no_say():
    courses = []
    for verbose in (0, 2):
        net = gans.shallow_gan(dataset())
        with redirect_stdout(io.StringIO()) as out:
            net.train(verbose, epochs=2, show_progress=False)
        courses.append(net.gen_cost)
    assert courses[0] == courses[1] and "Sigmoid D(x)" in out.getvalue()
    assert_array_equal(net.mini_batch_generator_probability(0),
                       net.mini_batch_generator_probability(0))


def test_what_an_epoch_prints_q53():
    """`verbose` need not be given, and 3 works with no momentum."""
    net = gans.linear_gan(dataset(), noise())
    with redirect_stdout(io.StringIO()) as out:
        net.train(verbose=3, epochs=1, pre_train_discriminator=1, learning_rates=(0, 0.1))
        net.print_status(0, verbose=3)
    for line in (".. Softmax cost        : ", ".. Discriminator Sigmoid D(x)  : ",
                 ".. Generator Sigmoid D(G(z))   : ", ".. Discriminator cost  : ",
                 ".. Learning Rate       : 0.1", ".. Momentum            : None"):
        assert line in out.getvalue(), line
    before, game = out.getvalue().split("Sigmoid D(x)", 1)
    assert "Discriminator cost" not in before and "Generator cost" in game
    assert len(net.train()) == 40 and net.verbose == 0


def test_running_out_of_patience_before_the_game_is_no_error_q53():
    net = gans.linear_gan(dataset(), noise())
    history = net.train(epochs=1, pre_train_discriminator=9, learning_rates=(0, 1e-30),
                        early_terminate=True)
    assert history.pre_training.stopped_early and len(history) == 1


def test_the_order_of_game_layers_only_changes_what_is_printed_q62():
    z, courses = noise(), []
    for game in (("fake", "real"), ("real", "fake")):
        net = gans.linear_gan(dataset(), z, game_layers=game)
        net.load_if_empty()
        seen = [look(0) for look in (net.mini_batch_generator_probability,
                                     net.mini_batch_discriminator_probability)]
        net.train(epochs=1)
        courses.append((seen, net.gen_cost))
    (first, costs), (second, again) = courses
    assert costs == again
    assert_array_equal(first[0], second[1])
    assert_array_equal(first[1], second[0])


def test_the_plain_rate_and_momentum_are_the_generator_s_q54():
    net = gans.shallow_gan(dataset())
    assert net.learning_rate is net.generator_learning_rate
    assert net.cooked_optimizer is net.cooked_generator_optimizer
    assert_allclose(net.current_momentum(25), 0.775)
    assert_allclose(net.softmax_current_momentum(epoch=50), 0.9)
    net.discriminator_learning_rate.set_value(np.float32(0.5))
    net.discriminator_decay_learning_rate(0.1)
    assert_allclose(net.discriminator_learning_rate.get_value(), 0.45, rtol=1e-6)
    assert set(net.optimizer) == {f"{player}_optimizer" for player in PLAYERS}


def test_the_network_s_own_options_arrive_q52():
    rng = np.random.RandomState(3)
    net = gan(verbose=1, borrow=False, rng=rng)
    assert net.borrow is False and net.rng is rng and net.verbose == 1
    assert net.last_layer_created is None and net.gen_cost == []


# -- testing ----------------------------------------------------------------------------------

def test_test_counts_every_row_whatever_the_size_of_the_noise():
    """Six and seven rows in mini batches of 4, with three rows of noise."""
    z = noise()
    net = gans.linear_gan(dataset(), z)
    for split, call in (("valid", net.validate), ("test", net.test)):
        x, y = net.datastream["data"].load_data(split, 0)
        p = gans.NumpyGan(net).forward(x, z.get_value())[-1]
        assert_allclose(call(), 100 * np.mean(p.argmax(axis=1) == y))
    assert net.network_type == "gan"
    net.datastream["data"].set_data("test", 0)
    assert net.layer_activity("real", 1).shape == (3, 1)
    assert net.layer_activity("fake", 1).shape == (3, 1)
    assert net.mini_batch_posterior(1).shape == (3, CLASSES)


def test_without_a_classifier_test_returns_the_discriminator_s_cost():
    z = noise()
    net = gans.linear_gan(dataset(), z, head=False)
    assert not net.softmax_head and list(net.optimizer) == ["discriminator_optimizer",
                                                            "generator_optimizer"]
    x, y = net.datastream["data"].load_data("test", 0)
    oracle = gans.NumpyGan(net)
    wanted = [oracle.costs(x[i], y[i], z.get_value())["discriminator"]
              for i in (slice(0, 4), slice(4, 7))]
    assert_allclose(net.test(), (4 * wanted[0] + 3 * wanted[1]) / 7, rtol=1e-5)
    history = net.train(epochs=(1, 1), learning_rates=(0, 0.1, 1e-30))
    assert history.column("validation_error") == history.column("training_error") == [None] * 2
    assert net.softmax_cost == [] and len(net.gen_cost) == 6
    # The last parameters count as the best: a new era throws nothing away.
    assert (net.dropout_layers["G(z)"].b.get_value() != 0).any()
    assert "cooked without a classifier" in message(ValueError, net.mini_batch_train_softmax, 0)


def test_pre_training_without_a_classifier_is_ignored_with_a_warning():
    net = gans.linear_gan(dataset(), noise(), head=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = net.train(epochs=1, pre_train_discriminator=3)
    ours = [w for w in caught if w.category is UserWarning]
    assert [str(w.message) for w in ours] == [
        "pre_train_discriminator is ignored: the network was cooked without a classifier."]
    assert ours[0].filename == __file__
    assert history.pre_training is None and len(history) == 1


# -- running statistics -----------------------------------------------------------------------

def normalised_gan(data, z):
    """Return a network with batch norm in both players, and in a layer that none has."""
    net = gans.begin(data)
    net.add_layer("tensor", id="z", input=z, input_shape=(3, 2))
    net.add_layer("input", id="x")
    net.add_layer("dot_product", id="G(z)", origin="z", num_neurons=36, activation=None,
                  batch_norm=True)
    gans.add_twice(net, "dot_product", ("D(x)", "D(G(z))"), ("x", "G(z)"), num_neurons=5,
                   activation=None, batch_norm=True)
    gans.add_twice(net, "batch_norm", ("Bx", "Bz"), ("D(x)", "D(G(z))"))
    gans.add_twice(net, "dot_product", ("real", "fake"), ("Bx", "Bz"), num_neurons=1,
                   activation="sigmoid")
    net.add_layer("classifier", id="softmax", origin="Bx", num_classes=CLASSES)
    gans.add_objectives(net, *gans.entropies(net, "real", "fake"))
    return gans.cook(net, ["D(x)"], ["G(z)"], ("fake", "real"))


def test_running_statistics_move_once_a_round_by_what_their_owner_sees_q55():
    z = noise()
    net = normalised_gan(dataset(), z)
    x, _ = net.datastream["data"].load_data("train", 0)
    w = {id: net.dropout_layers[id].w.get_value() for id in ("G(z)", "D(x)")}
    mean = {id: p.running_mean for id, p in net.dropout_layers.items() if p.batch_norm}
    assert mean["D(x)"] is mean["D(G(z))"]
    rates(net, 0.1).mini_batch_train(0)
    assert_allclose(mean["D(x)"].get_value()[0], 0.1 * (x[:4] @ w["D(x)"]).mean(axis=0), atol=1e-6)
    assert_allclose(mean["G(z)"].get_value()[0], 0.1 * (z.get_value() @ w["G(z)"]).mean(axis=0),
                    atol=1e-7)


def test_statistics_of_a_layer_of_no_player_move_with_the_first_one_q55():
    net = normalised_gan(dataset(), noise())
    rates(net, 0.1)
    steps = {p: functools.partial(getattr(net, f"mini_batch_train_{p}"), 0) for p in PLAYERS}
    moved = {p: {name for name in changed(net, step) if "running" in name}
             for p, step in steps.items()}
    both = ("running_mean", "running_var")
    assert moved == {"softmax": {f"{id}.{s}" for id in ("D(x)", "Bx") for s in both},
                     "discriminator": set(), "generator": {f"G(z).{s}" for s in both}}


# -- data-dependent start, restart, checkpoints -----------------------------------------------

def test_a_data_dependent_start_standardises_both_players():
    net = gans.linear_gan(dataset(), noise(), "weightnorm_", data_dependent_start=True)
    net.load_if_empty()
    made, features = net.layer_activity("G(z)"), net.layer_activity("D(x)")
    for y in (made, features):
        assert_allclose(y.mean(axis=0), 0, atol=1e-5)
        assert_allclose(y.std(axis=0), 1, rtol=1e-4)


def test_restart_gives_the_numbers_of_a_new_network():
    def course(net):
        net.train(epochs=2, pre_train_discriminator=1, learning_rates=(0, 0.01))
        return net.softmax_cost, net.disc_cost, net.gen_cost, net.cost

    net = gans.shallow_gan(dataset(), "weightnorm_")
    first = course(net)
    net.restart(np.random.RandomState(0))
    assert net.gen_cost == [] and course(net) == first


class Stop(Exception):
    """Ends a training at a certain epoch."""


def test_a_game_goes_on_from_a_checkpoint_with_the_numbers_of_never_having_stopped():
    options = {"epochs": 2, "pre_train_discriminator": 2, "learning_rates": (0.1, 0.01), "k": 2}

    def course(net, **more):
        history = net.train(**options, **more)
        return history.column("cost"), net.softmax_cost, net.gen_cost, net.cost

    def stop_after(count):
        def watch(epoch):
            seen.append(epoch)
            if len(seen) == count:
                raise Stop
        return watch

    whole = gans.shallow_gan(dataset())
    wanted = course(whole)
    for count in (1, 2, 3):  # in pre-training, at its end, in the game
        with temporary_folder() as folder:
            seen = []
            try:
                course(gans.shallow_gan(dataset()), checkpoint=folder / "c",
                       on_epoch=stop_after(count))
            except Stop:
                net = gans.shallow_gan(dataset())
                assert course(net, checkpoint=folder / "c") == wanted, count
                for name, value in values(net).items():
                    assert_array_equal(value, values(whole)[name], err_msg=name)


def test_pictures_do_not_move_the_noise_so_drawing_has_no_say():
    courses = []
    for drawn in (False, True):
        with temporary_folder() as folder:
            modules = [("visualizer", {"root": folder})] if drawn else []
            net = gans.shallow_gan(dataset(), modules=modules)
            net.train(epochs=2)
            courses.append(net.gen_cost)
            assert drawn == (folder / "visualizer" / "activities" / "epoch_1").exists()
    assert courses[0] == courses[1]


def test_the_example_trains_and_draws_what_its_generator_makes():
    build = runpy.run_path(str(EXAMPLE))["build"]
    images, labels = arrays(200)
    data = dataset_from_arrays((images[..., 0], labels))
    with temporary_folder() as folder, redirect_stdout(io.StringIO()):
        net = build(data, "weightnorm_", folder)
        assert len(net.train(epochs=1, learning_rates=(0, 1e-3))) == 1
        drawn = folder / "visualizer" / "activities" / "epoch_0" / "layer_digits"
        assert [path.name for path in drawn.iterdir()] == ["image_0.jpg"]
    assert [p.name for p in net.generator_active_params] == [
        f"{id}.{name}" for id in ("G1", "G(z)") for name in "vgb"]


# -- errors -----------------------------------------------------------------------------------

def test_cook_says_what_is_missing_or_unknown():
    net, cases = gans.linear_gan(dataset(), noise()), [
        ({"objective_layers": ["discriminator_obj", "generator_obj"]},
         "it needs the ids of three objectives"),
        ({"objective_layers": ["classifier_obj", None, "generator_obj"]},
         "objective_layers has None for the discriminator"),
        ({"objective_layers": ["classifier_ob", "discriminator_obj", "generator_obj"]},
         "cook: objective_layers: no layer 'classifier_ob' (perhaps you meant 'classifier_obj')"),
        ({"softmax_layer": "D(x)"}, "cook: softmax_layer 'D(x)' is a dot_product"),
        ({"softmax_layer": "sofmax"}, "cook: softmax_layer: no layer 'sofmax' (perhaps"),
        ({"classifier_layers": None}, "cook: classifier_layers is None; it must be a list"),
        ({"generator_layers": "G(z)"}, "cook: generator_layers is 'G(z)'; it must be a list"),
        ({"generator_layers": ["z"]}, "cook: generator_layers ['z'] have nothing to learn"),
        ({"discriminator_layers": ["D(y)"]}, "cook: discriminator_layers: no layer 'D(y)'"),
        ({"game_layers": None}, "game_layers None; it needs the ids of two layers"),
        ({"game_layers": ("fake", "rael")}, "cook: game_layers: no layer 'rael' (perhaps"),
        ({"generator_layers": ["softmax"]},
         "optimizer 'generator_optimizer' cannot learn 'softmax.w'"),
        ({"optimizer_params": {"optimizer_type": "adm"}}, "(perhaps you meant 'adam')")]
    for options, wanted in cases:
        said = message(ValueError, gans.cook, net, ["D(x)", "real"], ["G(z)"], ("fake", "real"),
                       **dict({"classifier_layers": ["D(x)", "softmax"]}, **options))
        assert wanted in said, said


def test_the_softmax_layer_is_the_last_classifier_by_default():
    net = gans.linear_gan(dataset(), noise(), softmax_layer=None)
    assert net.cooked_classifier == "softmax"


def test_train_says_what_is_wrong_with_its_options():
    net = gans.linear_gan(dataset(), noise())
    assert "train got k 0; it must be a positive integer" in message(ValueError, net.train, k=0)
    assert "train got pre_train_discriminator -1; it must be a number of epochs" in message(
        ValueError, net.train, pre_train_discriminator=-1)
    before = values(net)
    assert "it must have 3 entries" in message(
        ValueError, net.train, pre_train_discriminator=2, epochs=(1, 1), learning_rates=(0, 0.1))
    assert_array_equal(values(net)["softmax.w"], before["softmax.w"])
    assert "train: the network is not cooked" in message(RuntimeError, gan(verbose=0).train)
    assert "not cooked" in message(RuntimeError, gan(verbose=0).mini_batch_train_generator, 0)


def test_the_script_s_optimizer_params_are_left_as_they_are():
    params = {"optimizer_type": "adam", "id": "main"}
    gans.linear_gan(dataset(), noise(), optimizer_params=params)
    assert params == {"optimizer_type": "adam", "id": "main"}


# -- learning ---------------------------------------------------------------------------------

def check_learning(prefix):
    """Points around (2, -1): what is made of noise begins around (0, 0) and moves there."""
    rng, centre = np.random.RandomState(2), np.array([2.0, -1.0])
    points = centre + 0.3 * rng.normal(size=(256, 2))
    data = dataset_from_arrays((points, np.zeros(256, int)), mini_batch_size=64)
    net = gans.begin(data, seed=4)
    net.add_layer("random", id="z", num_neurons=(64, 2), distribution="normal")
    net.add_layer("input", id="x")
    net.add_layer(prefix + "dot_product", id="G(z)", origin="z", num_neurons=2, activation=None)
    gans.add_twice(net, prefix + "dot_product", ("D(x)", "D(G(z))"), ("x", "G(z)"), num_neurons=16)
    gans.add_twice(net, prefix + "dot_product", ("real", "fake"), ("D(x)", "D(G(z))"),
                   num_neurons=1, activation="sigmoid")
    gans.add_objectives(net, *gans.entropies(net, "real", "fake"), head=False)
    net.cook([None, "discriminator_obj", "generator_obj"], ["D(x)", "real"], ["G(z)"],
             ("fake", "real"), optimizer_params={"optimizer_type": "adam"}, resultor=None)

    def distance():
        return np.linalg.norm(net.layer_activity("G(z)").mean(axis=0) - centre)

    assert distance() > 2
    net.train(epochs=100, learning_rates=(0, 0.01))
    assert distance() < 0.5, distance()


def test_what_a_generator_makes_moves_to_the_data():
    check_learning("")


def test_what_a_generator_with_normalised_weights_makes_moves_to_the_data():
    check_learning("weightnorm_")


# -- the tutorials' networks without deconvolutions -------------------------------------------

def test_shallow_gan():
    gans.check_tutorial(gans.shallow_gan, dataset())


def test_shallow_gan_with_normalised_weights():
    gans.check_tutorial(gans.shallow_gan, dataset(), "weightnorm_")


def test_shallow_wgan():
    gans.check_tutorial(gans.shallow_wgan, dataset())


def test_shallow_wgan_with_normalised_weights():
    gans.check_tutorial(gans.shallow_wgan, dataset(), "weightnorm_")


def test_deep_gan():
    gans.check_tutorial(gans.deep_gan, dataset())


def test_deep_gan_with_normalised_weights():
    gans.check_tutorial(gans.deep_gan, dataset(), "weightnorm_")
