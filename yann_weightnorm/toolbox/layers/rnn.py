"""The simple recurrent layer."""

import theano.tensor as T

from yann_weightnorm.ops import hidden_states, recurrence
from yann_weightnorm.toolbox.activations import (
    activate,
    activated_channels,
    activation_params,
    check_activation,
)
from yann_weightnorm.toolbox.layers.recurrent import Recurrent
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["RNN"]

CELLS = {"tanh": recurrence.TANH, "relu": recurrence.RELU}  # a sequence is one op with these


@layer_type("rnn")
class RNN(Recurrent):
    """Recurrent layer without gates: ``h_t = f(x_t w_x + h_{t-1} w_h + b)``.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int)
        Mini batch size, steps, features of a step.
    rng : numpy.random.RandomState
        Draws the starting weights, then the seeds of masks and noise.
    num_neurons : int, default 100
        Entries of the hidden state h.
    activation : str, tuple or None, default 'tanh'
        f, see :func:`yann_weightnorm.toolbox.activations.check_activation`; one that keeps the
        number of entries and learns nothing.
    return_sequences : bool, default False
        Whether the output is every h, (batch, steps, num_neurons), or only the last one,
        (batch, num_neurons).
    dropout_rate : float in [0, 1), default 0
        Probability that the dropout stream silences an entry of the output.
    state_noise : float, default 0
        Deviation of normal noise on the h before the first step, in the dropout stream.
    regularize : bool, default False
        Add the L1 and L2 of both weights to the network's, for the objective's `regularizer`.
    input_params : sequence, optional
        ``[w_x, w_h, b]``; None for an entry that is to be made afresh.

    Attributes
    ----------
    w_x : (features, num_neurons), floatX
        Starts uniform between ``-/+ sqrt(6 / (features + num_neurons))``.
    w_h : (num_neurons, num_neurons), floatX
        Starts as an orthogonal matrix.
    b : (num_neurons,), floatX
        Starts at 0.

    Raises
    ------
    ValueError
        If the input is no sequence, an option is out of its range, or a given parameter has
        another shape.
    """

    def __init__(self, id, input_shape, rng, *, num_neurons=100, activation="tanh",
                 return_sequences=False, dropout_rate=0.0, state_noise=0.0, regularize=False,
                 input_params=None):
        super().__init__(id, input_shape, rng, input_params=input_params, num_neurons=num_neurons,
                         dropout_rate=dropout_rate, return_sequences=return_sequences,
                         regularize=regularize, state_noise=state_noise)
        self.activation = self._checked_activation(activation)
        self.make_params()

    def unroll(self, x, stream):
        """Return the hidden states after all steps, (steps, batch, num_neurons)."""
        cell = CELLS.get(self.activation) if isinstance(self.activation, str) else None
        if cell is None:
            return super().unroll(x, stream)
        return hidden_states(cell, self.projected(x), self.b, self.w_h,
                             self.first_states(x.shape[0], stream))

    def step(self, projection, h, w_h):
        """Return the next hidden state."""
        return activate(projection + T.dot(h, w_h), self.activation)

    def _checked_activation(self, activation):
        check_activation(activation, self.num_neurons, self.who)
        if activation_params(activation) or \
                activated_channels(self.num_neurons, activation) != self.num_neurons:
            raise ValueError(f"{self.who} got activation {activation!r}, which has parameters or "
                             f"changes the number of entries; choose one such as 'tanh'.")
        return activation
