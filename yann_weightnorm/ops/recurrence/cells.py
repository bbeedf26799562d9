"""What recurrent cells do in one step, forth and back, in NumPy's or in Theano's words.

A cell makes of ``t = x_t w_x + h w_h + b``, of `gates` blocks of as many columns as there are
neurons, the next hidden state h, the next of each other state, and a block that the way back wants
to see again.
"""

from collections import namedtuple

import numpy as np
import theano.tensor as T
from scipy.special import expit

__all__ = ["LSTM", "NUMPY", "RELU", "TANH", "THEANO", "Cell", "LSTMCell", "ReluCell", "TanhCell",
           "blocks"]

Library = namedtuple("Library", "dot sigmoid tanh relu sign concatenate")
NUMPY = Library(np.dot, expit, np.tanh, lambda x: np.maximum(x, 0), np.sign, np.concatenate)
THEANO = Library(T.dot, T.nnet.sigmoid, T.tanh, T.nnet.relu, T.sgn, T.concatenate)


def blocks(t, count):
    """Return the `count` blocks of columns of `t`, a list."""
    width = t.shape[1] // count
    return [t[:, gate * width:(gate + 1) * width] for gate in range(count)]


class Cell:
    """Base: one step. All instances of a class are equal.

    Attributes
    ----------
    gates : int
        Blocks in t.
    memory : int
        States besides h: 0 or 1.
    native : str
        Its name in the code of ``native.py``.
    """

    gates, memory, native = 1, 0, ""

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))

    def __repr__(self):
        return type(self).__name__

    def forward(self, lib, t, *memory):
        """Return [h, the other states, what `backward` sees again]."""
        raise NotImplementedError

    def backward(self, lib, by_h, by_memory, made, before):
        """Return the gradient by t, and a list of those by each other state before the step.

        `by_h` and `by_memory`, a list, are the gradients by the states after it, `made` is what
        `forward` returned, `before` a list of the other states before the step.
        """
        raise NotImplementedError


class LSTMCell(Cell):
    """``c = s(f) c + s(i) tanh(g)``, ``h = s(o) tanh(c)``; the blocks of t are i, f, g, o."""

    gates, memory, native = 4, 1, "Lstm"

    def forward(self, lib, t, c):
        """Return [h, c, the gates after their functions]."""
        i, f, g, o = blocks(t, 4)
        i, f, g, o = lib.sigmoid(i), lib.sigmoid(f), lib.tanh(g), lib.sigmoid(o)
        c = f * c + i * g
        return [o * lib.tanh(c), c, lib.concatenate([i, f, g, o], axis=1)]

    def backward(self, lib, by_h, by_memory, made, before):
        """Return the gradient by t, and [that by c before]."""
        _, c, gates = made
        i, f, g, o = blocks(gates, 4)
        shown = lib.tanh(c)
        by_c = by_memory[0] + by_h * o * (1 - shown * shown)
        by_t = [by_c * g * i * (1 - i), by_c * before[0] * f * (1 - f), by_c * i * (1 - g * g),
                by_h * shown * o * (1 - o)]
        return lib.concatenate(by_t, axis=1), [by_c * f]


class TanhCell(Cell):
    """``h = tanh(t)``."""

    native = "Tanh"

    def forward(self, lib, t):
        """Return [h, t]."""
        return [lib.tanh(t), t]

    def backward(self, lib, by_h, by_memory, made, before):
        """Return the gradient by t, and no other."""
        return by_h * (1 - made[0] * made[0]), []


class ReluCell(Cell):
    """``h = max(t, 0)``; the slope at 0 is a half, as Theano has it."""

    native = "Relu"

    def forward(self, lib, t):
        """Return [h, t]."""
        return [lib.relu(t), t]

    def backward(self, lib, by_h, by_memory, made, before):
        """Return the gradient by t, and no other."""
        return by_h * (lib.sign(made[1]) + 1) / 2, []


LSTM, TANH, RELU = LSTMCell(), TanhCell(), ReluCell()
