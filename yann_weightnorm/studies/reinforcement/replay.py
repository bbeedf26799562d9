"""The memory of what an agent has seen."""

import numpy as np
import theano

from yann_weightnorm.toolbox.checks import positive_int

__all__ = ["Replay"]


class Replay:
    """The last transitions, in the order in which they came; the oldest gives way.

    Each state is kept once, one byte a cell: the state after a transition is that of the next
    one. After the last step of an episode that is a state of another episode, of which nothing
    may be learnt; nor need be, as nothing is to be had after the end. The newest transition is
    never drawn, since what came after it isn't there yet.

    Parameters
    ----------
    capacity : int
        How many transitions; 2 or more.
    shape : tuple of int
        (height, width, channels) of a state.

    Raises
    ------
    ValueError
        If `capacity` isn't a whole number of 2 or more.
    """

    def __init__(self, capacity, shape):
        if positive_int(capacity, "capacity", "Replay") < 2:
            raise ValueError("Replay got capacity 1; it must be 2 or more, as the newest "
                             "transition is never drawn.")
        self.capacity, self._added = capacity, 0
        self._states = np.zeros((capacity, int(np.prod(shape))), "bool")
        self._actions = np.zeros(capacity, "int32")
        self._rewards = np.zeros(capacity, theano.config.floatX)
        self._ended = np.zeros(capacity, theano.config.floatX)

    def __len__(self):
        return min(self._added, self.capacity)

    def add(self, state, action, reward, ended):
        """Keep that `action` in `state` gave `reward`, and whether it `ended` the episode."""
        place = self._added % self.capacity
        self._states[place] = state.ravel()
        self._actions[place] = action
        self._rewards[place] = reward
        self._ended[place] = ended
        self._added += 1

    def sample(self, count, rng):
        """Return `count` transitions, drawn alike and with replacement.

        Returns
        -------
        states, next_states : (count, height * width * channels), floatX
        actions : (count,), int32
        rewards, ended : (count,), floatX

        Raises
        ------
        ValueError
            If fewer than two transitions are there.
        """
        places = self._draw(count, rng)
        after = (places + 1) % self.capacity
        return (self._rows(places), self._actions[places], self._rewards[places],
                self._ended[places], self._rows(after))

    def some_states(self, count, rng):
        """Return `count` states, drawn alike and with replacement, as rows; floatX."""
        return self._rows(self._draw(count, rng))

    def _draw(self, count, rng):
        if len(self) < 2:
            raise ValueError(f"Replay was asked for {count} transitions and holds {len(self)}; "
                             f"add two first.")
        oldest = self._added - len(self)
        return (oldest + rng.randint(len(self) - 1, size=count)) % self.capacity

    def _rows(self, places):
        return self._states[places].astype(theano.config.floatX)
