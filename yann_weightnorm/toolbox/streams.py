"""The three readings of a network: dropout, stable, inference.

YANN keeps three networks that share parameters. Here a stream is a row in a table, and every layer
is asked once for each row.
"""

from collections import namedtuple

__all__ = ["DROPOUT", "INFERENCE", "STABLE", "STREAMS", "Stream", "Streams", "View"]


class Stream(namedtuple("Stream", "name masks batch_statistics")):
    """What a layer needs to know of the network that it is read in.

    Attributes
    ----------
    name : str
    masks : bool
        Whether dropout masks and noise are on.
    batch_statistics : bool
        Whether batch normalization uses the mini batch's statistics or the population's.
    """

    __slots__ = ()

    def pre_activation(self, layer, t):
        """Return `t`, the pre-activation of `layer`, as this stream sees it: as it is."""
        return t

    def given(self, tensor):
        """Return `tensor`, which the script handed to a layer, as this stream sees it: as it is."""
        return tensor


DROPOUT = Stream("dropout", masks=True, batch_statistics=True)          # what is trained
STABLE = Stream("stable", masks=False, batch_statistics=True)
INFERENCE = Stream("inference", masks=False, batch_statistics=False)    # what is tested
STREAMS = (DROPOUT, STABLE, INFERENCE)


class View:
    """A layer as one stream reads it: shared parameters, its own output.

    Every attribute of the layer (``params``, ``w``, ``output_shape``, ``origin``, ...) is one of
    the view's, and setting ``w`` on a view sets the layer's weight, as ``w_x`` and ``w_h`` do.

    Attributes
    ----------
    layer : Layer
    output : symbolic tensor
        What the layer gives in this stream.
    inference : symbolic tensor
        What the layer gives in the inference stream, whichever stream this view is of.
    """

    def __init__(self, layer, output):
        self.layer, self.output, self.inference = layer, output, output

    def __getattr__(self, name):
        if name == "layer":  # not there yet while a copy is being made
            raise AttributeError(name)
        return getattr(self.layer, name)

    def __setattr__(self, name, value):
        if name in ("w", "w_x", "w_h", "active"):
            setattr(self.layer, name, value)
        else:
            super().__setattr__(name, value)


class Streams:
    """For each stream, its views by layer id."""

    def __init__(self):
        self.views = {stream: {} for stream in STREAMS}

    def lay(self, layer, origins):
        """Add `layer` on top of the layers named `origins` in every stream."""
        for stream, views in self.views.items():
            views[layer.id] = layer.read(stream, [views[origin] for origin in origins])
        for views in self.views.values():
            views[layer.id].inference = self.views[INFERENCE][layer.id].output
