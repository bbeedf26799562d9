"""YANN's classes of layers that turn images."""

from yann_weightnorm.toolbox.layers import Rotate

from .abstract import generator, layer

__all__ = ["dropout_rotate_layer", "rotate_layer"]


class rotate_layer(layer):
    """Each image of the mini batch, turned.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    input_shape : (int, int, int, int)
    id : str
    angle : number or array, optional
        As of :class:`~yann_weightnorm.toolbox.layers.rotate.Rotate`.
    borrow : bool, default True
        Not used.
    verbose : int, optional
    """

    def __init__(self, input, input_shape, id, angle=None, borrow=True, verbose=2, *, mask=0,
                 rng=None):
        super().__init__(id, "rotate", verbose)
        self.stand_on(Rotate(id, tuple(input_shape), generator(rng), angle=angle), input,
                      mask=mask, rng=rng)


class dropout_rotate_layer(rotate_layer):
    """:class:`rotate_layer` that silences pixels in training."""

    def __init__(self, input, input_shape, id, rng=None, dropout_rate=0.5, angle=None, borrow=True,
                 verbose=2):
        super().__init__(input, input_shape, id, angle, borrow, verbose, mask=dropout_rate,
                         rng=rng)
        self.dropout_rate = dropout_rate
