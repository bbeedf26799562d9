"""The layer that makes one of several: their error, their sum, or them side by side."""

from collections import namedtuple

import numpy as np
import theano.tensor as T

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.errors import ERRORS
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.tensor import checked_tensor
from yann_weightnorm.toolbox.registry import hint, layer_type
from yann_weightnorm.toolbox.streams import View

__all__ = ["Merge", "MergeView"]

# What a merge stands on: tensors (none where it stands on layers), and the shapes of the inputs.
Ground = namedtuple("Ground", "tensors shapes")


LAYER_TYPES = ("error", "sum", "concatenate", "batch")
JOINED = {"concatenate": 1, "batch": 0}  # along which axis


@layer_type("merge", "join", "connect")
class Merge(Layer):
    """One layer of several, in each stream from what the layers below give in that stream.

    Parameters
    ----------
    id : str
    ground : Ground
        What the network hands over: tensors, and the shapes of what comes in.
    rng : numpy.random.RandomState
        Not used.
    layer_type : {'error', 'sum', 'concatenate', 'batch'}, default 'error'
        'error' is a number, how far the first of two inputs is from the second. The others take
        two inputs or more: their sum, or them side by side along the axis of features or channels
        (of a sequence the last one) or along axis 0 (rows).
    error : {'rmse', 'l1', 'l2', 'cross_entropy'} or callable, default 'rmse'
        Root of the mean squared difference; sum of absolute or of squared differences; mean over
        rows of ``-sum(second * log(first))``, rows made of maps if need be; or a function of two
        symbolic tensors.
    input_type : {'layer', 'tensor'}, default 'layer'
        Whether `origin`, a tuple or list, holds ids of layers or symbolic tensors.
    input_shape : list of tuple of int, optional
        The shapes of the tensors. Required for ``input_type='tensor'``.

    Attributes
    ----------
    output_shape : tuple of int
        (1,) for an error.

    Raises
    ------
    ValueError
        If there are fewer than two inputs, or more for an error, their shapes don't fit, or an
        option is unknown.
    """

    def __init__(self, id, ground, rng, *, layer_type="error", error="rmse", input_type="layer",
                 input_shape=None):
        super().__init__(id, ground.shapes, rng)
        self.layer_type = one_of(layer_type, LAYER_TYPES, "layer_type", self.who)
        self.input_type, self.error = input_type, error
        self.tensors, self.output_shape = self._checked_tensors(ground), (1,)
        if layer_type == "error":
            self._check_error()
        else:
            self.output_shape = self._joined_shape()

    @classmethod
    def join(cls, network, origin, options):
        """Return the layers below and their shapes, or none and the tensors that `origin` holds."""
        who = f"{cls.type} layer"
        if not isinstance(origin, (tuple, list)) or len(origin) < 2:
            raise ValueError(f"{who} got origin {origin!r}; it needs a tuple of two layers or "
                             f"more, such as ('input', 'decoder').")
        kind = one_of(options.get("input_type", "layer"), ("layer", "tensor"), "input_type", who)
        if kind == "tensor":
            return [], Ground(tuple(origin), options.get("input_shape"))
        if not all(isinstance(id, str) for id in origin):
            raise ValueError(f"{who} got origin {origin!r}, which holds more than ids of layers; "
                             f"for symbolic tensors say input_type='tensor'.")
        ids = [network.known_layer(id, who) for id in origin]
        return ids, Ground((), [tuple(network.layers[id].output_shape) for id in ids])

    @property
    def how(self):
        """What the layer does, in a word or two: 'sum', or 'error rmse'."""
        if self.layer_type != "error":
            return self.layer_type
        return f"error {getattr(self.error, '__name__', self.error)}"

    def read(self, stream, origins):
        """Return the :class:`MergeView` of this layer in `stream`."""
        inputs = [stream.given(tensor) for tensor in self.tensors] or [
            view.output for view in origins]
        return MergeView(self, self.expression(*inputs, stream=stream), inputs[0])

    def expression(self, *inputs, stream):
        """Return the error, the sum, or `inputs` side by side."""
        if self.layer_type == "error":
            return (self.error if callable(self.error) else ERRORS[self.error])(*inputs)
        if self.layer_type == "sum":
            return sum(inputs[1:], inputs[0])
        return T.concatenate(inputs, axis=self._joined_axis())

    # -- checks -------------------------------------------------------------------------------

    def _checked_tensors(self, ground):
        if not ground.tensors:
            return ()
        if not isinstance(ground.shapes, (tuple, list)) or \
                len(ground.shapes) != len(ground.tensors):
            raise ValueError(f"{self.who} got input_shape {ground.shapes!r} for "
                             f"{len(ground.tensors)} tensors; give a list of their shapes.")
        tensors, self.input_shape = zip(*(
            checked_tensor(tensor, shape, self.who)
            for tensor, shape in zip(ground.tensors, ground.shapes)))
        return tensors

    def _check_error(self):
        if len(self.input_shape) != 2:
            raise ValueError(f"{self.who} got {len(self.input_shape)} inputs for an error, which "
                             f"is between two; add a merge layer for each pair.")
        if callable(self.error):
            return
        if self.error not in ERRORS:
            raise ValueError(f"{self.who} got error {self.error!r}{hint(self.error, ERRORS)}; "
                             f"known: {', '.join(ERRORS)}, or a function of two tensors.")
        first, second = self.input_shape
        if self.error == "cross_entropy":
            first, second = [(s[0], int(np.prod(s[1:]))) for s in self.input_shape]
        if first != second:
            self._refuse_shapes("one shape")

    def _joined_axis(self):
        """Return along which axis the inputs are put side by side; None for a sum."""
        if self.layer_type == "concatenate" and len(self.input_shape[0]) == 3:
            return 2  # the features of a sequence
        return JOINED.get(self.layer_type)

    def _joined_shape(self):
        axis, first = self._joined_axis(), self.input_shape[0]
        if axis is not None and (axis >= len(first) or (1,) in self.input_shape):
            self._refuse_shapes("rows (batch, features), sequences or maps")
        rest = {shape if axis is None else shape[:axis] + shape[axis + 1:]
                for shape in self.input_shape}
        if len(rest) != 1 or len({len(shape) for shape in self.input_shape}) != 1:
            self._refuse_shapes("one shape" if axis is None else
                                f"shapes that differ along axis {axis} at most")
        if axis is None:
            return first
        return first[:axis] + (sum(s[axis] for s in self.input_shape),) + first[axis + 1:]

    def _refuse_shapes(self, wanted):
        raise ValueError(f"{self.who} with layer_type {self.layer_type!r} takes inputs of "
                         f"{wanted}, got {', '.join(map(str, self.input_shape))}.")


class MergeView(View):
    """What one stream makes of a merge layer.

    Attributes
    ----------
    generation : symbolic tensor
        The first input: of an autoencoder what it generated, if that is named first.
    """

    def __init__(self, layer, output, generation):
        super().__init__(layer, output)
        self.generation = generation

    def loss(self, type=None):
        """Return the output, or its logarithm where `type` is 'log', as something to minimise."""
        if type not in (None, "log"):
            raise ValueError(f"{self.who} has no loss {type!r}; known: None, 'log'.")
        return T.log(self.output) if type == "log" else self.output
