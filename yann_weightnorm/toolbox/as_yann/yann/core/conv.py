"""YANN's convolution and its transpose, as objects that know their output's size."""

from yann_weightnorm.toolbox.layers import ConvPool, Deconv

__all__ = ["convolver_2d", "deconvolver_2d"]


class convolver_2d:
    """Convolution of maps with flipped filters.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    filters : (maps, channels, height, width), symbolic
    subsample : (int, int)
        Steps of the filter, downwards and to the right.
    filter_shape, image_shape : tuples of four int
        The shapes of `filters` and `input`.
    border_mode : {'valid', 'full', 'half'} or int or (int, int), default 'valid'
    verbose : int, optional

    Attributes
    ----------
    out : (batch, maps, height, width), symbolic
    out_shp : (int, int)
        Height and width of `out`.

    Raises
    ------
    ValueError
        If the filters are for another number of channels, or larger than the maps.
    """

    def __init__(self, input, filters, subsample, filter_shape, image_shape, border_mode="valid",
                 verbose=1):
        if image_shape[1] != filter_shape[1]:
            raise ValueError(f"convolver_2d got filters for {filter_shape[1]} channels and images "
                             f"of {image_shape[1]}; the two must be equal.")
        layer = ConvPool("convolver_2d", tuple(image_shape), None, num_neurons=filter_shape[0],
                         filter_size=tuple(filter_shape[2:]), stride=tuple(subsample),
                         border_mode=border_mode, activation=None, input_params=[filters])
        self.out, self.out_shp = layer.linear(input), layer.conv_shape


class deconvolver_2d:
    """Transposed convolution: the gradient of :class:`convolver_2d` for its input.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    filters : (channels, maps, height, width), symbolic
    subsample, filter_shape, image_shape, border_mode, verbose
        As for :class:`convolver_2d`.
    output_shape : (int, int, int, int)
        The shape of the output: batch, maps, height, width.

    Attributes
    ----------
    out : (batch, maps, height, width), symbolic
    out_shp : (int, int)
        Height and width of `out`.

    Raises
    ------
    ValueError
        If no convolution leads from maps of `output_shape` to the input's.
    """

    def __init__(self, input, filters, subsample, filter_shape, image_shape, output_shape,
                 border_mode="valid", verbose=1):
        _, channels, height, width = output_shape
        layer = Deconv("deconvolver_2d", tuple(image_shape), None, num_neurons=filter_shape[0],
                       filter_size=tuple(filter_shape[2:]), stride=tuple(subsample),
                       output_shape=(height, width, channels), border_mode=border_mode,
                       activation=None, input_params=[filters])
        self.out, self.out_shp = layer.linear(input), layer.output_shape[2:]
