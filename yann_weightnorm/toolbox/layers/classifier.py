"""The layer that says which class an input belongs to."""

import theano.tensor as T

from yann_weightnorm.toolbox.activations import activate
from yann_weightnorm.toolbox.checks import one_of, positive_int
from yann_weightnorm.toolbox.layers.dot_product import flat_join
from yann_weightnorm.toolbox.layers.weighted import WeightLayer
from yann_weightnorm.toolbox.registry import layer_type
from yann_weightnorm.toolbox.streams import View

__all__ = ["LOSSES", "Classifier", "ClassifierView"]

LOSSES = ("nll", "cce", "bce", "hinge")


@layer_type("classifier", "softmax", "output", "label")
class Classifier(WeightLayer):
    """Affine map of every row to one number a class, then a softmax.

    Parameters
    ----------
    id : str
    input_shape : (int, int)
        Rows in a mini batch, features in a row.
    rng : numpy.random.RandomState
        Draws the starting weights.
    num_classes : int
        Required.
    activation : str, tuple or None, default 'softmax'
    mean_only_batch_norm : bool, default False
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`.
    regularize : bool, default False
        Add the weight's L1 and L2 to the network's.
    start, init_scale
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`. In the robust start
        the weight of a class has length `init_scale`, whatever the fan-in: its authors have no
        rule for the last layer, which no layer stands on.
    input_params : sequence, optional
        ``[w, b]``, with batch norm of the mean only ``[w, b, running_mean]``.

    Attributes
    ----------
    w : (features, num_classes), floatX
        Starts normal with deviation 0.01.
    b : (num_classes,), floatX

    Raises
    ------
    ValueError
        If `num_classes` is missing or no positive integer.
    """

    output_axis = 1

    def __init__(self, id, input_shape, rng, *, num_classes=None, activation="softmax",
                 mean_only_batch_norm=False, regularize=False, start="normal", init_scale=1.0,
                 input_params=None):
        positive_int(num_classes, "num_classes", f"{self.type} {id!r}")
        super().__init__(id, input_shape, rng, input_params=input_params, dropout_rate=0.0,
                         activation=activation, channels=num_classes,
                         mean_only_batch_norm=mean_only_batch_norm, start=start,
                         init_scale=init_scale)
        self.regularize, self.num_classes = regularize, num_classes
        self.weight_shape = input_shape[1], num_classes
        self.output_shape = input_shape[0], num_classes
        self.make_params(self.weight_shape, num_classes, None)

    @classmethod
    def join(cls, network, origin, options):
        """Return the layer below and its shape; maps are flattened first."""
        return flat_join(cls, network, origin)

    def linear(self, x):
        """Return ``x w``, (batch, num_classes)."""
        return T.dot(x, self.w)

    def robust_length(self, residual=None):
        """Return the length of each class's weight in the robust start."""
        return self.init_scale

    def read(self, stream, origins):
        """Return the :class:`ClassifierView` of this layer in `stream`."""
        x = origins[0].output
        return ClassifierView(self, x, self.pre_activation(x, stream))


class ClassifierView(View):
    """What one stream makes of a classifier.

    Attributes
    ----------
    fit : (batch, classes), the pre-activation.
    output, p_y_given_x : (batch, classes), the probabilities.
    probabilities : (batch, classes), their logarithms (YANN's name).
    predictions : (batch,), the most probable class.
    """

    def __init__(self, layer, input, fit):
        super().__init__(layer, activate(fit, layer.activation, layer.activation_params))
        self.input, self.fit, self.p_y_given_x = input, fit, self.output
        self.probabilities = T.log(self.output)
        self.predictions = T.argmax(self.output, axis=1)

    def loss(self, y, type="nll"):
        """Return the mean loss of the mini batch, a symbolic scalar.

        Parameters
        ----------
        y : (batch,) integers, the true classes.
        type : {'nll', 'cce', 'bce', 'hinge'}
            Negative log-likelihood; categorical cross entropy, which is the same number; binary
            cross entropy against the one-hot labels, the mean over classes; one-against-all hinge
            loss of the pre-activations, summed over classes.
        """
        one_of(type, LOSSES, "objective", self.who)
        if type in ("nll", "cce"):
            return T.nnet.categorical_crossentropy(self.output, y).mean()
        one_hot = T.extra_ops.to_one_hot(y, self.num_classes)
        if type == "bce":
            return T.nnet.binary_crossentropy(self.output, one_hot).mean()
        return T.nnet.relu(1 - (2 * one_hot - 1) * self.fit).mean(axis=0).sum()

    def errors(self, y):
        """Return how many predictions differ from the labels `y`, a symbolic integer.

        Raises
        ------
        TypeError
            If `y` is no vector.
        NotImplementedError
            If `y` holds no integers.
        """
        if y.ndim != self.predictions.ndim:
            raise TypeError(f"{self.who} compares a vector of labels, got {y.ndim} dimensions.")
        if not y.dtype.startswith(("int", "uint")):
            raise NotImplementedError(f"{self.who} compares integer labels, got {y.dtype}.")
        return T.sum(T.neq(self.predictions, y))
