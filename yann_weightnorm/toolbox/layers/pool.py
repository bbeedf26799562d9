"""Pooling alone, for where it comes after batch norm and activation."""

from yann_weightnorm.toolbox.checks import one_of, pair
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.pooling import POOL_TYPES, pooled, pooled_size
from yann_weightnorm.toolbox.layers.shapes import require_maps
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Pool"]


@layer_type("pool", "pooling")
class Pool(Layer):
    """Each window of a map becomes one number; windows don't overlap.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int)
        Mini batch size, channels, height, width.
    rng : numpy.random.RandomState
        Draws the seed of the dropout masks.
    pool_size : (int, int) or 'whole', default (2, 2)
        Height and width of a window; 'whole' is the whole map. A remainder at the border is
        dropped.
    pool_type : {'max', 'mean', 'sum', 'max_same_size'}, default 'max'
        'max_same_size' keeps the map's size and all but each window's largest value become 0.
    dropout_rate : float in [0, 1), default 0
        Probability that the dropout stream silences an output.

    Raises
    ------
    ValueError
        If the input has no maps, or a window is larger than a map.
    """

    def __init__(self, id, input_shape, rng, *, pool_size=(2, 2), pool_type="max",
                 dropout_rate=0.0):
        super().__init__(id, input_shape, rng, dropout_rate=dropout_rate)
        require_maps(input_shape, self.who)
        maps = tuple(input_shape[2:])
        self.pool_type = one_of(pool_type, POOL_TYPES, "pool_type", self.who)
        self.pool_size = maps if pool_size == "whole" else pair(pool_size, "pool_size", self.who)
        if any(window > side for window, side in zip(self.pool_size, maps)):
            raise ValueError(f"{self.who} has pool_size {self.pool_size} on maps of {maps}; choose "
                             f"a smaller one, or 'whole'.")
        self.num_neurons = input_shape[1]
        self.output_shape = tuple(input_shape[:2]) + pooled_size(self.pool_size, self.pool_type,
                                                                 maps)
        self.make_masks()

    def expression(self, x, stream):
        """Return the pooled maps of `x`."""
        return self.drop(pooled(x, self.pool_size, self.pool_type, self.input_shape[2:]), stream)
