"""What recurrent layers share: two weights, a bias, and the loop over the steps of a sequence."""

import numbers
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.ops import on_processor, whole
from yann_weightnorm.toolbox.checks import one_of, positive_int
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.shapes import require_sequence

__all__ = ["Recurrent", "orthogonal", "uniform"]


def uniform(shape, gates):
    """Return a start of an input-to-hidden weight: uniform, gate by gate.

    The limit is ``sqrt(6 / (features + neurons))`` (Glorot & Bengio 2010), counted for one gate.
    """
    limit = np.sqrt(6.0 / (shape[0] + shape[1] // gates))
    return lambda rng: rng.uniform(-limit, limit, size=shape)


def orthogonal(shape, gates):
    """Return a start of a hidden-to-hidden weight: an orthogonal matrix for each gate.

    Drawn uniformly among all orthogonal matrices (Saxe et al. 2014; Mezzadri 2007).
    """
    return lambda rng: np.concatenate([_rotation(rng, shape[0]) for _ in range(gates)], axis=1)


def _rotation(rng, size):
    q, r = np.linalg.qr(rng.standard_normal(size=(size, size)))
    return q * np.where(np.diag(r) < 0, -1.0, 1.0)  # the signs of q are an accident of the method


STARTS = {"w_x": uniform, "w_h": orthogonal}


class Recurrent(Layer):
    """Base of recurrent layers: a state that each step of a sequence changes.

    ``t = x_t w_x + h w_h + b`` has `gates` blocks of `num_neurons` columns; a subclass says in
    ``step`` what state they make of the one before. States begin at 0. The product of `w_x`
    with all steps is one product outside the loop, and `w_h` is handed into the loop as it is, so
    whatever these are made of is made once. Where :mod:`yann_weightnorm.ops.recurrence` has an op
    for the whole loop, a subclass takes that instead.

    How a weight is made and set is in three small methods, so that another parametrisation
    overrides just these. Weights go by the names in `weight_shapes`.

    Parameters
    ----------
    id, input_shape, rng, input_params, dropout_rate
        As for :class:`~yann_weightnorm.toolbox.layers.base.Layer`. Masks are on the output.
    num_neurons : int
        Entries of the state.
    return_sequences : bool
        Whether the output is every state, (batch, steps, num_neurons), or only the last one,
        (batch, num_neurons).
    regularize : bool
        Add both weights' L1 and L2 to the network's.
    state_noise : float
        Deviation of normal noise on the first hidden state, in the dropout stream.

    Attributes
    ----------
    w_x : (features, gates * num_neurons); symbolic
    w_h : (num_neurons, gates * num_neurons); symbolic
        Assigning an array to either sets the parameters behind it.
    b : (gates * num_neurons,), floatX
    weight_shapes : OrderedDict
        ``'w_x'``, ``'w_h'`` -> the weight's shape.
    L1, L2 : symbolic sums over both weights, the terms of a regularizer.
    """

    gates = 1
    states = ("h",)
    penalties = ("w",)  # what the option `regularize` can name

    def __init__(self, id, input_shape, rng, *, input_params, num_neurons, dropout_rate,
                 return_sequences, regularize, state_noise):
        positive_int(num_neurons, "num_neurons", f"{self.type} {id!r}")
        super().__init__(id, input_shape, rng, input_params, dropout_rate)
        require_sequence(input_shape, self.who)
        rows, self.steps, features = input_shape
        self.num_neurons, self.return_sequences = num_neurons, bool(return_sequences)
        self.regularize = one_of(regularize, (False, True) + self.penalties, "regularize", self.who)
        self.state_noise = self._checked_noise(state_noise)
        width = self.gates * num_neurons
        self.weight_shapes = OrderedDict(w_x=(features, width), w_h=(num_neurons, width))
        self.output_shape = (rows, self.steps, num_neurons) if self.return_sequences \
            else (rows, num_neurons)

    def make_params(self):
        """Make the weights, the bias, what else the layer has, and its random numbers."""
        self._weights = {name: self.make_weight(name, shape, STARTS[name](shape, self.gates))
                         for name, shape in self.weight_shapes.items()}
        self.b = self.param("b", (self.gates * self.num_neurons,), lambda rng: self.start_bias())
        self.make_more_params()
        self.make_masks()
        self.noise = self.random_streams() if self.state_noise else None

    def make_more_params(self):
        """Make the parameters that come after the bias: none here."""

    def start_bias(self):
        """Return what the bias begins as, an array: 0."""
        return np.zeros(self.gates * self.num_neurons)

    # -- the weights' parametrisation ---------------------------------------------------------

    def make_weight(self, name, shape, start):
        """Declare the parameters behind the weight `name`; return the weight."""
        return self.param(name, shape, start)

    def set_weight(self, name, value):
        """Set the parameters behind the weight `name` so that it becomes the array `value`."""
        self._weights[name].set_value(self.checked_weight(name, value))

    def weight_value(self, name):
        """Return the value of the weight `name`, an array."""
        weight = self._weights[name]
        return weight.get_value() if hasattr(weight, "get_value") else weight.eval()

    @property
    def penalised(self):
        """What the option `regularize` counts, a list of symbolic tensors: the weights."""
        return list(self._weights.values())

    # -----------------------------------------------------------------------------------------

    def checked_weight(self, name, value):
        """Return the array `value` in the weight's dtype, or raise a ValueError for its shape."""
        value = np.asarray(value, dtype=self.b.dtype)
        if value.shape != self.weight_shapes[name]:
            raise ValueError(f"{self.who} got a {name} of shape {value.shape}, wanted "
                             f"{self.weight_shapes[name]}.")
        return value

    @property
    def w_x(self):
        """The input-to-hidden weight, symbolic."""
        return self._weights["w_x"]

    @w_x.setter
    def w_x(self, value):
        self.set_weight("w_x", value)

    @property
    def w_h(self):
        """The hidden-to-hidden weight, symbolic."""
        return self._weights["w_h"]

    @w_h.setter
    def w_h(self, value):
        self.set_weight("w_h", value)

    @property
    def L1(self):
        """Sum of the absolute values of what is penalised, symbolic."""
        return sum(T.sum(abs(w)) for w in self.penalised)

    @property
    def L2(self):
        """Sum of the squares of what is penalised, symbolic."""
        return sum(T.sum(w ** 2) for w in self.penalised)

    # -- through the sequence -----------------------------------------------------------------

    def expression(self, x, stream):
        """Return the last hidden state, or all of them, for the sequence `x`."""
        hidden = self.unroll(x, stream)
        y = hidden.dimshuffle(1, 0, 2) if self.return_sequences else hidden[-1]
        return self.drop(stream.given(y), stream)

    def projected(self, x):
        """Return ``x_t w_x`` of all steps t, (steps, batch, gates * num_neurons)."""
        rows = x.shape[0]
        flat = x.dimshuffle(1, 0, 2).reshape((self.steps * rows, self.input_shape[2]))
        w_x = whole(self.w_x) if on_processor() else self.w_x
        return T.dot(flat, w_x).reshape((self.steps, rows, self.gates * self.num_neurons))

    def unroll(self, x, stream):
        """Return the hidden states after all steps, (steps, batch, num_neurons)."""
        return self.scan(self.step, [self.projected(x) + self.b], x.shape[0], stream)[0]

    def scan(self, step, sequences, rows, stream, extras=0, constants=()):
        """Return what `step` makes of each step: the states, then `extras` results more.

        `step` takes a slice of each of `sequences`, the states, `w_h` and `constants`. The loop
        reads nothing else, so nothing that could be computed once slips into it.
        """
        first = self.first_states(rows, stream) + [None] * extras
        return theano.scan(step, sequences=sequences, outputs_info=first, return_list=True,
                           non_sequences=[self.w_h, *constants], strict=True, name=self.id)[0]

    def first_states(self, rows, stream):
        """Return the states before the first step, each (rows, num_neurons)."""
        # Unbroadcast, or a single neuron would make a type that differs from the next state's.
        zero = T.unbroadcast(T.zeros((rows, self.num_neurons), theano.config.floatX), 0, 1)
        first = [zero] * len(self.states)
        if self.noise is not None and stream.masks:
            first[0] = zero + self.noise.normal((rows, self.num_neurons), std=self.state_noise,
                                                dtype=theano.config.floatX)
        return first

    def gated(self, t):
        """Return the blocks of `t`, one a gate, each (batch, num_neurons)."""
        n = self.num_neurons
        return [t[:, gate * n:(gate + 1) * n] for gate in range(self.gates)]

    def _checked_noise(self, noise):
        if not (isinstance(noise, numbers.Real) and 0 <= noise < np.inf):
            raise ValueError(f"{self.who} got state_noise {noise!r}; a deviation is 0 or more.")
        return noise
