"""How an agent plays: to learn, or to be tested."""

import collections
import math

import numpy as np

from yann_weightnorm.studies.reinforcement.replay import Replay

__all__ = ["Returns", "exploration", "learn", "score"]

LAST = 100            # episodes that a return is told of
START_STATES = 500    # that a data-dependent start sees
TEST_EPSILON = 0.05   # Mnih et al. (2015)


def exploration(frame, start, frames, last=0.1):
    """Return the probability that an action is drawn instead of chosen.

    Parameters
    ----------
    frame : int
    start : int
        Until this frame it is 1.
    frames : int
        In so many more it falls, along a line, to `last`.
    last : float, default 0.1
    """
    return 1 - (1 - last) * min(max(frame - start, 0) / frames, 1)


class Returns:
    """The rewards of episodes, summed up.

    Attributes
    ----------
    last : collections.deque of float
        Returns of the last episodes that are over.
    """

    def __init__(self, count=LAST):
        self.last, self._so_far = collections.deque(maxlen=count), 0.0

    def add(self, reward, ended):
        """Note a step's reward, and whether it ended the episode."""
        self._so_far += reward
        if ended:
            self.last.append(self._so_far)
            self._so_far = 0.0

    @property
    def mean(self):
        """Mean return of the last episodes; None before the first is over."""
        return float(np.mean(self.last)) if self.last else None


def step(environment, action, returns):
    """Take a step, begin anew if it ended the episode; return (reward, ended)."""
    reward, ended = environment.act(action)
    returns.add(reward, ended)
    if ended:
        environment.reset()
    return reward, ended


def learn(agent, environment, run, rng, starts_from_data, tell):
    """Let `agent` play `run.frames` frames and learn; stop if its cost isn't finite any more.

    Parameters
    ----------
    agent : Agent
    environment : see :mod:`~yann_weightnorm.studies.reinforcement.environments`
    run : ReinforcementRun
        Or what else has its settings.
    rng : numpy.random.RandomState
        Draws actions and transitions.
    starts_from_data : bool
        Whether the network starts from states that the first, random, actions led to.
    tell : function (mean return, mean cost)
        Called after every `run.interval` frames; either is None if there is none yet.

    Returns
    -------
    bool
        Whether all costs were finite.
    """
    replay = Replay(run.replay_size, environment.state_shape())
    returns, costs, actions = Returns(), [], environment.num_actions()
    for frame in range(run.frames):
        if frame == run.start_frames and starts_from_data:
            agent.start_from(replay.some_states(START_STATES, rng))
        state = environment.state()
        epsilon = exploration(frame, run.start_frames, run.exploration_frames)
        action = _action(agent, state, epsilon, actions, rng)
        replay.add(state, action, *step(environment, action, returns))
        if frame >= run.start_frames:
            costs.append(agent.learn(*replay.sample(run.mini_batch_size, rng)))
            if (frame + 1) % run.target_interval == 0:
                agent.follow()
        if (frame + 1) % run.interval == 0:
            cost = float(np.mean(costs)) if costs else None
            tell(returns.mean, cost)
            if cost is not None and not math.isfinite(cost):
                return False
            costs.clear()
    return True


def score(agent, environment, frames, rng):
    """Return the mean return of the episodes that end in `frames` frames of play; None for none.

    The agent learns nothing and draws one action in twenty.
    """
    returns, actions = Returns(count=None), environment.num_actions()
    for _ in range(frames):
        action = _action(agent, environment.state(), TEST_EPSILON, actions, rng)
        step(environment, action, returns)
    return returns.mean


def _action(agent, state, epsilon, actions, rng):
    return rng.randint(actions) if rng.random_sample() < epsilon else agent.best(state)
