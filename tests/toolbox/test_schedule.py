"""Eras, annealing and learning rates as a function of the epoch."""

from numpy.testing import assert_allclose

from tests.small import message
from yann_weightnorm.toolbox.schedule import Schedule


def rates(schedule):
    found, rate = [], None
    for epoch in range(schedule.total):
        rate = schedule.rate(epoch, rate)
        found.append(rate)
    return found


def test_the_rate_loses_its_annealing_share_each_epoch():
    assert_allclose(rates(Schedule((3,), (0.5, 0.8))), [0.8, 0.4, 0.2])


def test_an_era_starts_with_its_rate_unless_the_present_one_is_smaller():
    assert_allclose(rates(Schedule((2, 2), (0.0, 1.0, 0.1))), [1, 1, 0.1, 0.1])
    assert_allclose(rates(Schedule((3, 1), (0.5, 1.0, 0.9))), [1, 0.5, 0.25, 0.125])


def test_a_function_of_the_epoch_gives_the_rate():
    schedule = Schedule(4, lambda epoch: 1.0 / (1 + epoch))
    assert_allclose(rates(schedule), [1, 1 / 2, 1 / 3, 1 / 4])
    assert_allclose(schedule.rate(1, 1.0, cut=0.1), 0.05)


def test_one_era_as_a_number_or_a_tuple_q8():
    for epochs in (3, (3,)):
        schedule = Schedule(epochs, (0.0, 1.0))
        assert schedule.total == 3 and schedule.is_last_era(0)
    assert Schedule((2, 1)).rates == (0.01, 0.001) and Schedule(2).rates == (0.01,)


def test_eras_begin_at_the_sums():
    schedule = Schedule((2, 3, 1), (0, 1, 1, 1))
    assert [schedule.era(e) for e in range(6)] == [0, 0, 1, 1, 1, 2]
    assert [e for e in range(6) if schedule.begins_era(e)] == [2, 5]
    assert not schedule.is_last_era(4) and schedule.is_last_era(5)


def test_learning_rates_of_the_wrong_length_are_refused():
    for wrong in ((0.0, 0.1), (0.0, 0.1, 0.1, 0.1), 0.1, "fast"):
        said = message(ValueError, Schedule, (5, 1), wrong)
        assert "learning_rates" in said and "3 entries" in said and "2 era(s)" in said, said


def test_learning_rates_that_are_no_finite_numbers_are_refused():
    for wrong in ((0.0, float("nan")), (0.0, "0.1"), (None, 0.1)):
        assert "finite number" in message(ValueError, Schedule, 5, wrong)


def test_epochs_that_are_no_counts_are_refused():
    for wrong in (2.5, (), (3, -1), "ten", None):
        assert "train got epochs" in message(ValueError, Schedule, wrong, (0.0, 0.1))
