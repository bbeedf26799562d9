"""What a layer with normalised weights does differently: how it makes, sets and scales them."""

import numpy as np

from yann_weightnorm.layers.normalised import Normalised

__all__ = ["WeightNorm"]


class WeightNorm(Normalised):
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

    input_params : sequence, optional
        The layer's own parameters, ``[v, g, b]`` in the form ``'l2'``, or a plain layer's
        ``[w, b]``, of which the form takes what it can hold.

    Attributes
    ----------
    v : shape of the weight, floatX
        Directions; the length of one has no effect on the output.
    g : 1 along `norm_axes`, floatX
        Lengths: the norm of a neuron's weights is ``|g|``. In the form ``'log_g'`` it is the
        expression ``e^s`` of the parameter `s`. Forms without a learnt length have none;
        ``'bounded'`` and ``'bounded_g'`` have `rho`, which is not learnt.
    """

    def make_weight(self, shape, start):
        """Declare v and the form's other parameters; return the weight that they compose."""
        weight = self.normalise("w", shape)
        if weight.form.parameters and self._is_plain():
            self._given = weight.entries(self._given[0]) + self._given[1:]
        w = weight.declare(self, start)
        if weight.form.has_g and "g" not in weight.names:
            self.g = weight.g
        return w

    def _is_plain(self):
        """Return whether a plain layer's [w, b, ...] was given."""
        if len(self._given) < 2:
            return False
        # A bias is a vector; what comes after v has as many axes as v.
        second = self._given[1]
        return len(self._given) in (2, self.plain_count) if second is None else \
            np.ndim(second) == 1

    # -- the weight's parametrisation ---------------------------------------------------------

    @property
    def _weight(self):
        return self.normalised["w"]

    @property
    def scaled(self):
        """The parameter that :meth:`scale_weight` changes: g, or None if it can change nothing."""
        name = self._weight.form.scaled
        return getattr(self, name) if name else None

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
        self._weight.set(self._weight.apart(self.checked_weight(value)))

    def start_weight(self, value):
        """Set the weight to the array `value`, or to what the form can hold of it."""
        self._weight.set(self._weight.form.decompose(self.checked_weight(value), self.who))

    def weight_value(self):
        """Return the value of w, an array, computed in float64 and rounded once."""
        return self._weight.value()

    def scale_weight(self, scale):
        """Multiply each neuron's length by an entry of the array `scale`.

        Raises
        ------
        ValueError
            If the form has no lengths that can be set for each neuron.
        """
        self._weight.scale(self.along_outputs(scale))

    def rescaled(self, scale):
        """Return what :meth:`scale_weight` does, symbolic: parameter -> what it becomes."""
        return self._weight.rescaled(scale)
