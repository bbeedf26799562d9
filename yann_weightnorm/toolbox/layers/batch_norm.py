"""Batch normalization as a layer of its own."""

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.batch_normalization import BatchNormalization
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["BatchNorm"]


@layer_type("batch_norm", "batchnorm", "normalization")
class BatchNorm(BatchNormalization, Layer):
    """Normalize each feature of rows, or each channel of maps, then scale and shift it.

    Parameters
    ----------
    id : str
    input_shape : (int, int) or (int, int, int, int)
    rng : numpy.random.RandomState
        Not used.
    input_params : sequence, optional
        ``[gamma, beta, running_mean, running_var]``.
    dropout_rate : float, default 0
        Not used, as in YANN.

    Attributes
    ----------
    gamma, beta, running_mean, running_var : (channels,), floatX

    Raises
    ------
    ValueError
        If the input has neither rows nor maps, or a given parameter has another shape.

    References
    ----------
    .. [1] Ioffe and Szegedy (2015), "Batch Normalization", arXiv:1502.03167.
    """

    def __init__(self, id, input_shape, rng, *, input_params=None, dropout_rate=0.0):
        super().__init__(id, input_shape, rng, input_params)
        if len(input_shape) not in (2, 4):
            raise ValueError(f"{self.who} takes rows (batch, features) or maps (batch, channels, "
                             f"height, width), got shape {input_shape}.")
        self.num_neurons = input_shape[1]
        self.make_batch_normalization((input_shape[1],))

    @property
    def parmas(self):
        """The parameters, by the name that YANN's scripts know: `params`, misspelt."""
        return self.params

    def expression(self, x, stream):
        """Return `x` normalized."""
        return self.batch_normalize(x, stream)
