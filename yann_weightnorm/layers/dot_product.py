"""The fully connected layer with normalised weights."""

from yann_weightnorm.layers.weight_norm import WeightNorm
from yann_weightnorm.toolbox.layers import DotProduct
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["WeightNormDotProduct"]


@layer_type("weightnorm_dot", "weightnorm_dot_product", "weightnorm_hidden", "weightnorm_mlp",
            "weightnorm_fully_connected")
class WeightNormDotProduct(WeightNorm, DotProduct):
    """:class:`~yann_weightnorm.toolbox.layers.DotProduct` that learns length and direction.

    ``w[:, k] = g[k] v[:, k] / |v[:, k]|``, so ``|w[:, k]|`` is ``|g[k]|`` whatever `v` is.
    Other options, shapes and errors are those of the plain layer; `input_params` takes
    ``[v, g, b]``, or a plain layer's ``[w, b]``.

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
    v : (features, num_neurons), floatX
        Directions; the length of a column has no effect on the output. Starts as the plain
        layer's weight.
    g : (1, num_neurons), floatX
        Pre-activation per unit of input along `v`. Starts as the norms of `v`.
    w : (features, num_neurons), symbolic
        Assigning an array to it sets `v` and `g`.

    Notes
    -----
    With one feature (fan-in 1) w is ``g sign(v)`` and the gradient of v exactly 0: only g learns.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2.
    """

    norm_axes = 0
