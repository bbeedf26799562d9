"""Convolution and pooling in one layer, as YANN has it."""

from theano.tensor.nnet import conv2d

from yann_weightnorm.toolbox.activations import activated_channels
from yann_weightnorm.toolbox.checks import one_of, pair, positive_int
from yann_weightnorm.toolbox.layers.pooling import POOL_TYPES, pooled, pooled_size
from yann_weightnorm.toolbox.layers.shapes import convolved, padding, require_maps
from yann_weightnorm.toolbox.layers.weighted import WeightLayer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["ConvPool"]


@layer_type("conv_pool", "convolution")
class ConvPool(WeightLayer):
    """Convolution, pooling, bias, batch norm, activation, dropout: in this order.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int)
        Mini batch size, channels, height, width.
    rng : numpy.random.RandomState
        Draws the starting filters, then the seed of the dropout masks.
    num_neurons : int, default 20
        Number of filters.
    filter_size : (int, int), default (3, 3)
        Height and width of a filter, in pixels. Filters are flipped: a true convolution.
    pool_size : (int, int) or 'whole', default (1, 1)
        Height and width of a pooling window; 'whole' is the whole map.
    pool_type : {'max', 'mean', 'sum', 'max_same_size'}, default 'max'
        'max_same_size' keeps the map's size and all but each window's largest value become 0.
        Otherwise windows don't overlap, and a remainder at the border is dropped.
    border_mode : {'valid', 'full', 'half'} or int or (int, int), default 'valid'
        Zeros around the map: none, filter size - 1, half the filter size, or so many.
    stride : (int, int), default (1, 1)
        Steps of the convolution, in pixels.
    activation, batch_norm, mean_only_batch_norm, dropout_rate, regularize
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`.
    start, init_scale, residual
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`.
    input_params : sequence, optional
        ``[w, b]``, with batch norm ``[w, b, gamma, beta, running_mean, running_var]``, with that
        of the mean only ``[w, b, running_mean]``.

    Attributes
    ----------
    w : (num_neurons, channels, filter height, filter width), floatX
        Starts normal with deviation 0.01.
    b, gamma, beta, running_mean, running_var : (num_neurons,), floatX

    Raises
    ------
    ValueError
        If the input has no maps, an option is out of its range, a filter or a pooling window is
        larger than its map, or a given parameter has another shape.
    """

    output_axis = 0

    def __init__(self, id, input_shape, rng, *, num_neurons=20, filter_size=(3, 3),
                 pool_size=(1, 1), pool_type="max", border_mode="valid", stride=(1, 1),
                 activation="relu", batch_norm=False, mean_only_batch_norm=False,
                 dropout_rate=0.0, regularize=False, start="normal", init_scale=1.0,
                 residual=None, input_params=None):
        positive_int(num_neurons, "num_neurons", f"{self.type} {id!r}")
        super().__init__(id, input_shape, rng, input_params=input_params,
                         dropout_rate=dropout_rate, activation=activation,
                         channels=num_neurons, batch_norm=batch_norm,
                         mean_only_batch_norm=mean_only_batch_norm, start=start,
                         init_scale=init_scale, residual=residual)
        require_maps(input_shape, self.who)
        self.regularize = regularize
        self.filter_size = pair(filter_size, "filter_size", self.who)
        self.stride = pair(stride, "stride", self.who)
        self.pool_type = one_of(pool_type, POOL_TYPES, "pool_type", self.who)
        self.padding = padding(border_mode, self.filter_size, self.who)
        self.border_mode = border_mode
        self.pool_size, maps = self._shapes(pool_size)
        self.output_shape = (input_shape[0], activated_channels(num_neurons, activation)) + maps
        self.weight_shape = (num_neurons, input_shape[1]) + self.filter_size
        self.make_params(self.weight_shape, num_neurons, (num_neurons,))

    def linear(self, x):
        """Return the pooled convolution of `x` with the filters."""
        # The number of rows is left open: a last, shorter mini batch goes through the same graph.
        out = conv2d(x, self.w, input_shape=(None,) + self.input_shape[1:],
                     filter_shape=self.weight_shape, border_mode=self.padding,
                     subsample=self.stride)
        return pooled(out, self.pool_size, self.pool_type, self.conv_shape)

    def _shapes(self, pool_size):
        self.conv_shape = convolved(self.input_shape[2:], self.padding, self.filter_size,
                                    self.stride)
        if min(self.conv_shape) < 1:
            raise ValueError(f"{self.who} has filters of {self.filter_size} on maps of "
                             f"{self.input_shape[2:]} with {self.padding} zeros around; choose "
                             f"smaller filters or another border_mode.")
        size = self.conv_shape if pool_size == "whole" else pair(pool_size, "pool_size", self.who)
        if any(s > c for s, c in zip(size, self.conv_shape)):
            raise ValueError(f"{self.who} has pool_size {size} on maps of {self.conv_shape}; "
                             f"choose a smaller one, or 'whole'.")
        return size, pooled_size(size, self.pool_type, self.conv_shape)
