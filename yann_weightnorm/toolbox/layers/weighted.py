"""What the layers with a weight share: w and b, batch norm, activation, dropout, start."""

import numpy as np
import theano.tensor as T

from yann_weightnorm.toolbox.activations import activate, activation_params, check_activation
from yann_weightnorm.toolbox.checks import one_of, positive_number
from yann_weightnorm.toolbox.layers import starts
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.batch_normalization import BatchNormalization

__all__ = ["WeightLayer"]

START_DEVIATION = 0.01


class WeightLayer(BatchNormalization, Layer):
    """A layer ``y = f(linear(x, w) + b)``; a subclass says what is linear.

    How the weight is made, set and scaled is in four small methods, so that another
    parametrisation of the weight overrides just these.

    Parameters
    ----------
    mean_only_batch_norm : bool
        Normalize the pre-activations by their mean alone: that of the mini batch in streams with
        batch statistics, a running one at inference.
    start : {'normal', 'he', 'orthogonal', 'robust'}
        How the weight begins; see :mod:`yann_weightnorm.toolbox.layers.starts`. What
        `input_params` gives begins as it is given.
    init_scale : float
        What the weight that begins so is multiplied by. In a data-dependent start, the deviation
        of the pre-activations.
    residual : None, 'first', 'last', ('last', blocks) or 'shortcut'
        The place in a residual block, for the robust start.

    Attributes
    ----------
    w : the weight; symbolic. Assigning an array to it sets the parameters behind it.
    b : (channels,), floatX. Starts at 0.
    L1, L2 : symbolic sums of |w| and of w squared, the terms of a regularizer.
    activation_params : list of (channels,), floatX
        What the activation learns: for ``'trelu'`` `threshold`, which starts at 0; for ``'tprelu'``
        `slope`, which starts at 0.25, and `threshold`. They come after b.
    """

    regularize = False
    penalties = ("w",)  # what the option `regularize` can name
    dilution = 1        # how many of a neuron's weights there are to one that meets an input

    def __init__(self, id, input_shape, rng, *, input_params, dropout_rate, activation, channels,
                 batch_norm=False, mean_only_batch_norm=False, start="normal", init_scale=1.0,
                 residual=None):
        super().__init__(id, input_shape, rng, input_params, dropout_rate)
        self.activation, self.batch_norm, self.num_neurons = activation, bool(batch_norm), channels
        self.mean_only_batch_norm = bool(mean_only_batch_norm)
        self.start = one_of(start, starts.STARTS, "start", self.who)
        self.init_scale = positive_number(init_scale, "init_scale", self.who)
        self.residual = starts.check_residual(residual, self.who)
        check_activation(activation, channels, self.who)
        if self.batch_norm and self.mean_only_batch_norm:
            raise ValueError(f"{self.who} got batch_norm and mean_only_batch_norm, which also "
                             f"takes the mean away; choose one of them.")

    def make_params(self, weight_shape, channels, batch_norm_shape, scale=START_DEVIATION):
        """Make the weight, the bias, batch norm's parameters if wanted, and the masks."""
        one_of(self.regularize, (False, True) + self.penalties, "regularize", self.who)
        self.fresh_weight = not self._given or self._given[0] is None
        self.start_deviation = scale
        self._w = self.make_weight(tuple(weight_shape), lambda rng: starts.directions(self, rng))
        fresh = all(given is None for given in self._given[:len(self.params)])
        self.b = self.param("b", (channels,), lambda rng: np.zeros(channels))
        if fresh and (self.start == "robust" or self.init_scale != 1):
            self.draw(lambda rng: self._begin_length())
        self.activation_params = [self._activation_param(name, start, channels)
                                  for name, start in activation_params(self.activation)]
        if self.batch_norm:
            self.make_batch_normalization(batch_norm_shape)
        if self.mean_only_batch_norm:
            self.make_running_mean((channels,))
        self.make_masks()

    def _activation_param(self, name, start, channels):
        setattr(self, name, self.param(name, (channels,), lambda rng: np.full(channels, start)))
        return getattr(self, name)

    @property
    def plain_count(self):
        """How many parameters a layer with these options has whose weight is one of them."""
        statistics = 4 if self.batch_norm else int(self.mean_only_batch_norm)
        return 2 + len(activation_params(self.activation)) + statistics

    # -- starts -------------------------------------------------------------------------------

    def _begin_length(self):
        if self.start == "robust":
            self.set_length(self.robust_length(self.residual))
        else:
            self.scale_weight(np.full(self.weight_shape[self.output_axis], self.init_scale))

    def robust_length(self, residual=None):
        """Return the length of each neuron's weight in the robust start."""
        return starts.robust_length(self, residual) * self.init_scale

    def set_length(self, length):
        """Scale the weight so that each neuron's has the norm `length`.

        Raises
        ------
        ValueError
            If a neuron's weights are all 0 or not finite, or the layer's can't be scaled.
        """
        axes = tuple(axis for axis in range(len(self.weight_shape)) if axis != self.output_axis)
        now = np.sqrt(np.square(self.weight_value(), dtype="float64").sum(axis=axes))
        if not (np.isfinite(now).all() and now.all()):
            raise ValueError(f"{self.who}: the weights of a neuron are all 0 or not finite, so "
                             f"they can't be given the length {length:g}; give other weights.")
        self.scale_weight(length / now)

    def standardised(self, mean, factor):
        """Return how the pre-activations lose `mean` and are then multiplied by `factor`, but w.

        Parameters
        ----------
        mean, factor : vectors, (channels,), symbolic

        Returns
        -------
        dict
            Parameter -> what it becomes, symbolic: b moves; where the mean is taken off anyway,
            the running mean becomes what it is, and b is 0.
        """
        if self.mean_only_batch_norm:
            return {self.running_mean: mean * factor, self.b: T.zeros_like(mean)}
        return {self.b: (self.b - mean) * factor}

    # -- the weight's parametrisation ---------------------------------------------------------

    def make_weight(self, shape, start):
        """Declare the parameters behind the weight; return the weight."""
        return self.param("w", shape, start)

    def set_weight(self, value):
        """Set the parameters behind the weight so that it becomes the array `value`."""
        self._w.set_value(self.checked_weight(value))

    def start_weight(self, value):
        """Set the weight to the array `value`, or to what its parametrisation can hold of it."""
        self.set_weight(value)

    def weight_value(self):
        """Return the weight's value, an array."""
        return self._w.get_value()

    @property
    def scaled(self):
        """The parameter that :meth:`scale_weight` changes: w. None if it can change nothing."""
        return self._w

    def rescaled(self, scale):
        """Return what :meth:`scale_weight` does, symbolic: parameter -> what it becomes.

        `scale` has the number of axes of the weight, and length 1 along those of a channel.
        """
        return {self._w: self._w * scale}

    def scale_weight(self, scale):
        """Multiply the weight of each channel by an entry of the array `scale`."""
        self.set_weight(self.weight_value() * self.along_outputs(scale))

    # -----------------------------------------------------------------------------------------

    @property
    def constrained(self):
        """The parameters that YANN's max-norm constraint bounds: a matrix learnt as it is."""
        return [p for p in self.active_params if p is self._w and p.ndim == 2]

    @property
    def w(self):
        """The weight, symbolic."""
        return self._w

    @w.setter
    def w(self, value):
        self.set_weight(value)

    @property
    def L1(self):
        """Sum of the absolute values of what is penalised, symbolic."""
        return T.sum(abs(self.penalised))

    @property
    def L2(self):
        """Sum of the squares of what is penalised, symbolic."""
        return T.sum(self.penalised ** 2)

    @property
    def penalised(self):
        """What the option `regularize` counts, symbolic: the weight."""
        return self._w

    def checked_weight(self, value):
        """Return the array `value` in the weight's dtype, or raise a ValueError for its shape."""
        value = np.asarray(value, dtype=self.b.dtype)
        if value.shape != self.weight_shape:
            raise ValueError(f"{self.who} got a weight of shape {value.shape}, wanted "
                             f"{self.weight_shape}.")
        return value

    def along_outputs(self, values):
        """Return the array `values`, one a channel, shaped to multiply the weight."""
        shape = [1] * len(self.weight_shape)
        shape[self.output_axis] = -1
        return np.asarray(values, dtype=self.b.dtype).reshape(shape)

    def pre_activation(self, x, stream):
        """Return the linear map of `x` plus the bias, less the mean if that is normalized."""
        t = self.linear(x)
        if not self.mean_only_batch_norm:
            return stream.pre_activation(self, t + self._along_channels(self.b, t.ndim))
        t = self.subtract_mean(stream.pre_activation(self, t), stream)
        return t + self._along_channels(stream.given(self.b), t.ndim)

    def expression(self, x, stream):
        """Return the activation of what :meth:`pre_activation` gives."""
        t = self.pre_activation(x, stream)
        if self.batch_norm:
            t = self.batch_normalize(t, stream)
        return self.drop(activate(t, self.activation, self.activation_params), stream)
