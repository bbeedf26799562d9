"""Recurrent layers as one op a sequence.

Theano's scan calls a small graph at every step, of which the call and the many small loops take
most of the time. Here a whole sequence is a function in C++, and its gradient another.
"""

from yann_weightnorm.ops.device import on_processor
from yann_weightnorm.ops.recurrence.cells import LSTM, RELU, TANH
from yann_weightnorm.ops.recurrence.loops import loop
from yann_weightnorm.ops.recurrence.states import States, StatesGradient

__all__ = ["LSTM", "RELU", "TANH", "States", "StatesGradient", "hidden_states"]


def hidden_states(cell, projected, b, w_h, first):
    """Return the hidden states after all steps, (steps, batch, neurons).

    Parameters
    ----------
    cell : {LSTM, TANH, RELU}
    projected : tensor, (steps, batch, gates * neurons)
        ``x_t w_x`` of each step t.
    b : vector, (gates * neurons,)
    w_h : matrix, (neurons, gates * neurons)
    first : list of matrices, (batch, neurons)
        The hidden state before the first step, then the other states.
    """
    if on_processor():
        return States(cell)(projected, b, w_h, *first)[0]
    return loop(cell, projected, b, w_h, first, states_alone=True)[0]
