"""The layer that reads images, or rows, step by step."""

import numbers

import numpy as np

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Sequence"]


@layer_type("sequence")
class Sequence(Layer):
    """Maps (batch, channels, height, width), or rows, as a sequence (batch, steps, features).

    The pixels of a map are put into one line, row by row, reordered if `order` says so, and cut
    into steps of equal length. What a step shows is its pixels in all channels, channel by
    channel. Rows (batch, features) are lines already.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int) or (int, int)
    rng : numpy.random.RandomState
        Not used.
    steps : {'rows', 'pixels'} or int, default 'rows'
        A step for each row of the map, for each pixel, or so many in all, which must divide the
        number of pixels. Rows (batch, features) have no rows of pixels: 'pixels' or a number.
    order : sequence of int, optional
        A permutation of the pixels' numbers, (height * width,) or (features,): which pixel comes
        first, second, ... None leaves them as they are.

    Attributes
    ----------
    num_neurons : int
        Features of a step.
    order : tuple of int or None

    Raises
    ------
    ValueError
        If the input has neither maps nor rows, `steps` doesn't divide the number of pixels, or
        `order` is no permutation of them.

    Notes
    -----
    Permuted MNIST, a benchmark of long-term memory, is ``steps='pixels'`` with one drawn `order`.
    The code of one paper that uses it (Cooijmans et al. 2017, arXiv:1603.09025) draws the pixels
    with replacement, so that more than a third of them are never seen; here that is refused.
    """

    def __init__(self, id, input_shape, rng, *, steps="rows", order=None):
        super().__init__(id, input_shape, rng)
        self.channels, self.pixels, rows = self._measured(input_shape)
        self.steps = self._checked_steps(steps, rows)
        self.num_neurons = self.channels * (self.pixels // self.steps)
        self.output_shape = input_shape[0], self.steps, self.num_neurons
        self.order = None if order is None else self._checked_order(order)

    def expression(self, x, stream):
        """Return the sequence, (batch, steps, features)."""
        line = x.reshape((x.shape[0], self.channels, self.pixels))
        if self.order is not None:
            line = line[:, :, np.array(self.order)]
        if self.channels > 1:
            line = line.reshape((x.shape[0], self.channels, self.steps, self.pixels // self.steps))
            line = line.dimshuffle(0, 2, 1, 3)
        return line.reshape((x.shape[0],) + self.output_shape[1:])

    # -- checks -------------------------------------------------------------------------------

    def _measured(self, shape):
        """Return channels, pixels of a channel, and rows of pixels, 0 if there are none."""
        if len(shape) == 2:
            return 1, shape[1], 0
        if len(shape) != 4:
            raise ValueError(f"{self.who} takes maps (batch, channels, height, width) or rows "
                             f"(batch, features), got shape {shape}.")
        return shape[1], shape[2] * shape[3], shape[2]

    def _checked_steps(self, steps, rows):
        named = {"pixels": self.pixels}
        if rows:
            named["rows"] = rows
        count = named.get(steps, steps) if isinstance(steps, str) else steps
        if isinstance(count, bool) or not isinstance(count, numbers.Integral) or count < 1 \
                or self.pixels % count:
            known = " or ".join(map(repr, sorted(named, reverse=True)))
            raise ValueError(f"{self.who} got steps {steps!r} for the {self.pixels} pixels of an "
                             f"input of shape {self.input_shape}; it must be {known}, or a number "
                             f"that divides them.")
        return int(count)

    def _checked_order(self, order):
        found = order.tolist() if isinstance(order, np.ndarray) else order
        found = found if isinstance(found, (list, tuple)) else [None]
        if not all(isinstance(pixel, numbers.Integral) for pixel in found) or \
                sorted(found) != list(range(self.pixels)):
            raise ValueError(f"{self.who} got an order that is no permutation of its "
                             f"{self.pixels} pixels; it must hold each of 0 to {self.pixels - 1} "
                             f"once, as numpy.random.permutation({self.pixels}) does.")
        return tuple(map(int, found))
