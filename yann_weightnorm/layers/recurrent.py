"""Recurrent layers with normalised weights."""

from yann_weightnorm.layers.normalised import Normalised
from yann_weightnorm.toolbox.layers import LSTM, RNN
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["RecurrentWeightNorm", "WeightNormLSTM", "WeightNormRNN"]

PLAIN_COUNT = 3  # parameters of a plain layer: w_x, w_h, b


class RecurrentWeightNorm(Normalised):
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
        ``'w_x'``, ``'w_h'`` -> its :class:`~yann_weightnorm.layers.normalised.NormalisedWeight`,
        with `v`, `g` and `axes`.
    """

    norm_axes = 0

    @property
    def penalised(self):
        """What the option `regularize` counts, a list of symbolic tensors: w, g or v of both."""
        if self.regularize in ("v", "g"):
            return [getattr(weight, self.regularize) for weight in self.normalised.values()]
        return super().penalised

    def make_params(self):
        """Make the parameters behind the weights, then what the plain layer has besides."""
        weights = [self.normalise(*named) for named in self.weight_shapes.items()]
        if len(self._given) == PLAIN_COUNT and weights[0].form.parameters:
            *given, b = self._given
            self._given = [entry for weight, w in zip(weights, given)
                           for entry in weight.entries(w)] + [b]
        super().make_params()

    def make_weight(self, name, shape, start):
        """Declare the parameters behind the weight `name`; return the weight."""
        return self.normalised[name].declare(self, start)

    def set_weight(self, name, value):
        """Set the parameters behind the weight `name` so that it becomes the array `value`.

        Warns
        -----
        UserWarning
            If the form can't hold that weight. It keeps the direction.
        """
        weight = self.normalised[name]
        weight.set(weight.apart(self.checked_weight(name, value)))

    def weight_value(self, name):
        """Return the value of the weight `name`, an array, computed in float64."""
        return self.normalised[name].value()


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
