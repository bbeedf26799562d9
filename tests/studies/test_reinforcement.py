"""The agent's parts against NumPy, and the whole of it in a game whose values are known."""

import collections
import functools
from unittest import TestCase

import numpy as np
import theano
import theano.tensor as T

from tests.small import floatx, message
from yann_weightnorm.studies.reinforcement.agent import Agent, build, huber, td_target
from yann_weightnorm.studies.reinforcement.optimizing import BETA1, OPTIMIZERS
from yann_weightnorm.studies.reinforcement.playing import Returns, exploration, learn, score
from yann_weightnorm.studies.reinforcement.replay import Replay
from yann_weightnorm.toolbox.updates import Slots

SHAPE, ACTIONS, DISCOUNT = (3, 3, 2), 3, 0.9
Settings = collections.namedtuple("Settings", "frames interval start_frames exploration_frames "
                                              "replay_size target_interval mini_batch_size")


class Corridor:
    """Four places in a row: 1 goes right, else left; at the right end there is a reward.

    It has the methods of MinAtar's environments.
    """

    LENGTH = 4

    def __init__(self):
        self.reset()

    def reset(self):
        self.place = 0

    def state(self):
        state = np.zeros((3, 3, 1), "bool")
        state.flat[2 * self.place] = True
        return state

    def act(self, action):
        self.place = self.place + 1 if action == 1 else max(0, self.place - 1)
        ended = self.place == self.LENGTH
        return float(ended), ended

    def state_shape(self):
        return [3, 3, 1]

    def num_actions(self):
        return 2


@functools.lru_cache(maxsize=None)
def small_agent(arm="weight norm"):
    """Return an agent in float64, its target network another than itself."""
    with floatx("float64"):
        agent = Agent(build(SHAPE, ACTIONS, arm, "adamax"), DISCOUNT)
        agent.begin(3, 0.01)
    for param in agent.net.params:
        param.set_value(param.get_value() + 0.03 * np.random.RandomState(1).normal(
            size=param.get_value().shape))
    return agent


@functools.lru_cache(maxsize=None)
def corridor_agent(arm):
    return Agent(build((3, 3, 1), 2, arm, "adamax"), DISCOUNT)


def transitions(rows=5, seed=0):
    rng = np.random.RandomState(seed)
    states = (rng.random_sample((2, rows, 18)) < 0.4).astype("float64")
    return (states[0], rng.randint(ACTIONS, size=rows).astype("int32"),
            np.array([0.0, 1.0, 3.0, 0.0, -2.0]), np.array([0.0, 1.0, 0.0, 1.0, 0.0]), states[1])


# -- the cost ---------------------------------------------------------------------------------

def test_the_target_is_the_reward_and_the_best_that_follows_unless_it_ended():
    rewards, ended = np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0])
    values = np.array([[1.0, 4.0], [9.0, 9.0], [-1.0, -2.0]])
    np.testing.assert_allclose(td_target(rewards, ended, values, 0.5), [3.0, 1.0, -0.5])


def test_huber_is_a_parabola_that_goes_on_as_lines():
    errors = np.array([-3.0, -1.0, -0.5, 0.0, 0.2, 1.0, 2.5])
    found = huber(T.constant(errors)).eval()
    np.testing.assert_allclose(found, [2.5, 0.5, 0.125, 0.0, 0.02, 0.5, 2.0], atol=1e-12)


def test_the_cost_is_that_of_numpy_with_next_values_by_the_target_network():
    with floatx("float64"):
        agent, batch = small_agent(), transitions()
        values = agent.net.dropout_layers["values"].output
        read, cost = theano.function(agent.inputs[:1], values), theano.function(
            agent.inputs, agent.cost)
        now = read(batch[0])
        newer = [param.get_value() for param in agent.net.params]
        for param, older in zip(agent.net.params, agent._older):
            param.set_value(older.get_value())
        then = read(batch[4])
        for param, value in zip(agent.net.params, newer):
            param.set_value(value)
        error = now[np.arange(5), batch[1]] - (batch[2] + DISCOUNT * (1 - batch[3]) * then.max(1))
        size = np.abs(error)
        assert size.min() < 1 < size.max()
        expected = np.where(size < 1, size ** 2 / 2, size - 0.5).mean()
        np.testing.assert_allclose(cost(*batch), expected, rtol=1e-10)


def test_gradients_are_those_of_finite_differences():
    with floatx("float64"):
        agent, batch = small_agent(), transitions()
        params = agent.net.active_params
        function = theano.function(agent.inputs, [agent.cost, *T.grad(agent.cost, params)])
        gradients, step = function(*batch)[1:], 1e-6
        for param, gradient in zip(params, gradients):
            value = param.get_value()
            entry = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
            costs = []
            for sign in (1, -1):
                moved = value.copy()
                moved[entry] += sign * step
                param.set_value(moved)
                costs.append(function(*batch)[0])
            param.set_value(value)
            slope = (costs[0] - costs[1]) / (2 * step)
            np.testing.assert_allclose(slope, gradient[entry], rtol=1e-5, atol=1e-8)


# -- the update rules -------------------------------------------------------------------------

def steps(rule, gradients, rate=0.1):
    """Return the values of a parameter that starts at 0 after each step."""
    with floatx("float64"):
        p, g, slots = theano.shared(0.0, name="p"), T.dscalar("g"), Slots()
        new, = OPTIMIZERS[rule]([p], [g], rate, slots)
        function = theano.function([g], [], updates=[(p, new), *slots.updates.items()])
    found = []
    for gradient in gradients:
        function(gradient)
        found.append(float(p.get_value()))
    return found


def test_adamax_has_the_papers_momentum():
    expected, place, mean, largest = [], 0.0, 0.0, 0.0
    for number, gradient in enumerate((1.0, -3.0, 0.5), start=1):
        mean = 0.5 * mean + 0.5 * gradient
        largest = max(0.999 * largest, abs(gradient))
        place -= 0.1 / (1 - 0.5 ** number) * mean / largest
        expected.append(place)
    assert BETA1 == 0.5
    np.testing.assert_allclose(steps("adamax", (1.0, -3.0, 0.5)), expected, rtol=1e-6)


def test_rmsprop_is_centred_and_has_momentum():
    expected, place, mean, square, step = [], 0.0, 0.0, 0.0, 0.0
    for gradient in (1.0, -3.0, 0.5):
        mean, square = 0.95 * mean + 0.05 * gradient, 0.95 * square + 0.05 * gradient ** 2
        step = 0.95 * step + gradient / (np.sqrt(square - mean ** 2) + 0.01)
        place -= 0.1 * step
        expected.append(place)
    np.testing.assert_allclose(steps("rmsprop", (1.0, -3.0, 0.5)), expected, rtol=1e-9)


# -- the memory -------------------------------------------------------------------------------

def filled(capacity, count):
    """Return a memory of `count` transitions; the state of number n is n in binary."""
    replay = Replay(capacity, (1, 4, 1))
    for number in range(count):
        replay.add(in_binary(number), number % 3, float(number), number % 5 == 4)
    return replay


def in_binary(number):
    return np.array([number >> bit & 1 for bit in range(4)], "bool").reshape(1, 4, 1)


class Memory(TestCase):
    def test_what_goes_together_stays_together_round_the_end(self):
        for count in (2, 5, 6, 7, 8, 13):
            replay = filled(6, count)
            self.assertEqual(len(replay), min(count, 6))
            states, actions, rewards, ended, after = replay.sample(200, np.random.RandomState(0))
            numbers = rewards.astype(int)
            self.assertEqual(set(numbers), set(range(max(0, count - 6), count - 1)))
            np.testing.assert_array_equal(states, [in_binary(n).ravel() for n in numbers])
            np.testing.assert_array_equal(after, [in_binary(n + 1).ravel() for n in numbers])
            np.testing.assert_array_equal(actions, numbers % 3)
            np.testing.assert_array_equal(ended, numbers % 5 == 4)

    def test_transitions_are_drawn_alike(self):
        draws = filled(6, 9).sample(50000, np.random.RandomState(1))[2]
        counts = np.bincount(draws.astype(int))[3:]
        self.assertEqual(len(counts), 5)
        np.testing.assert_allclose(counts / 50000, 0.2, atol=4 * np.sqrt(0.16 / 50000))

    def test_it_takes_a_byte_a_cell(self):
        self.assertEqual(Replay(100, (10, 10, 4))._states.nbytes, 100 * 400)

    def test_too_little_is_refused(self):
        self.assertIn("holds 1; add two first", message(
            ValueError, filled(6, 1).sample, 3, np.random.RandomState(0)))
        self.assertIn("capacity 1; it must be 2 or more", message(ValueError, Replay, 1, SHAPE))


# -- playing ----------------------------------------------------------------------------------

def test_exploration_falls_along_a_line():
    expected = [1.0, 1.0, 0.55, 0.1, 0.1]
    found = [exploration(frame, 50, 100) for frame in (0, 50, 100, 150, 9999)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_returns_are_means_of_the_last_episodes():
    returns = Returns(count=2)
    assert returns.mean is None
    for reward, ended in ((5, True), (1, False), (1, True), (0, False), (4, True), (9, False)):
        returns.add(reward, ended)
    assert returns.mean == 3.0


class InTheCorridor(TestCase):
    """What the values must be: 1 at the last step to the right, 0.9 the step before, ..."""

    def run_of(self, arm, seed=1):
        agent, told = corridor_agent(arm), []
        agent.begin(seed, 0.003)
        run = Settings(frames=1600, interval=400, start_frames=100, exploration_frames=800,
                       replay_size=1000, target_interval=20, mini_batch_size=16)
        fine = learn(agent, Corridor(), run, np.random.RandomState(seed), "data" in arm,
                     lambda *values: told.append(values))
        self.assertTrue(fine)
        return agent, told

    def check_values(self, arm):
        agent, told = self.run_of(arm)
        corridor, right = Corridor(), DISCOUNT ** np.arange(3, -1, -1)
        left = DISCOUNT * right[[0, 0, 1, 2]]
        read = theano.function(agent.inputs[:1], agent.net.layers["values"].output)
        for place in range(4):
            corridor.place = place
            state = corridor.state()
            self.assertEqual(agent.best(state), 1)
            found = read(state.reshape(1, -1).astype(theano.config.floatX))[0]
            np.testing.assert_allclose(found, [left[place], right[place]], atol=0.1)
        self.assertEqual(told[-1][0], 1.0)
        self.assertEqual(score(agent, Corridor(), 100, np.random.RandomState(0)), 1.0)

    def test_plain_weights_learn_them(self):
        self.check_values("normal")

    def test_weight_norm_that_starts_from_states_learns_them(self):
        self.check_values("weight norm + data start")

    def test_a_run_is_the_same_alone_and_after_another(self):
        first = self.run_of("weight norm + data start")[1]
        self.run_of("weight norm + data start", seed=2)
        self.assertEqual(self.run_of("weight norm + data start")[1], first)

    def test_a_cost_that_is_not_finite_ends_it(self):
        agent, told = corridor_agent("normal"), []
        agent.begin(0, float("inf"))
        run = Settings(100, 10, 20, 10, 50, 5, 4)
        self.assertFalse(learn(agent, Corridor(), run, np.random.RandomState(0), False,
                               lambda *values: told.append(values)))
        self.assertEqual(len(told), 3)


def test_the_data_dependent_start_gives_values_of_deviation_1():
    agent = corridor_agent("weight norm + data start")
    agent.begin(5, 0.001)
    states = np.random.RandomState(0).randint(2, size=(200, 9)).astype(theano.config.floatX)
    agent.start_from(states)
    values = theano.function(agent.inputs[:1], agent.net.layers["values"].output)(states)
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-4)
    for older, param in zip(agent._older, agent.net.params):
        np.testing.assert_array_equal(older.get_value(), param.get_value())
