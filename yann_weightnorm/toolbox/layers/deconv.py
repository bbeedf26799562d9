"""Transposed convolution: the way back from the maps of a convolution to larger ones."""

from theano.tensor.nnet.abstract_conv import conv2d_grad_wrt_inputs

from yann_weightnorm.toolbox.activations import activation_name
from yann_weightnorm.toolbox.checks import pair, positive_int
from yann_weightnorm.toolbox.layers.shapes import (
    checked_shape,
    convolved,
    padding,
    require_maps,
)
from yann_weightnorm.toolbox.layers.weighted import WeightLayer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Deconv"]


@layer_type("deconv", "deconvolution")
class Deconv(WeightLayer):
    """Transposed convolution, bias, batch norm, activation, dropout: in this order.

    It is the transpose of the linear map that a ``conv_pool`` layer without pooling makes with the
    same `w`, from maps of `output_shape` to maps of the input's shape. So an autoencoder may give
    the convolution's `w` here.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int)
        Mini batch size, channels, height, width.
    rng : numpy.random.RandomState
        Draws the starting filters, then the seed of the dropout masks.
    output_shape : (int, int, int)
        Height, width and channels of the output. Required: several sizes may lead to the input's.
    num_neurons : int, default 20
        Number of filters, which is the number of input channels.
    filter_size : (int, int), default (3, 3)
        Height and width of a filter, in pixels.
    border_mode, stride
        Of the convolution whose transpose this is; see
        :class:`~yann_weightnorm.toolbox.layers.conv_pool.ConvPool`.
    activation, batch_norm, mean_only_batch_norm, dropout_rate, regularize
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`; not maxout.
    pool_size : (int, int), default (1, 1)
        There is no unpooling: nothing but (1, 1), which YANN's scripts pass.
    pool_type : str, default 'max'
        Not used.
    start, init_scale, residual
        As in :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`.
    input_params : sequence, optional
        ``[w, b]``, with batch norm ``[w, b, gamma, beta, running_mean, running_var]``, with that
        of the mean only ``[w, b, running_mean]``.

    Attributes
    ----------
    w : (num_neurons, output channels, filter height, filter width), floatX
        Starts normal with deviation 0.01.
    b, gamma, beta, running_mean, running_var : (output channels,), floatX
    output_shape : (int, int, int, int)
        Mini batch size, output channels, height, width.

    Raises
    ------
    ValueError
        If the input has no maps, `num_neurons` is not their number, `output_shape` is missing or
        cannot be reached, an option is out of its range, or a given parameter has another shape.
    """

    output_axis = 1

    def __init__(self, id, input_shape, rng, *, output_shape=None, num_neurons=20,
                 filter_size=(3, 3), border_mode="valid", stride=(1, 1), activation="relu",
                 batch_norm=False, mean_only_batch_norm=False, dropout_rate=0.0,
                 regularize=False, pool_size=(1, 1), pool_type="max", start="normal",
                 init_scale=1.0, residual=None, input_params=None):
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
        self.padding = padding(border_mode, self.filter_size, self.who)
        self.border_mode, self.pool_size = border_mode, (1, 1)
        self.dilution = self.stride[0] * self.stride[1]
        self._refuse_what_it_cannot_do(num_neurons, activation, pool_size)
        height, width, channels = self._size(output_shape)
        self.output_shape = input_shape[0], channels, height, width
        self.weight_shape = (num_neurons, channels) + self.filter_size
        self.make_params(self.weight_shape, channels, (channels,))

    def linear(self, x):
        """Return the transposed convolution of `x` with the filters."""
        # The number of rows is left open: a last, shorter mini batch goes through the same graph.
        return conv2d_grad_wrt_inputs(
            x, self.w, input_shape=(None,) + self.output_shape[1:],
            filter_shape=self.weight_shape, border_mode=self.padding, subsample=self.stride)

    def _refuse_what_it_cannot_do(self, num_neurons, activation, pool_size):
        if activation_name(activation) == "maxout":
            raise ValueError(f"{self.who} got activation {activation!r}; it has no maxout, choose "
                             f"another activation.")
        if pair(pool_size, "pool_size", self.who) != (1, 1):
            raise ValueError(f"{self.who} got pool_size {pool_size!r}; there is no unpooling, give "
                             f"(1, 1) and let the stride enlarge the maps.")
        if num_neurons != self.input_shape[1]:
            raise ValueError(f"{self.who} got num_neurons {num_neurons!r} on an input of "
                             f"{self.input_shape[1]} channels; the two must be equal.")

    def _size(self, shape):
        shape = () if shape is None else checked_shape(shape, "output_shape", self.who)
        if len(shape) != 3:
            raise ValueError(f"{self.who} got output_shape {shape or None}; it needs (height, "
                             f"width, channels).")
        back = convolved(shape[:2], self.padding, self.filter_size, self.stride)
        if back != tuple(self.input_shape[2:]):
            raise ValueError(
                f"{self.who} cannot give maps of {shape[:2]} from maps of "
                f"{tuple(self.input_shape[2:])}: a convolution back would give {back}. Choose "
                f"{self._reachable()}, or another filter_size, stride or border_mode.")
        return shape

    def _reachable(self):
        """Return the smallest height and width of an output of the size of this input."""
        return tuple((n - 1) * step + k - 2 * pad for n, step, k, pad in
                     zip(self.input_shape[2:], self.stride, self.filter_size, self.padding))
