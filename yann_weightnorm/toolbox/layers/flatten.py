"""Between maps or sequences and rows: flatten and unflatten."""

import numpy as np

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.shapes import checked_shape, require_maps
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Flatten", "Unflatten"]


@layer_type("flatten")
class Flatten(Layer):
    """Maps (batch, channels, height, width) to rows (batch, channels * height * width).

    A sequence (batch, steps, features) becomes rows (batch, steps * features).

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int) or (int, int, int)
    rng : numpy.random.RandomState
        Not used.

    Raises
    ------
    ValueError
        If the input has neither maps nor a sequence.
    """

    def __init__(self, id, input_shape, rng):
        super().__init__(id, input_shape, rng)
        if len(input_shape) != 3:
            require_maps(input_shape, self.who)
        self.num_neurons = int(np.prod(input_shape[1:]))
        self.output_shape = input_shape[0], self.num_neurons

    def expression(self, x, stream):
        """Return the rows of `x`."""
        return x.flatten(2)


@layer_type("unflatten")
class Unflatten(Layer):
    """Rows (batch, channels * height * width) to maps (batch, channels, height, width).

    Parameters
    ----------
    id : str
    input_shape : (int, int)
    rng : numpy.random.RandomState
        Not used.
    shape : (int, int) or (int, int, int)
        Height, width and channels (1 by default) of the maps. Required.

    Raises
    ------
    ValueError
        If `shape` is missing or has another number of entries than a row.
    """

    def __init__(self, id, input_shape, rng, *, shape=None):
        super().__init__(id, input_shape, rng)
        shape = () if shape is None else checked_shape(shape, "shape", self.who)
        if len(shape) not in (2, 3):
            raise ValueError(f"{self.who} got shape {shape or None}; it needs (height, width) or "
                             f"(height, width, channels).")
        height, width, channels = (tuple(shape) + (1,))[:3]
        if len(input_shape) != 2 or height * width * channels != input_shape[1]:
            raise ValueError(f"{self.who} cannot make maps of (height, width, channels) "
                             f"{(height, width, channels)} of an input of shape {input_shape}; "
                             f"their product must be the number of features.")
        self.num_neurons = channels
        self.output_shape = input_shape[0], channels, height, width

    def expression(self, x, stream):
        """Return the maps of `x`."""
        return x.reshape((x.shape[0],) + self.output_shape[1:])
