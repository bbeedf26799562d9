"""A weight that is composed of other parameters, and what layers with such weights share."""

from collections import OrderedDict
from warnings import warn

import numpy as np
import theano

from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["Normalised", "NormalisedWeight"]


class NormalisedWeight:
    """One of a layer's weights: the form, and the parameters that it is composed of.

    Parameters
    ----------
    layer : Normalised
        Its form, `norm_axes`, activation and name are the weight's.
    name : str
        ``'w'``, or ``'w_x'`` of several; the parameters' names end alike, as in `v_x`.
    shape : tuple of int

    Attributes
    ----------
    form : Form
        See :mod:`yann_weightnorm.forms`.
    names : list of str
        The parameters' names within the layer, v's first.
    v : shared variable or expression
        Directions, of the shape of the weight.
    values : list of shared variables
        The form's other parameters, in its order.
    g : the length, symbolic
        ``values[0]`` in the form 'l2'; 1 in forms without one.
    axes : int or tuple of int
        The axes of one neuron.
    """

    def __init__(self, layer, name, shape):
        self.name, self.shape, self._of = name, tuple(shape), layer.who
        self.form = FORMS[layer.form](layer.norm_axes, layer.activation)
        self.names = [part + name[1:] for part in ("v", *self.form.parameters)]
        self.v, self.values = None, []

    @property
    def who(self):
        """How error messages name the weight: as its layer, where that has no other."""
        return self._of if self.name == "w" else f"{self._of} {self.name}"

    @property
    def g(self):
        """The length, symbolic: 1 in forms without one."""
        return self.form.length(*self.values)

    @property
    def axes(self):
        """The axes of the weight that belong to one neuron."""
        return self.form.axes

    @property
    def parts(self):
        """The parameters, a list: v, then `values`."""
        return [self.v, *self.values]

    # -- how it begins ------------------------------------------------------------------------

    def declare(self, layer, start):
        """Make the parameters, attributes of `layer` by their names; return the weight.

        Parameters
        ----------
        layer : Normalised
        start : function of a generator that returns the plain layer's weight

        Raises
        ------
        ValueError
            If the weight given has a neuron without a direction.
        """
        given = layer._given  # the entries are variables still where they are used themselves
        self.v = self._param(layer, 0, self.shape, start)
        if not any(self.v is entry for entry in given):
            self.form.decompose(_value(self.v), self.who)  # refuses what has no direction
        for place, part in enumerate(self.form.parameters, start=1):
            self.values.append(self._param(
                layer, place, self.form.shape(part, self.shape), self._start_of(place),
                learnable=layer.learn_g and part not in self.form.fixed,
                broadcastable=self.form.repeated(part, len(self.shape))))
        return self.symbolic()

    def _param(self, layer, place, *args, **options):
        param = layer.param(self.names[place], *args, **options)
        setattr(layer, self.names[place], param)
        return param

    def _start_of(self, place):
        return lambda rng: self.form.decompose(_value(self.v), self.who)[place]

    def entries(self, w):
        """Return [v, ...] for `w`, which is given as if the weight were a plain layer's."""
        if hasattr(w, "get_value"):
            w = w.get_value()
        if isinstance(w, np.ndarray) and w.shape == self.shape:
            return self.apart(w.astype(theano.config.floatX))
        # An expression, such as another layer's transposed weight, goes on giving the direction;
        # the length is this layer's own, and starts as that of the expression. None makes a fresh
        # one. (An array of another shape is refused where it is adopted.)
        return [w] + [None] * len(self.form.parameters)

    # -- what it is ---------------------------------------------------------------------------

    def symbolic(self):
        """Return the weight, symbolic."""
        return self.form.compose(*self.parts)

    def value(self):
        """Return the weight's value, an array, computed in float64 and rounded once."""
        values = [_value(part) for part in self.parts]
        return self.form.compose(*[value.astype("float64") for value in values]).astype(
            values[0].dtype)

    def apart(self, w):
        """Return the arrays [v, ...] of which the array `w` is composed.

        Warns
        -----
        UserWarning
            If the form can't hold that weight. The direction is kept.
        """
        found = self.form.decompose(w, self.who)
        if not self.form.keeps(w, found):
            called = "weight" if self.name == "w" else self.name
            warn(f"{self._of} has form {self.form.name!r}, whose weights {self.form.holds}: of "
                 f"the {called} given it keeps the direction.", stacklevel=4)
        return found

    def set(self, values):
        """Set the parameters to the arrays `values`, [v, ...]."""
        for part, value in zip(self.parts, values):
            part.set_value(value)

    def scale(self, scale):
        """Multiply each neuron's length by the array `scale`, of the shape of g.

        Raises
        ------
        ValueError
            If the form has no lengths that can be set for each neuron.
        """
        if self.form.scaled is None:
            raise ValueError(f"{self._of} has form {self.form.name!r}, whose weights "
                             f"{self.form.holds}: they can't be scaled; choose another form.")
        values = [_value(part) for part in self.parts]
        for part, old, new in zip(self.parts, values, self.form.rescale(scale, *values)):
            if new is not old:  # v may be an expression, which can't be set
                part.set_value(new)

    def rescaled(self, scale):
        """Return what :meth:`scale` does, symbolic: parameter -> what it becomes."""
        return {part: new for part, new in zip(self.parts, self.form.rescale(scale, *self.parts))
                if new is not part}


class Normalised:
    """Mixin: the options of layers whose weights are normalised, and the weights by name.

    Parameters
    ----------
    form : str, default 'l2'
        How a weight is made of v and other parameters; see :mod:`yann_weightnorm.forms`.
    learn_g : bool, default True
        Whether training changes the lengths.

    Attributes
    ----------
    normalised : OrderedDict
        ``'w'``, or ``'w_x'`` and ``'w_h'`` -> its :class:`NormalisedWeight`.
    """

    def __init__(self, id, *args, form="l2", learn_g=True, **options):
        self.form = one_of(form, FORMS, "form", f"{self.type} {id!r}")
        self.learn_g, self.normalised = bool(learn_g), OrderedDict()
        super().__init__(id, *args, **options)

    @property
    def penalties(self):
        """What the option `regularize` can name: w and v, and g if the form has one."""
        return ("w", "v", "g") if FORMS[self.form].has_g else ("w", "v")

    def normalise(self, name, shape):
        """Return the :class:`NormalisedWeight` of that name and shape, one of the layer's now."""
        self.normalised[name] = NormalisedWeight(self, name, shape)
        return self.normalised[name]


def _value(param):
    return param.get_value(borrow=True) if hasattr(param, "get_value") else param.eval()
