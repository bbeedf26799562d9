"""The convolution with normalised filters."""

from yann_weightnorm.layers.weight_norm import WeightNorm
from yann_weightnorm.toolbox.layers import ConvPool
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["WeightNormConvPool"]


@layer_type("weightnorm_conv_pool", "weightnorm_convolution", "weightnorm_conv")
class WeightNormConvPool(WeightNorm, ConvPool):
    """:class:`~yann_weightnorm.toolbox.layers.ConvPool` that learns length and direction.

    ``w[k] = g[k] v[k] / |v[k]|``, the norm taken over input channels, height and width of filter
    k. Other options, shapes and errors are those of the plain layer; `input_params` takes
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
    v : (num_neurons, channels, filter height, filter width), floatX
        Directions. Starts as the plain layer's filters.
    g : (num_neurons, 1, 1, 1), floatX
        Lengths of the filters. Starts as the norms of `v`.
    w : shape of `v`, symbolic
        Assigning an array to it sets `v` and `g`.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2.
    """

    norm_axes = (1, 2, 3)
