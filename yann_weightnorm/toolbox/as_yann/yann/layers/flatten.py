"""YANN's classes of layers between maps and rows."""

from yann_weightnorm.toolbox.layers import Flatten, Unflatten

from .abstract import layer

__all__ = ["flatten_layer", "unflatten_layer"]


class flatten_layer(layer):
    """Maps (batch, channels, height, width) to rows.

    Parameters
    ----------
    input : symbolic tensor or array
    input_shape : (int, int, int, int)
    id : str
    verbose : int, optional
    """

    def __init__(self, input, input_shape, id=-1, verbose=2):
        super().__init__(id, "flatten", verbose)
        self.stand_on(Flatten(id, tuple(input_shape), None), input)


class unflatten_layer(layer):
    """Rows to maps (batch, channels, height, width).

    Parameters
    ----------
    input : symbolic tensor or array
    shape : (int, int) or (int, int, int)
        Height, width and channels (1 by default).
    input_shape : (int, int)
    id : str
    verbose : int, optional
    """

    def __init__(self, input, shape, input_shape, id=-1, verbose=2):
        super().__init__(id, "unflatten", verbose)
        self.stand_on(Unflatten(id, tuple(input_shape), None, shape=shape), input)
