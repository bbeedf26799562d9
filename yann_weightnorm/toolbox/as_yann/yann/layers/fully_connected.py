"""YANN's classes of fully connected layers."""

from yann_weightnorm.toolbox.layers import DotProduct

from .abstract import generator, layer

__all__ = ["dot_product_layer", "dropout_dot_product_layer"]


class dot_product_layer(layer):
    """Affine map of every row, batch norm, activation.

    Parameters
    ----------
    input : (batch, features), symbolic
    num_neurons : int
    input_shape : (int, int)
    id : str
    rng : numpy.random.RandomState, optional
        NumPy's global generator by default.
    input_params, activation
        As of :class:`~yann_weightnorm.toolbox.layers.dot_product.DotProduct`.
    borrow : bool, default True
        Not used.
    batch_norm : bool, default True
        That is this class's default; ``add_layer``'s is False.
    verbose : int, optional
    """

    def __init__(self, input, num_neurons, input_shape, id, rng=None, input_params=None,
                 borrow=True, activation="relu", batch_norm=True, verbose=2, *, dropout_rate=0):
        super().__init__(id, "dot_product", verbose)
        self.stand_on(DotProduct(
            id, tuple(input_shape), generator(rng), num_neurons=num_neurons,
            activation=activation, batch_norm=batch_norm, dropout_rate=dropout_rate,
            input_params=input_params), input)


class dropout_dot_product_layer(dot_product_layer):
    """:class:`dot_product_layer` that silences outputs in training."""

    def __init__(self, input, num_neurons, input_shape, id, dropout_rate=0.5, rng=None,
                 input_params=None, borrow=True, activation="relu", batch_norm=True, verbose=2):
        super().__init__(input, num_neurons, input_shape, id, rng, input_params, borrow,
                         activation, batch_norm, verbose, dropout_rate=dropout_rate)
