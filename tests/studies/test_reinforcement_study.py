"""The study of agents: its grid, its runs in MinAtar's games, what is refused."""

import dataclasses
import functools
import importlib.util
from unittest import TestCase, mock

import numpy as np

from tests.small import message
from tests.studies.recorded import recorded
from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.reinforcement.environments import CHANNELS, begun
from yann_weightnorm.studies.reinforcement.study import check, perform

STUDY = study_named("reinforcement").override({}, "smoke")
RUN = STUDY.runs()[0]
records_of = functools.partial(recorded, perform)


def with_(**values):
    return dataclasses.replace(RUN, **values)


def random_play(game, seed, steps=400):
    """Return the states and rewards that random actions lead to."""
    environment, rng = begun(game, seed), np.random.RandomState(0)
    states, rewards = [], []
    for _ in range(steps):
        states.append(environment.state())
        reward, ended = environment.act(rng.randint(environment.num_actions()))
        rewards.append(reward)
        if ended:
            environment.reset()
    return np.array(states), rewards


class Grid(TestCase):
    def test_every_budget_is_accepted(self):
        for budget in ("smoke", "quick", "full", "paper"):
            for run in study_named("reinforcement").override({}, budget).runs():
                check(run, None)
                self.assertEqual(run.points * run.interval, run.frames)

    def test_paper_has_the_papers_rates_and_minatars_frames(self):
        runs = study_named("reinforcement").override({}, "paper").runs()
        self.assertEqual({run.learning_rate for run in runs}, {1e-4, 3e-4, 1e-3, 3e-3})
        self.assertEqual({(run.frames, run.replay_size, run.optimizer) for run in runs},
                         {(5000000, 100000, "adamax")})
        self.assertEqual({run.game for run in runs}, {"breakout", "space_invaders", "freeway"})

    def test_what_is_drawn_and_counted_needs_no_new_functions(self):
        self.assertEqual(RUN.graph, with_(seed=7, learning_rate=1.0, frames=800).graph)
        self.assertNotEqual(RUN.graph, with_(optimizer="rmsprop").graph)

    def test_claims_speak_of_arms_and_games_that_there_are(self):
        for claim in CLAIMS["reinforcement"]:
            self.assertIn(claim.where.get("game", "breakout"), CHANNELS)
            self.assertIn(claim.verdict([]).word, "not testable at this scale")


class Games(TestCase):
    def test_they_have_the_channels_that_costs_are_estimated_by(self):
        for game, channels in CHANNELS.items():
            self.assertEqual(begun(game, 0).state_shape(), [10, 10, channels])
            self.assertEqual(begun(game, 0).state().dtype, bool)

    def test_a_seed_determines_a_game(self):
        for game in ("breakout", "space_invaders", "freeway"):
            (states, rewards), (again, others) = random_play(game, 4), random_play(game, 4)
            np.testing.assert_array_equal(states, again)
            self.assertEqual(rewards, others)
        self.assertFalse(np.array_equal(states, random_play(game, 5)[0]))


class Repeats(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        run = with_(arm="weight norm + data start")
        first = records_of(run)
        records_of(dataclasses.replace(run, seed=9))
        self.assertEqual(records_of(run), first)
        self.assertEqual([each["kind"] for each in first], ["header", *["epoch"] * 4, "end"])
        self.assertIsNone(first[1]["td_cost"])
        self.assertGreater(first[-2]["td_cost"], 0)


class Refused(TestCase):
    def test_words_that_mean_nothing(self):
        for name, value, words in (("game", "break out", "perhaps you meant 'breakout'"),
                                   ("optimizer", "adamx", "perhaps you meant 'adamax'"),
                                   ("arm", "weightnorm", "perhaps you meant")):
            with self.assertRaisesRegex(ValueError, words):
                check(with_(**{name: value}), None)

    def test_an_arm_that_no_agent_has(self):
        for arm in ("batch norm", "frozen scale", "weight norm + robust start"):
            with self.assertRaisesRegex(ValueError, "can't run the arm .*; it has normal,"):
                check(with_(arm=arm), None)

    def test_numbers_that_do_not_fit(self):
        with self.assertRaisesRegex(ValueError, "frames 400 and interval 300; frames must be a"):
            check(with_(interval=300), None)
        with self.assertRaisesRegex(ValueError, "start to learn after frame 2"):
            check(with_(start_frames=400), None)

    def test_without_minatar_the_extra_is_named(self):
        find = importlib.util.find_spec
        with mock.patch.object(importlib.util, "find_spec",
                               lambda name: None if name == "minatar" else find(name)):
            words = message(ImportError, check, RUN, None)
        self.assertIn("pip install 'yann_weightnorm[reinforcement]'", words)
