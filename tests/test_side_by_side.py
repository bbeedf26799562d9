"""Trainings side by side are the network's own trainings, each from one beginning."""

import functools

import numpy as np
from numpy.testing import assert_allclose

from tests.small import begin, finish, without_c_code
from yann_weightnorm import initialize_from_data
from yann_weightnorm.side_by_side import Trained, best, curves, table, train_at
from yann_weightnorm.toolbox.figures import new_figure
from yann_weightnorm.toolbox.history import Epoch, History

RATES = 0.01, 0.1
SGD = {"optimizer_type": "sgd", "momentum_type": "false"}


@functools.lru_cache(maxsize=None)
def net():
    return finish(begin(optimizer=SGD, stream={"shuffle": True}), "weightnorm_")


@functools.lru_cache(maxsize=None)
def runs():
    with without_c_code():
        return train_at(net(), RATES, epochs=3, seed=4)


def made_up(validation, cost=1.0, rate=0.1, diverged_at=None):
    """Return a training of one epoch that ended with these figures."""
    history = History([Epoch(0, 0, cost, 50.0, validation, rate, None, 0.0)])
    history.diverged_at = diverged_at
    return Trained(rate, history, 90.0)


def test_each_rate_is_a_training_from_the_seed():
    with without_c_code():
        again = train_at(net(), RATES[::-1], epochs=3, seed=4)[::-1]
        net().restart(np.random.RandomState(4))
        alone = net().train(verbose=0, epochs=3, learning_rates=(0, RATES[1]))
    assert [run.rate for run in runs()] == list(RATES)
    for run, other in zip(runs(), again):
        assert run.history.column("cost") == other.history.column("cost")
    assert runs()[1].history.column("cost") == alone.column("cost")
    assert runs()[0].cost == runs()[0].history[-1].cost != runs()[1].cost


def test_a_start_comes_before_each_training():
    with without_c_code():
        begun = train_at(net(), RATES, epochs=1, start=initialize_from_data)
        net().restart(np.random.RandomState(0))
        initialize_from_data(net())
        alone = net().train(verbose=0, epochs=1, learning_rates=(0, RATES[1]))
    assert_allclose(begun[1].cost, alone[0].cost)
    assert begun[1].cost != runs()[1].history[0].cost


def test_what_diverges_is_told_and_never_best():
    with without_c_code(), np.errstate(all="ignore"):
        lost = train_at(net(), [1e38], epochs=3)[0]
    assert lost.history.diverged_at is not None and lost.cost == lost.validation == np.inf
    assert best([lost, *runs()]) is not lost
    said = table({"normalised": [*runs(), lost]}).splitlines()
    assert said[3].split() == ["1e+38", "diverged", "in", "epoch", str(lost.history.diverged_at)]


def test_the_best_has_the_lowest_validation_error_then_the_lowest_cost():
    high, low, same = made_up(12.0, cost=0.1), made_up(8.0, cost=0.3), made_up(8.0, cost=0.2)
    assert best([high, low]) is low and best([high, low, same]) is same


def test_the_table_has_a_line_for_each_training_and_marks_the_best():
    arms = {"plain": [made_up(12.0, rate=0.1), made_up(8.0, rate=0.3)],
            "normalised": [made_up(9.5, cost=0.25)]}
    assert [line.split() for line in table(arms).splitlines()] == [
        ["rate", "cost", "validation", "test"], ["plain", "0.1", "1.0000", "12", "90"],
        ["0.3", "1.0000", "8", "90", "*"], ["normalised", "0.1", "0.2500", "9.5", "90", "*"]]


def test_curves_are_the_histories():
    axes = curves(new_figure(4, 3).subplots(), dict(zip(("slow", "fast"), runs())))
    assert axes.get_yscale() == "log" and axes.get_ylabel() == "cost"
    for line, run, label in zip(axes.get_lines(), runs(), ("slow, rate 0.01", "fast, rate 0.1")):
        assert line.get_label() == label
        assert_allclose(line.get_xydata(), np.transpose([[1, 2, 3], run.history.column("cost")]))
    errors = curves(axes, {"slow": runs()[0]}, "validation_error").get_lines()[-1]
    assert errors.get_ydata().tolist() == runs()[0].history.column("validation_error")
