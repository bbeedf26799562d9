"""YANN's classes of batch normalization as a layer of its own."""

from yann_weightnorm.toolbox.layers import BatchNorm

from .abstract import generator, layer

__all__ = ["batch_norm_layer_1d", "batch_norm_layer_2d", "dropout_batch_norm_layer_1d",
           "dropout_batch_norm_layer_2d"]


class batch_norm_layer_2d(layer):
    """Each channel of maps normalized, then scaled and shifted.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    input_shape : (int, int, int, int)
    id : str
    rng : numpy.random.RandomState, optional
        Not used.
    borrow : bool, default True
        Not used.
    input_params : sequence, optional
        ``[gamma, beta, running_mean, running_var]``.
    verbose : int, optional
    """

    def __init__(self, input, input_shape, id, rng=None, borrow=True, input_params=None,
                 verbose=2, *, mask=0):
        super().__init__(id, "batch_norm", verbose)
        self.stand_on(BatchNorm(id, tuple(input_shape), generator(rng),
                                input_params=input_params), input, mask=mask, rng=rng)


class batch_norm_layer_1d(batch_norm_layer_2d):
    """Each feature of rows normalized: :class:`batch_norm_layer_2d` on (batch, features)."""


class dropout_batch_norm_layer_2d(batch_norm_layer_2d):
    """:class:`batch_norm_layer_2d` that silences outputs in training."""

    def __init__(self, input, input_shape, id, rng=None, borrow=True, input_params=None,
                 dropout_rate=0, verbose=2):
        super().__init__(input, input_shape, id, rng, borrow, input_params, verbose,
                         mask=dropout_rate)
        self.dropout_rate = dropout_rate


class dropout_batch_norm_layer_1d(dropout_batch_norm_layer_2d, batch_norm_layer_1d):
    """:class:`batch_norm_layer_1d` that silences outputs in training."""
