"""The loop over the steps of a sequence in NumPy and as a loop of Theano's.

They say what the ops in :mod:`.states` compute: NumPy's is taken where there is no compiler,
Theano's on a GPU and where somebody differentiates the gradients once more.
"""

import theano
import theano.tensor as T

from yann_weightnorm.ops.recurrence.cells import NUMPY, THEANO

__all__ = ["loop", "loop_back", "walk", "walk_back"]


def walk(cell, projected, b, w_h, first, made):
    """Fill the arrays `made`, [hidden, other states, what the way back sees again]."""
    states = first
    for step, from_x in enumerate(projected):
        now = cell.forward(NUMPY, from_x + b + states[0] @ w_h, *states[1:])
        for array, value in zip(made, now):
            array[step] = value
        states = now[:len(first)]


def walk_back(cell, by_hidden, w_h, first, made, by_projected):
    """Fill the array `by_projected`; return the gradients by the first states, a list."""
    by_states = [0 * state for state in first]
    for step in reversed(range(len(by_hidden))):
        before = [state[step - 1] if step else start for state, start in zip(made, first)]
        by_projected[step], by_memory = cell.backward(
            NUMPY, by_states[0] + by_hidden[step], by_states[1:], [part[step] for part in made],
            before[1:])
        by_states = [by_projected[step] @ w_h.T, *by_memory]
    return by_states


def loop(cell, projected, b, w_h, first, states_alone=False):
    """Return [hidden, other states, what the way back sees again], each (steps, batch, width).

    The last is left out if `states_alone` are wanted: Theano's own way back has no use for it.
    """
    count = len(first) + (not states_alone)

    def step(from_x, *rest):
        *states, w_h = rest
        return cell.forward(THEANO, from_x + T.dot(states[0], w_h), *states[1:])[:count]

    # Unbroadcast, or a single row or neuron would make a type that differs from the next state's.
    first = [T.unbroadcast(state, 0, 1) for state in first]
    return theano.scan(step, sequences=[projected + b], non_sequences=[w_h], strict=True,
                       outputs_info=first + [None] * (not states_alone), return_list=True)[0]


def loop_back(cell, by_hidden, w_h, first, made):
    """Return the gradients [by projected, b, w_h, and each first state]."""
    def step(by_now, *rest):
        now, before = rest[:len(made)], rest[len(made):len(made) + len(first) - 1]
        *by_states, w_h = rest[len(made) + len(first) - 1:]
        by_t, by_memory = cell.backward(THEANO, by_states[0] + by_now, by_states[1:], now, before)
        return [T.dot(by_t, w_h.T), *by_memory, by_t]

    before = [T.concatenate([T.shape_padleft(start), states[:-1]])
              for start, states in zip(first, made)]
    *by_states, by_t = theano.scan(
        step, sequences=[by_hidden, *made, *before[1:]], non_sequences=[w_h], strict=True,
        outputs_info=[T.unbroadcast(T.zeros_like(state), 0, 1) for state in first] + [None],
        go_backwards=True, return_list=True)[0]
    by_t = by_t[::-1]
    return [by_t, by_t.sum(axis=(0, 1)), T.tensordot(before[0], by_t, [[0, 1], [0, 1]])] + [
        by_state[-1] for by_state in by_states]
