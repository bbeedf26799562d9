"""Fully connected layers."""

import theano.tensor as T

from yann_weightnorm.toolbox.activations import activated_channels
from yann_weightnorm.toolbox.checks import positive_int
from yann_weightnorm.toolbox.layers.weighted import START_DEVIATION, WeightLayer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["DotProduct", "flat_join"]


def flat_join(cls, network, origin):
    """Return what :meth:`Layer.join` does, flattening what the origin has if it is no rows."""
    origin = network.known_layer(network.last_layer_created if origin is None else origin,
                                 f"{cls.type} layer")
    if len(network.layers[origin].output_shape) != 2:
        network.add_layer("flatten", origin=origin)
        origin = network.last_layer_created
    return [origin], network.layers[origin].output_shape


@layer_type("dot_product", "hidden", "mlp", "fully_connected")
class DotProduct(WeightLayer):
    """Affine map of every row, then an activation: ``y = f(x w + b)``.

    Parameters
    ----------
    id : str
    input_shape : (int, int)
        Rows in a mini batch, features in a row. ``add_layer`` puts a flatten layer below where
        the origin gives maps or a sequence.
    rng : numpy.random.RandomState
        Draws the starting weights, then the seed of the dropout masks.
    num_neurons : int, default 100
        Features of an output row (before maxout).
    activation : str, tuple or None, default 'relu'
        See :func:`yann_weightnorm.toolbox.activations.check_activation`.
    batch_norm : bool, default False
        Normalize the pre-activations by batch statistics, before the activation.
    mean_only_batch_norm : bool, default False
        Normalize the pre-activations by their mean alone (Salimans & Kingma 2016, section 4):
        ``t - mean(t) + b``, with a running mean at inference. Not together with `batch_norm`.
    dropout_rate : float in [0, 1), default 0
        Probability that the dropout stream silences an output.
    regularize : bool, default False
        Add the weight's L1 and L2 to the network's, for the objective's `regularizer`.
    start : {'normal', 'he', 'orthogonal', 'robust'}, default 'normal'
        How the weight begins; see :mod:`yann_weightnorm.toolbox.layers.starts`.
    init_scale : float, default 1
        What the weight that begins so is multiplied by; in a data-dependent start, the deviation
        of the pre-activations.
    residual : None, 'first', 'last', ('last', blocks) or 'shortcut', optional
        The place in a residual block, for the robust start.
    input_params : sequence, optional
        ``[w, b]``, with batch norm ``[w, b, gamma, beta, running_mean, running_var]``, with that
        of the mean only ``[w, b, running_mean]``; None for an entry that is to be made afresh.

    Attributes
    ----------
    w : (features, num_neurons), floatX
        Starts normal with deviation 0.01 (0.04 before a sigmoid).
    b : (num_neurons,), floatX
        Starts at 0.
    gamma, beta, running_mean, running_var : (1, num_neurons), floatX
        With batch norm.
    running_mean : (num_neurons,), floatX
        With batch norm of the mean only. Starts at 0.

    Raises
    ------
    ValueError
        If an option is out of its range, or a given parameter has another shape.
    """

    output_axis = 1

    def __init__(self, id, input_shape, rng, *, num_neurons=100, activation="relu",
                 batch_norm=False, mean_only_batch_norm=False, dropout_rate=0.0,
                 regularize=False, start="normal", init_scale=1.0, residual=None,
                 input_params=None):
        positive_int(num_neurons, "num_neurons", f"{self.type} {id!r}")
        super().__init__(id, input_shape, rng, input_params=input_params,
                         dropout_rate=dropout_rate, activation=activation,
                         channels=num_neurons, batch_norm=batch_norm,
                         mean_only_batch_norm=mean_only_batch_norm, start=start,
                         init_scale=init_scale, residual=residual)
        rows, features = input_shape
        self.regularize = regularize
        self.weight_shape = features, num_neurons
        self.output_shape = rows, activated_channels(num_neurons, activation)
        scale = START_DEVIATION * (4 if activation == "sigmoid" else 1)
        self.make_params(self.weight_shape, num_neurons, (1, num_neurons), scale)

    @classmethod
    def join(cls, network, origin, options):
        """Return the layer below and its shape; maps are flattened first."""
        return flat_join(cls, network, origin)

    def linear(self, x):
        """Return ``x w``, (batch, num_neurons)."""
        return T.dot(x, self.w)
