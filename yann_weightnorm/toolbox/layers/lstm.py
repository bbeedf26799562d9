"""The recurrent layer with gates and a memory cell."""

import numbers

import numpy as np

from yann_weightnorm.ops import hidden_states, recurrence
from yann_weightnorm.toolbox.layers.recurrent import Recurrent
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["LSTM"]


@layer_type("lstm")
class LSTM(Recurrent):
    """Long short-term memory: gates decide what a cell keeps, takes in and shows.

    ``i, f, g, o`` are the blocks of ``x_t w_x + h_{t-1} w_h + b``, in this order: input gate,
    forget gate, what may be taken in, output gate. Then, with s the sigmoid,
    ``c_t = s(f) c_{t-1} + s(i) tanh(g)`` and ``h_t = s(o) tanh(c_t)``. Nothing peeps from the cell
    into the gates.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int)
        Mini batch size, steps, features of a step.
    rng : numpy.random.RandomState
        Draws the starting weights, then the seeds of masks and noise.
    num_neurons : int, default 100
        Entries of the hidden state h and of the cell c.
    forget_bias : float, default 1
        What the forget gates' entries of `b` start at; above 0 a fresh cell remembers. It is no
        part of the formula.
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
    w_x : (features, 4 num_neurons), floatX
        Starts uniform between ``-/+ sqrt(6 / (features + num_neurons))``.
    w_h : (num_neurons, 4 num_neurons), floatX
        Starts as an orthogonal matrix for each gate.
    b : (4 num_neurons,), floatX
        Starts at 0, that of the forget gates at `forget_bias`.

    Raises
    ------
    ValueError
        If the input is no sequence, an option is out of its range, or a given parameter has
        another shape.

    Notes
    -----
    PyTorch's LSTM has the same gates in the same order: `w_x` is its ``weight_ih`` transposed,
    `w_h` its ``weight_hh`` transposed, and `b` the sum of ``bias_ih`` and ``bias_hh``.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber (1997), "Long short-term memory", Neural Computation 9(8).
    .. [2] Gers, Schmidhuber and Cummins (2000), "Learning to forget", Neural Computation 12(10).
    """

    gates = 4
    states = ("h", "c")

    def __init__(self, id, input_shape, rng, *, num_neurons=100, forget_bias=1.0,
                 return_sequences=False, dropout_rate=0.0, state_noise=0.0, regularize=False,
                 input_params=None):
        super().__init__(id, input_shape, rng, input_params=input_params, num_neurons=num_neurons,
                         dropout_rate=dropout_rate, return_sequences=return_sequences,
                         regularize=regularize, state_noise=state_noise)
        self.activation = "tanh"
        self.forget_bias = self._checked_bias(forget_bias)
        self.make_params()

    def start_bias(self):
        """Return 0, and `forget_bias` for the forget gates."""
        return np.repeat([0.0, self.forget_bias, 0.0, 0.0], self.num_neurons)

    def unroll(self, x, stream):
        """Return the hidden states after all steps, (steps, batch, num_neurons)."""
        return hidden_states(recurrence.LSTM, self.projected(x), self.b, self.w_h,
                             self.first_states(x.shape[0], stream))

    def _checked_bias(self, bias):
        if not isinstance(bias, numbers.Real) or not np.isfinite(bias):
            raise ValueError(f"{self.who} got forget_bias {bias!r}; it must be a finite number.")
        return float(bias)
