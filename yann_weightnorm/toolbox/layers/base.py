"""What every layer is: parameters made once, then one pure expression."""

import numbers
from collections import OrderedDict
from warnings import warn

import numpy as np
import theano
from theano.sandbox.rng_mrg import MRG_RandomStreams

from yann_weightnorm.toolbox.printing import print_layer
from yann_weightnorm.toolbox.streams import View

__all__ = ["Layer"]

# The seeds that YANN draws for its mask generators: so a YANN seed gives YANN's weights here too.
SEED_LIMIT = 2147462468


class Layer:
    """Base of all layers: identity, parameters, dropout, and how it is read in a stream.

    A subclass makes its parameters in ``__init__`` and gives one :meth:`expression`. Its
    keyword-only parameters are its ``add_layer`` options.

    Parameters
    ----------
    id : str
    input_shape : tuple of int
        Shape of what comes in; the first entry is the mini batch size, (batch, features) or
        (batch, channels, height, width).
    rng : numpy.random.RandomState or the module numpy.random
        Draws the starting parameters, then the seed of the dropout masks.
    input_params : sequence or None
        Parameters to use instead of fresh ones, in the order of `params`: shared variables and
        expressions are used themselves (so they are shared), arrays are copied. An entry of None,
        or a missing one, is made afresh.
    dropout_rate : float in [0, 1)
        Probability that an output is silenced in the dropout stream. The rest is divided by the
        probability of being kept, so the other streams need no scale.

    Attributes
    ----------
    params : list of shared variables
        All that is learnt or gathered, in the order in which it is saved.
    active_params : list of shared variables
        What gradient descent may change.
    param_names : list of str
        The name of each of `params` within the layer.
    generators : list of MRG_RandomStreams
        What draws the layer's masks and noise.
    updates : OrderedDict
        What one training step changes besides: shared variable -> expression.
    output_shape : tuple of int
    origin, destination : list of str
        Ids of the layers below and above.
    active : bool
        Whether the layer learns.
    """

    type = None

    def __init__(self, id, input_shape, rng, input_params=None, dropout_rate=0.0):
        self.id, self.input_shape, self.output_shape = id, input_shape, input_shape
        self.rng, self.dropout_rate = rng, dropout_rate
        self.params, self.active_params, self.updates = [], [], OrderedDict()
        self.param_names, self.generators = [], []
        self.origin, self.destination = [], []
        self.num_neurons, self.activation, self.batch_norm = None, None, False
        self.active = False
        self._given = self.check_given(input_params)
        self._draws = []
        self._check_dropout_rate()

    @property
    def who(self):
        """How error messages name this layer: its type and id."""
        return f"{self.type} {self.id!r}"

    @classmethod
    def join(cls, network, origin, options):
        """Return the ids of the layers below in `network`, and the shape that comes from there."""
        origin = network.known_layer(network.last_layer_created if origin is None else origin,
                                     f"{cls.type} layer")
        return [origin], network.layers[origin].output_shape

    @classmethod
    def alone(cls, origin):
        """Return what :meth:`join` does for a layer that stands on nothing; warn of an origin."""
        if origin is not None:
            warn(f"layer type {cls.type!r} stands on no other layer; origin {origin!r} is ignored.",
                 stacklevel=4)
        return [], None

    def read(self, stream, origins):
        """Return the :class:`View` of this layer in `stream`, on top of the views `origins`."""
        return View(self, self.expression(*[view.output for view in origins], stream=stream))

    def expression(self, *inputs, stream):
        """Return the output for the symbolic `inputs`, as `stream` sees it."""
        raise NotImplementedError(f"{type(self).__name__} has no expression")

    # -- parameters ---------------------------------------------------------------------------

    def check_given(self, input_params):
        """Return `input_params` as a list in the order of `params`."""
        if not isinstance(input_params, (list, tuple, type(None))):
            raise ValueError(f"{self.who} got input_params {input_params!r}; give a list of "
                             f"parameters in the order of `params`, None for a fresh one.")
        return list(input_params or ())

    def param(self, name, shape, start, learnable=True, broadcastable=None):
        """Return the parameter `name`: the next one given, or a fresh one that begins at `start`.

        Parameters
        ----------
        name : str
            Its name within the layer: ``<layer id>.<name>`` is its name everywhere.
        shape : tuple of int
        start : function of a generator that returns an array of `shape`
        learnable : bool
            Whether it belongs to `active_params`.
        broadcastable : tuple of bool, optional
            Axes along which it is repeated; none by default.
        """
        place = len(self.params)
        given = self._given[place] if place < len(self._given) else None
        if given is None:
            variable = self._fresh(name, shape, start, broadcastable)
        else:
            variable = self._adopt(given, f"{self.who} input_params[{place}] ({name})", shape,
                                   name, broadcastable)
        self.params.append(variable)
        self.param_names.append(name)
        if learnable:
            self.active_params.append(variable)
        return variable

    def _fresh(self, name, shape, start, broadcastable):
        variable = self._shared(np.empty(shape), name, broadcastable)
        self.draw(lambda rng: variable.set_value(_floatx(start(rng), variable.dtype)))
        return variable

    def _adopt(self, given, what, shape, name, broadcastable):
        is_shared = hasattr(given, "get_value")
        if isinstance(given, theano.gof.Variable) and not is_shared:
            return given  # an expression, such as another layer's transposed weight
        value = given.get_value(borrow=True) if is_shared else np.asarray(given)
        if value.shape != tuple(shape):
            raise ValueError(f"{what} has shape {value.shape}, wanted {tuple(shape)}; give the "
                             f"parameters in the order of `params`, or None for a fresh one.")
        return given if is_shared else self._shared(value, name, broadcastable)

    def _shared(self, value, name, broadcastable):
        return theano.shared(_floatx(value, theano.config.floatX), name=f"{self.id}.{name}",
                             broadcastable=broadcastable or (False,) * np.ndim(value))

    def draw(self, begin):
        """Call `begin` with the layer's generator now, and with another at each restart."""
        begin(self.rng)
        self._draws.append(begin)

    def restart(self, rng):
        """Draw all that was drawn when the layer was made again, from `rng`, in the same order."""
        for begin in self._draws:
            begin(rng)

    def get_params(self, borrow=True):
        """Return the values of `params`, a list of arrays.

        Raises
        ------
        TypeError
            If the layer has no parameters.
        """
        if not self.params:
            raise TypeError(f"{self.who} has no parameters to get.")
        return [p.get_value(borrow=borrow) if hasattr(p, "get_value") else p.eval()
                for p in self.params]

    def print_layer(self, prefix=" ", nest=False, last=True):
        """Print what the layer is, as :func:`~yann_weightnorm.toolbox.printing.print_layer`."""
        return print_layer(self, prefix, nest, last)

    # -- masks --------------------------------------------------------------------------------

    def random_streams(self):
        """Return a generator of symbolic random numbers that restarts with the layer."""
        streams = MRG_RandomStreams(1)
        self.generators.append(streams)
        self.draw(lambda rng: streams.seed(int(rng.randint(1, SEED_LIMIT))))
        return streams

    def make_masks(self):
        """Make the mask generator, if the layer drops anything. Comes after the parameters."""
        self.masks = self.random_streams() if self.dropout_rate else None

    def drop(self, y, stream):
        """Return `y` with the dropout mask on it where `stream` has masks."""
        if not self.dropout_rate or not stream.masks:
            return y
        keep = 1.0 - self.dropout_rate
        mask = self.masks.binomial(y.shape, p=keep, dtype=theano.config.floatX)
        return y * mask / np.asarray(keep, dtype=theano.config.floatX)

    def _check_dropout_rate(self):
        if not (isinstance(self.dropout_rate, numbers.Real) and 0 <= self.dropout_rate < 1):
            raise ValueError(f"{self.who} got dropout_rate {self.dropout_rate!r}; it is the "
                             f"probability that an output is dropped, in [0, 1).")


def _floatx(value, dtype):
    return np.array(value, dtype=dtype)
