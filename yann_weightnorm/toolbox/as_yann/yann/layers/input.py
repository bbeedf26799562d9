"""YANN's classes of layers that bring something in."""

from types import SimpleNamespace

from yann_weightnorm.toolbox.layers import Input, Tensor

from .abstract import generator, layer

__all__ = ["dropout_input_layer", "dropout_tensor_layer", "input_layer", "tensor_layer"]


class input_layer(layer):
    """Rows of pixels as images.

    Parameters
    ----------
    mini_batch_size : int
    x : (batch, height * width * channels), symbolic
    id : str
    height, width, channels : int, default 28, 28, 1
    mean_subtract : bool, default False
        Subtract the mean of all pixels in the mini batch, one number.
    verbose : int, optional
    """

    def __init__(self, mini_batch_size, x, id=-1, height=28, width=28, channels=1,
                 mean_subtract=False, verbose=2, *, dropout_rate=0, rng=None):
        super().__init__(id, "input", verbose)
        stream = SimpleNamespace(id=None, x=x, mini_batch_size=mini_batch_size, height=height,
                                 width=width, channels=channels)
        self.stand_on(Input(id, stream, generator(rng), mean_subtract=mean_subtract,
                            dropout_rate=dropout_rate))


class dropout_input_layer(input_layer):
    """:class:`input_layer` that silences pixels in training."""

    def __init__(self, mini_batch_size, id, x, dropout_rate=0.5, height=28, width=28, channels=1,
                 mean_subtract=False, rng=None, verbose=2):
        super().__init__(mini_batch_size, x, id, height, width, channels, mean_subtract, verbose,
                         dropout_rate=dropout_rate, rng=rng)


class tensor_layer(layer):
    """Any symbolic tensor as a layer.

    Parameters
    ----------
    id : str
    input : symbolic tensor
    input_shape : tuple of int
    verbose : int, optional
    """

    def __init__(self, id, input, input_shape, verbose=2, *, dropout_rate=0, rng=None):
        super().__init__(id, "tensor", verbose)
        self.stand_on(Tensor(id, None, generator(rng), input=input, input_shape=input_shape,
                             dropout_rate=dropout_rate))


class dropout_tensor_layer(tensor_layer):
    """:class:`tensor_layer` that silences entries in training."""

    def __init__(self, id, input, input_shape, rng=None, dropout_rate=0.5, verbose=2):
        super().__init__(id, input, input_shape, verbose, dropout_rate=dropout_rate, rng=rng)
