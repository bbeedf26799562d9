"""YANN's pooling, as an object that knows its output's shape."""

from theano.tensor.nnet.neighbours import images2neibs
from theano.tensor.shared_randomstreams import RandomStreams

from yann_weightnorm.toolbox.checks import one_of, pair
from yann_weightnorm.toolbox.layers.pooling import POOL_TYPES, pooled, pooled_size

__all__ = ["pooler_2d"]

RANDOM_POOLING = 24546  # the seed


class pooler_2d:
    """Maps with one number for each window; windows don't overlap.

    Parameters
    ----------
    input : (batch, channels, height, width), symbolic
    ds : (int, int)
        Height and width of a window.
    img_shp : (int, int, int, int)
        The shape of `input`.
    mode : {'max', 'mean', 'sum', 'max_same_size'}, default 'max'
        'max_same_size' keeps the size and all but each window's largest value become 0.
    ignore_border : bool, default True
        Whether a remainder at the border is dropped, or is a smaller window.
    verbose : int, optional

    Attributes
    ----------
    out : symbolic
    out_shp : (int, int, int, int)

    Raises
    ------
    ValueError
        If `ds` or `mode` is none of these.
    """

    def __init__(self, input, ds, img_shp, mode="max", ignore_border=True, verbose=1):
        ds, size = pair(ds, "ds", "pooler_2d"), tuple(img_shp[2:])
        one_of(mode, POOL_TYPES, "mode", "pooler_2d")
        self.out = pooled(input, ds, mode, size, ignore_border)
        self.out_shp = tuple(img_shp[:2]) + pooled_size(ds, mode, size, ignore_border)


def _meanpool(input, ds, ignore_border=False):
    return pooled(input, tuple(ds), "mean", None, ignore_border)


def _maxrandpool(input, ds, p, ignore_border=False):
    """Return of each window the same one, drawn anew each time, of its `p` + 1 largest numbers."""
    mode = "ignore_borders" if ignore_border else "valid"
    windows = images2neibs(input, tuple(ds), mode=mode).sort(axis=1)
    rank = RandomStreams(RANDOM_POOLING).random_integers(low=1, high=p + 1)
    shape = input.shape[0], input.shape[1], input.shape[2] // ds[0], input.shape[3] // ds[1]
    return windows[:, -rank].reshape(shape, ndim=4)
