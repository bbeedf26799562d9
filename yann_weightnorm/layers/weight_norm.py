"""What a layer with normalised weights does differently: how it makes, sets and scales them."""

from warnings import warn

import numpy as np
import theano

from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["WeightNorm"]


class WeightNorm:
    """Mixin: learn a layer's weight as direction `v` and length `g`, or in another form.

    A class that mixes this in names `norm_axes`, the axes of its weight that belong to one
    neuron. It starts with the very weight of the plain layer, as far as the form can hold it: v is
    that weight, g its norm.

    Parameters
    ----------
    form : str, default 'l2'
        How the weight is made of v and other parameters: ``'l2'`` (g times direction), ``'log_g'``
        (the length is e^s), ``'l1'``, ``'linf'`` (other norms), ``'centered'`` (less the mean),
        ``'bounded'``, ``'bounded_g'`` (the layer's norm stays), ``'strict'`` (length 1),
        ``'whole'`` (one g for the layer), ``'standardised'``, ``'scaled_ws'`` (mean 0, fixed
        deviation). See :mod:`yann_weightnorm.forms`.
    learn_g : bool, default True
        Whether training changes g (s in the form ``'log_g'``). If not, it is a parameter still,
        saved and set by a data-dependent start, but none of `active_params`. Forms without a
        learnt length don't mind.
    regularize : bool or {'w', 'g', 'v'}, default False
        What L1 and L2 are sums of, for the objective's `regularizer`. True means ``'w'``: the
        weight itself, as in a plain layer; for ``'l2'`` L2 is the sum of g squared. ``'g'`` is the
        length, in all forms that learn one. ``'v'`` is no penalty on the function that is learnt,
        which v's length doesn't change: it only keeps v short and so the steps long (van
        Laarhoven 2017, arXiv:1706.05350).

    Attributes
    ----------
    v : shape of the weight, floatX
        Directions; the length of one has no effect on the output.
    g : 1 along `norm_axes`, floatX
        Lengths: the norm of a neuron's weights is ``|g|``. In the form ``'log_g'`` it is the
        expression ``e^s`` of the parameter `s`. Forms without a learnt length have none;
        ``'bounded'`` and ``'bounded_g'`` have `rho`, which is not learnt.
    """

    def __init__(self, id, *args, form="l2", learn_g=True, **options):
        self.form = one_of(form, FORMS, "form", f"{self.type} {id!r}")
        self.learn_g = bool(learn_g)
        super().__init__(id, *args, **options)

    @property
    def penalties(self):
        """What the option `regularize` can name: w and v, and g if the form has one."""
        return ("w", "v", "g") if FORMS[self.form].has_g else ("w", "v")

    def make_weight(self, shape, start):
        """Declare v and the form's other parameters; return the weight that they compose."""
        self._form = FORMS[self.form](self.norm_axes, self.activation)
        self._take_plain()
        self.v = self.param("v", shape, start)
        if not self._given or self._given[0] is None or isinstance(self._given[0], np.ndarray):
            self._form.decompose(_value(self.v), self.who)  # refuses what has no direction
        self._values = [self._value_param(place, name, shape)
                        for place, name in enumerate(self._form.parameters)]
        if self._form.has_g and "g" not in self._form.parameters:
            self.g = self._form.length(*self._values)
        return self._form.compose(self.v, *self._values)

    def _value_param(self, place, name, shape):
        param = self.param(
            name, self._form.shape(name, shape),
            lambda rng: self._form.decompose(_value(self.v), self.who)[1 + place],
            learnable=self.learn_g and name not in self._form.fixed,
            broadcastable=self._form.repeated(name, len(shape)))
        setattr(self, name, param)
        return param

    # -- input_params -------------------------------------------------------------------------

    def _take_plain(self):
        """If a plain layer's [w, b, ...] was given, take w apart."""
        if self._form.parameters and self._is_plain():
            self._given = self._from_plain(self._given[0]) + self._given[1:]

    def _is_plain(self):
        if len(self._given) < 2:
            return False
        # A bias is a vector; what comes after v has as many axes as v.
        second = self._given[1]
        return len(self._given) in (2, self.plain_count) if second is None else \
            np.ndim(second) == 1

    def _from_plain(self, w):
        if hasattr(w, "get_value"):
            w = w.get_value()
        if isinstance(w, np.ndarray) and w.shape == self.weight_shape:
            return self._taken_apart(w.astype(theano.config.floatX))
        # An expression, such as another layer's transposed weight, goes on giving the direction;
        # the length is this layer's own, and starts as that of the expression. (An array of another
        # shape is refused where it is adopted.)
        return [w] + [None] * len(self._form.parameters)

    # -- the weight's parametrisation ---------------------------------------------------------

    @property
    def scaled(self):
        """The parameter that :meth:`scale_weight` changes: g, or None if it can change nothing."""
        return getattr(self, self._form.scaled) if self._form.scaled else None

    @property
    def penalised(self):
        """What the option `regularize` counts, symbolic: w, g or v."""
        return getattr(self, self.regularize) if self.regularize in ("v", "g") else self._w

    def set_weight(self, value):
        """Set v to the array `value` and g to its norms, so that w becomes `value`.

        Warns
        -----
        UserWarning
            If the form can't hold that weight. It keeps the direction.
        """
        self._set(self._taken_apart(self.checked_weight(value)))

    def start_weight(self, value):
        """Set the weight to the array `value`, or to what the form can hold of it."""
        self._set(self._form.decompose(self.checked_weight(value), self.who))

    def _taken_apart(self, w):
        found = self._form.decompose(w, self.who)
        if not self._form.keeps(w, found):
            warn(f"{self.who} has form {self.form!r}, whose weights {self._form.holds}: of the "
                 f"weight given it keeps the direction.", stacklevel=4)
        return found

    def weight_value(self):
        """Return the value of w, an array, computed in float64 and rounded once."""
        values = [_value(p) for p in self._parts()]
        return self._form.compose(*[value.astype("float64") for value in values]).astype(
            values[0].dtype)

    def scale_weight(self, scale):
        """Multiply each neuron's length by an entry of the array `scale`.

        Raises
        ------
        ValueError
            If the form has no lengths that can be set for each neuron.
        """
        if self.scaled is None:
            raise ValueError(f"{self.who} has form {self.form!r}, whose weights "
                             f"{self._form.holds}: they can't be scaled; choose another form.")
        values = [_value(part) for part in self._parts()]
        for part, old, new in zip(self._parts(), values,
                                  self._form.rescale(self.along_outputs(scale), *values)):
            if new is not old:  # v may be an expression, which can't be set
                part.set_value(new)

    def rescaled(self, scale):
        """Return what :meth:`scale_weight` does, symbolic: parameter -> what it becomes."""
        parts = self._parts()
        return {part: new for part, new in zip(parts, self._form.rescale(scale, *parts))
                if new is not part}

    def _parts(self):
        return [self.v] + self._values

    def _set(self, values):
        for part, value in zip(self._parts(), values):
            part.set_value(value)


def _value(param):
    return param.get_value(borrow=True) if hasattr(param, "get_value") else param.eval()
