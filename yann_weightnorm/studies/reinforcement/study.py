"""What the study of agents runs, and how it is read."""

import dataclasses
import threading

import numpy as np

from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.studies import clock
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.kinds import COUNT, NAME, NUMBER, WHOLE
from yann_weightnorm.studies.reinforcement.agent import Agent, build
from yann_weightnorm.studies.reinforcement.environments import CHANNELS, begun, check_game
from yann_weightnorm.studies.reinforcement.optimizing import OPTIMIZERS
from yann_weightnorm.studies.reinforcement.playing import learn, score
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["REINFORCEMENT", "ReinforcementRun", "check", "cooked", "perform", "play"]

DISCOUNT = 0.99
APART = 1_000_003  # what a test's seed is away from its run's
FRAME_SECONDS = 1e-3
_one_at_a_time = threading.Lock()  # a scheduler's worker may have several threads


@dataclasses.dataclass(frozen=True)
class ReinforcementRun(Run):
    """An agent that learns one game.

    Attributes
    ----------
    game : str
        One of MinAtar's.
    arm : str
    optimizer : {'adamax', 'rmsprop'}
        Salimans & Kingma's, with beta1 0.5, or that of MinAtar's example.
    mini_batch_size : int
        Transitions that each step learns from.
    learning_rate : float
    seed : int
        Draws the game, starting weights, actions and transitions.
    frames, interval : int
        Frames to play, and after how many a record is written.
    start_frames, exploration_frames : int
        Frames of random actions before anything is learnt; then frames in which random actions
        become as few as one in ten.
    replay_size, target_interval : int
        Transitions that are remembered; frames after which the target network follows.
    test_frames : int
        Frames in which the agent that has learnt is tested.
    """

    game: str = setting(NAME, "games")
    arm: str = setting(NAME, "arms")
    optimizer: str = setting(NAME, told=False)
    mini_batch_size: int = setting(COUNT, graph=False, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    frames: int = setting(COUNT, graph=False, told=False)
    interval: int = setting(COUNT, graph=False, told=False)
    start_frames: int = setting(COUNT, graph=False, told=False)
    exploration_frames: int = setting(COUNT, graph=False, told=False)
    replay_size: int = setting(COUNT, graph=False, told=False)
    target_interval: int = setting(COUNT, graph=False, told=False)
    test_frames: int = setting(COUNT, graph=False, told=False)

    @property
    def epochs(self):
        """How many records of kind 'epoch' there are: one every `interval` frames."""
        return self.frames // self.interval


def perform(run, data, emit):
    """Let the run's agent learn and be tested; see :class:`~yann_weightnorm.studies.study.Study`.
    """
    with _one_at_a_time:
        play(cooked(run, data), begun(run.game, run.seed), begun(run.game, run.seed + APART), run,
             emit)


def play(agent, environment, test_environment, run, emit):
    """Let `agent` learn in one environment and be tested in another; emit the records."""
    began = last = clock.now()
    emit({"kind": "header", "rows": {"train": run.frames, "test": run.test_frames}})
    agent.begin(run.seed, run.learning_rate)
    told = []

    def tell(mean_return, cost):
        nonlocal last
        now = clock.now()
        told.append(mean_return)
        emit({"kind": "epoch", "epoch": len(told), "mean_return": mean_return, "td_cost": cost,
              "learning_rate": run.learning_rate, "seconds": now - last})
        last = now

    fine = learn(agent, environment, run, np.random.RandomState(run.seed),
                 arm_named(run.arm).start == "data", tell)
    found = score(agent, test_environment, run.test_frames,
                  np.random.RandomState(run.seed + APART)) if fine else None
    emit({"kind": "end", "status": "finished" if fine else "diverged", "score": found,
          "best_return": max((each for each in told if each is not None), default=None),
          "seconds": clock.now() - began, "diverged_at": None if fine else len(told)})


@Cache
def cooked(run, data):
    """Return the agent of the run's graph, compiled once in a process."""
    environment = begun(run.game, 0)
    return Agent(build(tuple(environment.state_shape()), environment.num_actions(), run.arm,
                       run.optimizer), DISCOUNT)


def check(run, data):
    """Raise an error unless the run's names are known and its numbers fit each other."""
    who = "study reinforcement"
    check_game(run.game)
    one_of(run.optimizer, list(OPTIMIZERS), "optimizer", who)
    arm = arm_named(run.arm)
    if arm.batch_norm or arm.mean_only or arm.frozen_scale or arm.start == "robust":
        raise ValueError(f"{who} can't run the arm {run.arm!r}; it has {', '.join(ARMS)}.")
    if run.frames % run.interval:
        raise ValueError(f"{who} got frames {run.frames} and interval {run.interval}; frames must "
                         f"be a multiple of it, so that the last record tells of the end.")
    if not 2 <= run.start_frames < run.frames or run.replay_size < 2:
        raise ValueError(f"{who} got start_frames {run.start_frames}, frames {run.frames} and "
                         f"replay_size {run.replay_size}; it must start to learn after frame 2 "
                         f"and before the last, and remember 2 transitions or more.")


def epoch_seconds(run):
    """Return about how long the frames of a record take one core; measured on some core."""
    return run.interval * FRAME_SECONDS * (1 + CHANNELS.get(run.game, 4) / 20)


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 25.0


ARMS = ("normal", "normal + data start", "weight norm", "weight norm + data start")
RATES = (0.0001, 0.0003, 0.001, 0.003)  # the paper's

REINFORCEMENT = Study(
    name="reinforcement",
    question="Does weight normalization help an agent that learns to play?",
    run=ReinforcementRun, parts=tuple(CHANNELS),
    settings={"games": ("breakout",), "arms": ARMS[1::2], "optimizer": "adamax",
              "mini_batch_size": 32, "learning_rates": (0.0003, 0.001), "seeds": (0, 1, 2),
              "frames": 50000, "interval": 2500, "start_frames": 2000,
              "exploration_frames": 20000, "replay_size": 50000, "target_interval": 1000,
              "test_frames": 5000},
    budgets={
        "smoke": {"frames": 400, "interval": 100, "start_frames": 150, "exploration_frames": 100,
                  "replay_size": 300, "target_interval": 50, "test_frames": 100,
                  "learning_rates": (0.001,), "seeds": (0, 1), "arms": ARMS},
        # 60 runs; two cores play 1,750 frames a second together: two hours and a half.
        "full": {"arms": ARMS, "seeds": (0, 1, 2, 3, 4), "learning_rates": RATES[1:],
                 "frames": 250000, "interval": 5000, "start_frames": 5000,
                 "exploration_frames": 100000, "replay_size": 100000, "test_frames": 20000},
        # The rates and the optimizer are Salimans & Kingma's; the game's settings MinAtar's.
        "paper": {"games": ("breakout", "space_invaders", "freeway"), "arms": ARMS,
                  "seeds": (0, 1, 2, 3, 4), "learning_rates": RATES, "mini_batch_size": 32,
                  "frames": 5000000, "interval": 50000, "start_frames": 5000,
                  "exploration_frames": 100000, "replay_size": 100000, "test_frames": 100000}},
    plan=Plan(
        metrics={"mean_return": Metric("mean return of the last 100 episodes", "points", True,
                                       "return"),
                 "td_cost": Metric("training cost", "mean over transitions")},
        finals={"score": Metric("score in the test", "points", True, "score"),
                "best_return": Metric("best mean return of 100 episodes", "points", True, "best")},
        judge="mean_return", levels=(1, 2, 3, 5, 8, 12, 20, 30, 40), title=("game",),
        parted_by="game", point="evaluation"),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
