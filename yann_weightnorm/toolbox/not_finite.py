"""Where numbers that are not finite come from: the data, or which layer."""

from collections import namedtuple

import numpy as np

__all__ = ["NotFinite", "first_not_finite", "not_finite_in_data"]


class NotFinite(namedtuple("NotFinite", "layer what count size")):
    """The first numbers of a network that are NaN or infinite.

    ``str()`` of it is a sentence.

    Attributes
    ----------
    layer : Layer or None
        None for the data.
    what : str
        ``'mini batch <number>'`` of the data, ``'parameter <name>'`` or ``'output'``.
    count, size : int
        How many of how many numbers.
    """

    __slots__ = ()

    def __str__(self):
        who = "the data" if self.layer is None else self.layer.who
        return f"{who}: {self.count} of {self.size} numbers of its {self.what} are not finite"


def not_finite_in_data(stream, index):
    """Return the :class:`NotFinite` of a mini batch's rows, or None.

    Parameters
    ----------
    stream : Datastream
        With a block loaded.
    index : int
        Number of the mini batch.
    """
    size = stream.mini_batch_size
    rows = stream.data_x.get_value(borrow=True)[index * size:(index + 1) * size]
    return _found(None, f"mini batch {index}", rows)


def first_not_finite(network, index):
    """Return the first :class:`NotFinite` of a mini batch on its way up, or None.

    The data come first, then each layer's parameters and its output in the stream that is
    trained, in the order in which layers were added.
    """
    found = not_finite_in_data(network.cooked_datastream, index)
    if found:
        return found
    counts = network.mini_batch_not_finite(index)
    for view, count, size in zip(network.dropout_layers.values(), counts[0::2], counts[1::2]):
        for name, param in zip(view.param_names, view.params):
            if hasattr(param, "get_value"):
                found = found or _found(view.layer, f"parameter {name}",
                                        param.get_value(borrow=True))
        found = found or _counted(view.layer, "output", count, size)
        if found:
            return found
    return None


def _found(layer, what, values):
    return _counted(layer, what, np.count_nonzero(~np.isfinite(values)), np.size(values))


def _counted(layer, what, count, size):
    return NotFinite(layer, what, int(count), int(size)) if count else None
