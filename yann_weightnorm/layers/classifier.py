"""The classifier with normalised weights."""

from yann_weightnorm.layers.weight_norm import WeightNorm
from yann_weightnorm.toolbox.layers import Classifier
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["WeightNormClassifier"]


@layer_type("weightnorm_classifier", "weightnorm_softmax", "weightnorm_output",
            "weightnorm_label")
class WeightNormClassifier(WeightNorm, Classifier):
    """:class:`~yann_weightnorm.toolbox.layers.Classifier` that learns length and direction.

    The last layer of the paper's networks is normalised like the others (its released code,
    `lasagne/train.py`). Other options, shapes and errors are those of the plain layer;
    `input_params` takes ``[v, g, b]``, or a plain layer's ``[w, b]``.

    Parameters
    ----------
    form : str, default 'l2'
        How the weight is made of `v` and other parameters: ``'l2'``, ``'log_g'``, ``'l1'``,
        ``'linf'``, ``'centered'``, ``'bounded'``, ``'bounded_g'``, ``'strict'``, ``'whole'``,
        ``'standardised'`` or ``'scaled_ws'``; see :mod:`yann_weightnorm.forms`. What is said of
        `g` here is so in ``'l2'``.
    learn_g : bool, default True
        Whether training changes `g`.
    regularize : bool or {'w', 'g', 'v'}, default False
        What L1 and L2 count. True means ``'w'``, the weight; see
        :class:`~yann_weightnorm.layers.weight_norm.WeightNorm`.

    Attributes
    ----------
    v : (features, num_classes), floatX
        Directions. Starts as the plain layer's weight.
    g : (1, num_classes), floatX
        Lengths. Starts as the norms of `v`.
    w : (features, num_classes), symbolic
        Assigning an array to it sets `v` and `g`.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2.
    """

    norm_axes = 0
