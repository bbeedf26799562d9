"""YANN's classes of layers that make one of two."""

from yann_weightnorm.toolbox.layers import Merge
from yann_weightnorm.toolbox.layers.merge import Ground

from .abstract import layer

__all__ = ["dropout_merge_layer", "merge_layer"]


class merge_layer(layer):
    """The error between two inputs, their sum, or one beside the other.

    Parameters
    ----------
    x : sequence of two symbolic tensors
    input_shape : sequence of their shapes
    id : str
    type : {'error', 'sum', 'concatenate', 'batch'}, default 'error'
    error : str or callable, default 'rmse'
        As of :class:`~yann_weightnorm.toolbox.layers.merge.Merge`.
    input_type : str, default 'layer'
        Not used: `x` holds tensors.
    verbose : int, optional

    Attributes
    ----------
    generation : symbolic
        The first input.
    """

    def __init__(self, x, input_shape, id=-1, type="error", error="rmse", input_type="layer",
                 verbose=2, *, mask=0, rng=None):
        super().__init__(id, "merge", verbose)
        ground = Ground((), [tuple(shape) for shape in input_shape])
        self.stand_on(Merge(id, ground, None, layer_type=type, error=error), *x, mask=mask,
                      rng=rng)

    def loss(self, type=None):
        """Return the output, or its logarithm where `type` is 'log', as something to minimise."""
        return self.view.loss(type)


class dropout_merge_layer(merge_layer):
    """:class:`merge_layer` of type 'error', which is silenced in training now and then."""

    def __init__(self, x, input_shape, id=-1, error="rmse", rng=None, dropout_rate=0.5, verbose=2):
        super().__init__(x, input_shape, id, "error", error, verbose=verbose, mask=dropout_rate,
                         rng=rng)
        self.dropout_rate = dropout_rate
