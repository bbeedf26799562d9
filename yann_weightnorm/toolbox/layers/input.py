"""The layer that brings images in from a datastream."""

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Input"]


@layer_type("input", "data")
class Input(Layer):
    """Images of a datastream, as (batch, channels, height, width).

    Parameters
    ----------
    id : str
    datastream : Datastream
        Where the images come from; ``add_layer``'s `origin` names it, and is the last datastream
        by default.
    rng : numpy.random.RandomState
    mean_subtract : bool, default False
        Subtract the mean of all pixels in the mini batch, one number.
    dropout_rate : float in [0, 1), default 0
        Probability that the dropout stream blanks a pixel.
    datastream_origin, datastream_id, dataset_origin : str, optional
        Other names of `origin` that YANN's scripts use.
    dataset_init_args : dict, optional
        Parameters of a datastream to make for this layer.
    """

    def __init__(self, id, datastream, rng, *, mean_subtract=False, dropout_rate=0.0,
                 datastream_origin=None, datastream_id=None, dataset_origin=None,
                 dataset_init_args=None):
        shape = (datastream.mini_batch_size, datastream.channels, datastream.height,
                 datastream.width)
        super().__init__(id, shape, rng, dropout_rate=dropout_rate)
        self.num_neurons, self.mean_subtract = datastream.channels, mean_subtract
        self.x, self.origin = datastream.x, [datastream.id]
        self.make_masks()

    @classmethod
    def join(cls, network, origin, options):
        """Return no layers below, and the datastream that `origin` or the options name."""
        described = options.get("dataset_init_args")
        if described is not None:
            if not isinstance(described, dict):
                raise ValueError(f"{cls.type} layer got dataset_init_args {described!r}; it must "
                                 f"be a dict, the parameters of a datastream module.")
            return [], network.datastream_from(described)
        aliases = ("datastream_origin", "datastream_id", "dataset_origin")
        names = [origin] + [options.get(alias) for alias in aliases]
        return [], network.known_datastream(names, strict=origin is not None)

    def expression(self, stream):
        """Return the images, (batch, channels, height, width); `x` has them as rows."""
        _, channels, height, width = self.output_shape
        if channels == 1:  # the same numbers in the same order: no transposition to pay for
            images = self.x.reshape((self.x.shape[0], 1, height, width))
        else:
            images = self.x.reshape((self.x.shape[0], height, width, channels))
            images = images.dimshuffle(0, 3, 1, 2)
        if self.mean_subtract:
            images = images - images.mean()
        return self.drop(images, stream)
