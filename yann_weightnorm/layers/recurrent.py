"""Recurrent layers with normalised weights."""

from collections import OrderedDict, namedtuple
from warnings import warn

import numpy as np
import theano

from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.layers import LSTM, RNN
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["NormalisedWeight", "RecurrentWeightNorm", "WeightNormLSTM", "WeightNormRNN"]

PLAIN_COUNT = 3  # parameters of a plain layer: w_x, w_h, b


class NormalisedWeight(namedtuple("NormalisedWeight", "form v values")):
    """One of a layer's weights: the form, and the parameters that it is composed of.

    Attributes
    ----------
    form : Form
        See :mod:`yann_weightnorm.forms`.
    v : shared variable or expression
        Directions, of the shape of the weight.
    values : list of shared variables
        The form's other parameters, in its order.
    g : the length, symbolic
        ``values[0]`` in the form 'l2'; 1 in forms without one.
    axes : int or tuple of int
        The axes of one neuron.
    """

    __slots__ = ()

    @property
    def g(self):
        """The length, symbolic: 1 in forms without one."""
        return self.form.length(*self.values)

    @property
    def axes(self):
        """The axes of the weight that belong to one neuron."""
        return self.form.axes

    def symbolic(self):
        """Return the weight, symbolic."""
        return self.form.compose(self.v, *self.values)

    def value(self):
        """Return the weight's value, an array, computed in float64 and rounded once."""
        parts = [_value(p) for p in (self.v, *self.values)]
        return self.form.compose(*[p.astype("float64") for p in parts]).astype(parts[0].dtype)

    def set(self, parts):
        """Set the parameters to the arrays `parts`, [v, ...]."""
        for param, part in zip((self.v, *self.values), parts):
            param.set_value(part)


class RecurrentWeightNorm:
    """Mixin: learn both weights of a recurrent layer as directions and lengths.

    Each gate of each neuron has a length of its own for what comes in and another for what comes
    from the hidden state: ``w_x[:, k] = g_x[k] v_x[:, k] / |v_x[:, k]|``, and `w_h` alike. Both
    weights are composed once a mini batch, outside the loop over the steps.

    There is no data-dependent start of recurrent layers: the paper leaves theirs as it is
    (section 5.3), and so does ``data_dependent_start``. The layer starts with the very weights of
    the plain one.

    Parameters
    ----------
    form : str, default 'l2'
        How a weight is made of v and other parameters, for both alike: see
        :mod:`yann_weightnorm.forms`.
    learn_g : bool, default True
        Whether training changes the lengths.
    regularize : bool or {'w', 'g', 'v'}, default False
        What L1 and L2 are sums of, over both weights; True means ``'w'``.

    Attributes
    ----------
    v_x, v_h : shapes of the weights, floatX
        Directions; the length of a column has no effect on the output.
    g_x, g_h : (1, gates * num_neurons), floatX
        Lengths of the columns. In other forms than 'l2' their parameters have the form's names,
        such as `s_x` and `s_h`.
    normalised : OrderedDict
        ``'w_x'``, ``'w_h'`` -> its :class:`NormalisedWeight`, with `v`, `g` and `axes`.
    """

    norm_axes = 0

    def __init__(self, id, *args, form="l2", learn_g=True, **options):
        self.form = one_of(form, FORMS, "form", f"{self.type} {id!r}")
        self.learn_g, self.normalised = bool(learn_g), OrderedDict()
        super().__init__(id, *args, **options)

    @property
    def penalties(self):
        """What the option `regularize` can name: w and v, and g if the form has one."""
        return ("w", "v", "g") if FORMS[self.form].has_g else ("w", "v")

    @property
    def penalised(self):
        """What the option `regularize` counts, a list of symbolic tensors: w, g or v of both."""
        if self.regularize in ("v", "g"):
            return [getattr(weight, self.regularize) for weight in self.normalised.values()]
        return super().penalised

    def make_params(self):
        """Make the parameters behind the weights, then what the plain layer has besides."""
        self._form = FORMS[self.form](self.norm_axes, self.activation)
        if len(self._given) == PLAIN_COUNT and self._form.parameters:
            w_x, w_h, b = self._given
            self._given = [*self._apart("w_x", w_x), *self._apart("w_h", w_h), b]
        super().make_params()

    def _apart(self, name, w):
        """Return [v, ...] for a plain layer's weight, as it was given."""
        if hasattr(w, "get_value"):
            w = w.get_value()
        if isinstance(w, np.ndarray) and w.shape == self.weight_shapes[name]:
            return self._taken_apart(name, w.astype(theano.config.floatX))
        # An expression goes on giving the direction; None makes a fresh one. (An array of another
        # shape is refused where it is adopted.)
        return [w] + [None] * len(self._form.parameters)

    def make_weight(self, name, shape, start):
        """Declare the parameters behind the weight `name`; return the weight."""
        suffix, who = name[1:], f"{self.who} {name}"
        v = self._named("v" + suffix, shape, start)
        if hasattr(v, "get_value"):
            self._form.decompose(v.get_value(), who)  # refuses what has no direction
        values = [self._named(part + suffix, self._form.shape(part, shape),
                              self._start_of(v, place, who),
                              learnable=self.learn_g and part not in self._form.fixed,
                              broadcastable=self._form.repeated(part, len(shape)))
                  for place, part in enumerate(self._form.parameters, start=1)]
        self.normalised[name] = NormalisedWeight(self._form, v, values)
        return self.normalised[name].symbolic()

    def _start_of(self, v, place, who):
        return lambda rng: self._form.decompose(_value(v), who)[place]

    def _named(self, name, *args, **options):
        setattr(self, name, self.param(name, *args, **options))
        return getattr(self, name)

    def set_weight(self, name, value):
        """Set the parameters behind the weight `name` so that it becomes the array `value`.

        Warns
        -----
        UserWarning
            If the form can't hold that weight. It keeps the direction.
        """
        self.normalised[name].set(self._taken_apart(name, self.checked_weight(name, value)))

    def _taken_apart(self, name, w):
        found = self._form.decompose(w, f"{self.who} {name}")
        if not self._form.keeps(w, found):
            warn(f"{self.who} has form {self.form!r}, whose weights {self._form.holds}: of the "
                 f"{name} given it keeps the direction.", stacklevel=4)
        return found

    def weight_value(self, name):
        """Return the value of the weight `name`, an array, computed in float64."""
        return self.normalised[name].value()


def _value(param):
    return param.get_value(borrow=True) if hasattr(param, "get_value") else param.eval()


@layer_type("weightnorm_rnn")
class WeightNormRNN(RecurrentWeightNorm, RNN):
    """:class:`~yann_weightnorm.toolbox.layers.RNN` that learns lengths and directions.

    Options, shapes and errors are those of the plain layer; `input_params` takes
    ``[v_x, g_x, v_h, g_h, b]``, or a plain layer's ``[w_x, w_h, b]``.

    Attributes
    ----------
    v_x : (features, num_neurons), floatX
        Directions. Starts as the plain layer's weight.
    g_x : (1, num_neurons), floatX
        Lengths. Starts as the norms of `v_x`.
    v_h : (num_neurons, num_neurons), floatX
        Starts as an orthogonal matrix.
    g_h : (1, num_neurons), floatX
        Starts at 1, the norms of `v_h`.
    b : (num_neurons,), floatX
    w_x, w_h : symbolic
        Assigning an array to one sets its v and g.

    Notes
    -----
    With one feature (fan-in 1) `w_x` is ``g_x sign(v_x)`` and the gradient of `v_x` exactly 0:
    only `g_x` learns.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2.
    """


@layer_type("weightnorm_lstm")
class WeightNormLSTM(RecurrentWeightNorm, LSTM):
    """:class:`~yann_weightnorm.toolbox.layers.LSTM` that learns lengths and directions.

    Each row of each gate is normalised on its own, `w_x` and `w_h` apart. Options, shapes and
    errors are those of the plain layer; `input_params` takes ``[v_x, g_x, v_h, g_h, b]``, or a
    plain layer's ``[w_x, w_h, b]``.

    Attributes
    ----------
    v_x : (features, 4 num_neurons), floatX
        Directions, in the order of the gates: i, f, g, o. Starts as the plain layer's weight.
    g_x : (1, 4 num_neurons), floatX
        Lengths. Starts as the norms of `v_x`.
    v_h : (num_neurons, 4 num_neurons), floatX
        Starts as an orthogonal matrix for each gate.
    g_h : (1, 4 num_neurons), floatX
        Starts at 1, the norms of `v_h`.
    b : (4 num_neurons,), floatX
        Starts at 0, that of the forget gates at `forget_bias`.
    w_x, w_h : symbolic
        Assigning an array to one sets its v and g.

    Notes
    -----
    Where a step shows one feature, as where MNIST is read pixel by pixel, `w_x` has a fan-in of 1:
    it is ``g_x sign(v_x)``, the gradient of `v_x` is exactly 0 and only `g_x` learns. There weight
    normalization acts by `w_h` alone.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2; section
       5.3 normalises all weights of a recurrent network.
    """
