"""Pooling: each window of a map becomes one number."""

import theano.tensor as T
from theano.tensor.signal.pool import max_pool_2d_same_size, pool_2d

__all__ = ["POOL_TYPES", "pooled", "pooled_size"]

POOL_TYPES = ("max", "mean", "sum", "max_same_size")


def pooled(maps, pool_size, pool_type, size, ignore_border=True):
    """Return the symbolic `maps` with a number for each window; windows don't overlap.

    Parameters
    ----------
    maps : (batch, channels, height, width)
    pool_size : (int, int)
        Height and width of a window.
    pool_type : {'max', 'mean', 'sum', 'max_same_size'}
        'max_same_size' keeps the map's size and all but each window's largest value become 0.
    size : (int, int)
        Height and width of the maps.
    ignore_border : bool, default True
        Whether a remainder at the border is dropped, or is a smaller window.
    """
    if pool_size == (1, 1):
        return maps
    if pool_type == "max_same_size":
        return max_pool_2d_same_size(maps, pool_size)
    if pool_type == "mean" and pool_size == size:
        return T.mean(maps, axis=(2, 3), keepdims=True)
    mode = {"mean": "average_exc_pad"}.get(pool_type, pool_type)
    return pool_2d(maps, pool_size, ignore_border=ignore_border, mode=mode)


def pooled_size(pool_size, pool_type, size, ignore_border=True):
    """Return height and width of maps of `size` after :func:`pooled`."""
    if pool_type == "max_same_size":
        return tuple(size)
    return tuple(s // p if ignore_border else -(-s // p) for s, p in zip(size, pool_size))
