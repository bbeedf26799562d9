"""The layer that lets any symbolic tensor take part in a network."""

import theano
import theano.tensor as T

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.shapes import checked_shape
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Tensor", "checked_tensor"]


def checked_tensor(value, shape, what):
    """Return `value` as a symbolic tensor in floatX, and its `shape` as a tuple.

    Raises
    ------
    ValueError
        If it is no tensor, or has another number of dimensions than `shape`. A scalar has the
        shape (1,), as YANN writes it. The message begins with `what`.
    """
    shape = checked_shape(shape, "input_shape", what)
    try:
        tensor = T.as_tensor_variable(value)
    except (TypeError, ValueError, theano.tensor.AsTensorError) as error:
        raise ValueError(f"{what} got {value!r} as a tensor; it must be a Theano expression, a "
                         f"shared variable or an array.") from error
    if tensor.ndim != len(shape) and (tensor.ndim, shape) != (0, (1,)):
        raise ValueError(f"{what} got a tensor of {tensor.ndim} dimensions and input_shape "
                         f"{shape}; give one entry for each, or (1,) for a scalar.")
    return T.cast(tensor, theano.config.floatX), shape


@layer_type("tensor")
class Tensor(Layer):
    """A tensor that the script made, as a layer: the same in all three streams.

    Parameters
    ----------
    id : str
    ground : None
        There is nothing below.
    rng : numpy.random.RandomState
        Draws the seed of the dropout masks.
    input : symbolic tensor, shared variable or array
        Required. Cast to floatX if it is of another type.
    input_shape : tuple of int
        Its shape, (1,) for a scalar. Required.
    dropout_rate : float in [0, 1), default 0
        Probability that the dropout stream silences an entry.

    Raises
    ------
    ValueError
        If `input` or `input_shape` is missing, or one does not fit the other.
    """

    def __init__(self, id, ground, rng, *, input=None, input_shape=None, dropout_rate=0.0):
        who = f"{self.type} {id!r}"
        if input is None or input_shape is None:
            raise ValueError(f"{who} got input {input!r} and input_shape {input_shape!r}; it needs "
                             f"a tensor and its shape.")
        self.input, shape = checked_tensor(input, input_shape, who)
        super().__init__(id, shape, rng, dropout_rate=dropout_rate)
        self.num_neurons = shape[1] if len(shape) > 1 else shape[0]
        self.make_masks()

    @classmethod
    def join(cls, network, origin, options):
        """Return no layers below: the tensor comes by the option `input`."""
        return cls.alone(origin)

    def expression(self, stream):
        """Return the tensor."""
        return self.drop(stream.given(self.input), stream)
