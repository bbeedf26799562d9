"""The transposed convolution with normalised weights."""

from yann_weightnorm.layers.weight_norm import WeightNorm
from yann_weightnorm.toolbox.layers import Deconv
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["WeightNormDeconv"]


@layer_type("weightnorm_deconv", "weightnorm_deconvolution")
class WeightNormDeconv(WeightNorm, Deconv):
    """:class:`~yann_weightnorm.toolbox.layers.Deconv` that learns length and direction.

    ``w[:, c] = g[c] v[:, c] / |v[:, c]|``, the norm taken over all that makes output map c: input
    channels, height and width. Other options, shapes and errors are those of the plain layer;
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
    v : (num_neurons, output channels, filter height, filter width), floatX
        Directions. Starts as the plain layer's filters.
    g : (1, output channels, 1, 1), floatX
        Lengths of the weights of an output map. Starts as the norms of `v`.
    w : shape of `v`, symbolic
        Assigning an array to it sets `v` and `g`.

    Notes
    -----
    A filter of a convolution makes one of its output maps; here it reads one of the input maps. So
    where a convolution's `w` is given, the lengths are of other parts of it than they are there.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, equation 2.
    """

    norm_axes = (0, 2, 3)
