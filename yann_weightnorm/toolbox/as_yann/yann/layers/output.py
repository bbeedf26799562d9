"""YANN's classes of layers that a network ends with."""

from yann_weightnorm.toolbox.layers import Classifier, Objective
from yann_weightnorm.toolbox.layers.objective import Ground

from .abstract import generator, layer

__all__ = ["classifier_layer", "objective_layer"]


class classifier_layer(layer):
    """Affine map of every row to one number a class, then a softmax.

    Parameters
    ----------
    input : (batch, features), symbolic
    input_shape : (int, int)
    id : str
    num_classes : int, default 10
    rng : numpy.random.RandomState, optional
        NumPy's global generator by default.
    input_params, activation
        As of :class:`~yann_weightnorm.toolbox.layers.classifier.Classifier`.
    borrow : bool, default True
        Not used.
    verbose : int, optional

    See Also
    --------
    yann_weightnorm.toolbox.layers.classifier.ClassifierView
        Has what this offers besides: `fit`, `predictions`, `probabilities`, `loss`, `errors`.
    """

    def __init__(self, input, input_shape, id, num_classes=10, rng=None, input_params=None,
                 borrow=True, activation="softmax", verbose=2):
        super().__init__(id, "classifier", verbose)
        self.stand_on(Classifier(
            id, tuple(input_shape), generator(rng), num_classes=num_classes,
            activation=activation, input_params=input_params), input)


class objective_layer(layer):
    """A loss and what regularizes it.

    Parameters
    ----------
    id : str
    loss : function of labels and a name, or symbolic scalar
        A classifier layer's method `loss`; for the objective 'value' the number itself.
    labels : (batch,) integers, symbolic, optional
    objective : {'nll', 'cce', 'bce', 'hinge', 'value'}, default 'nll'
    L1, L2 : symbolic scalars, optional
    l1_coeff, l2_coeff : float, default 0.001
        What they count, where they are given.
    verbose : int, optional
    """

    def __init__(self, id, loss, labels=None, objective="nll", L1=None, L2=None, l1_coeff=0.001,
                 l2_coeff=0.001, verbose=2):
        super().__init__(id, "objective", verbose)
        ground = Ground(labels, 0 if L1 is None else L1, 0 if L2 is None else L2, True)
        is_value = objective == "value"
        self.stand_on(Objective(
            id, ground, None, layer_type=objective, objective=loss if is_value else None,
            regularizer=(l1_coeff, l2_coeff)), *([] if is_value else [_Loss(loss)]))


class _Loss:
    """Something with a loss of classes, and nothing else: what an objective asks of its origin."""

    who, num_classes = "the loss", None

    def __init__(self, loss):
        self.loss = loss
