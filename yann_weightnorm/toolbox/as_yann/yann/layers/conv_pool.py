"""YANN's classes of convolutions and transposed convolutions."""

from yann_weightnorm.toolbox.layers import ConvPool, Deconv

from ..core.conv import convolver_2d
from .abstract import generator, layer

__all__ = ["conv_pool_layer_2d", "deconv_layer_2d", "dropout_conv_pool_layer_2d",
           "dropout_deconv_layer_2d"]


class conv_pool_layer_2d(layer):
    """Convolution, pooling, bias, batch norm, activation: in this order.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    nkerns : int
        Number of filters.
    input_shape : (int, int, int, int)
    id : str
    filter_shape : (int, int), default (3, 3)
    poolsize : (int, int), default (2, 2)
        That is this class's default; ``add_layer``'s is (1, 1).
    pooltype, batch_norm, border_mode, stride, activation, input_params
        As of :class:`~yann_weightnorm.toolbox.layers.conv_pool.ConvPool`.
    rng : numpy.random.RandomState, optional
        NumPy's global generator by default.
    borrow : bool, default True
        Not used.
    verbose : int, optional

    Attributes
    ----------
    nkerns, filter_shape, poolsize
        As given.
    """

    def __init__(self, input, nkerns, input_shape, id, filter_shape=(3, 3), poolsize=(2, 2),
                 pooltype="max", batch_norm=False, border_mode="valid", stride=(1, 1), rng=None,
                 borrow=True, activation="relu", input_params=None, verbose=2, *, dropout_rate=0):
        super().__init__(id, "conv_pool", verbose)
        self.stand_on(ConvPool(
            id, tuple(input_shape), generator(rng), num_neurons=nkerns, filter_size=filter_shape,
            pool_size=poolsize, pool_type=pooltype, border_mode=border_mode, stride=stride,
            activation=activation, batch_norm=batch_norm, dropout_rate=dropout_rate,
            input_params=input_params), input)
        self.input = input
        self.nkerns, self.filter_shape, self.poolsize = nkerns, filter_shape, poolsize

    @property
    def conv_out(self):
        """The convolution before it is pooled, symbolic."""
        return convolver_2d(self.input, self.w, self.stride, self.weight_shape, self.input_shape,
                            self.border_mode).out


class dropout_conv_pool_layer_2d(conv_pool_layer_2d):
    """:class:`conv_pool_layer_2d` that silences outputs in training; with batch norm by default."""

    def __init__(self, input, nkerns, input_shape, id, dropout_rate=0.5, filter_shape=(3, 3),
                 poolsize=(2, 2), pooltype="max", batch_norm=True, border_mode="valid",
                 stride=(1, 1), rng=None, borrow=True, activation="relu", input_params=None,
                 verbose=2):
        super().__init__(input, nkerns, input_shape, id, filter_shape, poolsize, pooltype,
                         batch_norm, border_mode, stride, rng, borrow, activation, input_params,
                         verbose, dropout_rate=dropout_rate)


class deconv_layer_2d(layer):
    """Transposed convolution, bias, batch norm, activation: in this order.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    nkerns : int
        Number of filters: that of the input's channels.
    input_shape : (int, int, int, int)
    id : str
    output_shape : (int, int, int)
        Height, width and channels of the output. The attribute of this name is (batch, channels,
        height, width).
    poolsize, pooltype
        There is no unpooling: nothing but (1, 1).
    filter_shape, batch_norm, border_mode, stride, rng, borrow, activation, input_params, verbose
        As for :class:`conv_pool_layer_2d`.
    """

    def __init__(self, input, nkerns, input_shape, id, output_shape, filter_shape=(3, 3),
                 poolsize=(1, 1), pooltype="max", batch_norm=False, border_mode="valid",
                 stride=(1, 1), rng=None, borrow=True, activation="relu", input_params=None,
                 verbose=2, *, dropout_rate=0):
        super().__init__(id, "deconv", verbose)
        self.stand_on(Deconv(
            id, tuple(input_shape), generator(rng), output_shape=output_shape, num_neurons=nkerns,
            filter_size=filter_shape, border_mode=border_mode, stride=stride,
            activation=activation, batch_norm=batch_norm, dropout_rate=dropout_rate,
            pool_size=poolsize, pool_type=pooltype, input_params=input_params), input)
        self.input = input
        self.nkerns, self.filter_shape, self.poolsize = nkerns, filter_shape, poolsize

    @property
    def conv_out(self):
        """The transposed convolution by itself, symbolic."""
        return self.view.layer.linear(self.input)


class dropout_deconv_layer_2d(deconv_layer_2d):
    """:class:`deconv_layer_2d` that silences outputs in training; with batch norm by default."""

    def __init__(self, input, nkerns, input_shape, id, output_shape, dropout_rate=0.5,
                 filter_shape=(3, 3), poolsize=(1, 1), pooltype="max", batch_norm=True,
                 border_mode="valid", stride=(1, 1), rng=None, borrow=True, activation="relu",
                 input_params=None, verbose=2):
        super().__init__(input, nkerns, input_shape, id, output_shape, filter_shape, poolsize,
                         pooltype, batch_norm, border_mode, stride, rng, borrow, activation,
                         input_params, verbose, dropout_rate=dropout_rate)
