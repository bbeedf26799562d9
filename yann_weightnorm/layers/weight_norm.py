"""What a layer with normalised weights does differently: how it makes, sets and scales them."""

import numpy as np

from yann_weightnorm.normalization import compose, decompose, norm

__all__ = ["WeightNorm"]

# A plain layer's parameters are [w, b] or, with batch norm, four more.
PLAIN_COUNTS = (2, 6)


class WeightNorm:
    """Mixin: learn a layer's weight as direction `v` and length `g`.

    A class that mixes this in names `norm_axes`, the axes of its weight that belong to one
    neuron. It starts with the very weight of the plain layer: v is that weight, g its norm.

    Attributes
    ----------
    v : shape of the weight, floatX
        Directions; the length of one has no effect on the output.
    g : 1 along `norm_axes`, floatX
        Lengths: the norm of a neuron's weights is ``|g|``.
    """

    def check_given(self, input_params):
        """Return `input_params` as [v, g, b, ...]; a plain layer's [w, b, ...] is taken apart."""
        given = super().check_given(input_params)
        if len(given) not in PLAIN_COUNTS:
            return given
        return self._from_plain(given[0]) + given[1:]

    def _from_plain(self, w):
        if w is None:
            return [None, None]
        if hasattr(w, "get_value"):
            w = w.get_value()
        if isinstance(w, np.ndarray):
            return list(decompose(w, self.norm_axes, self.who))
        # An expression, such as another layer's transposed weight, goes on giving the direction;
        # the length is this layer's own, and starts as that of the expression.
        return [w, decompose(w.eval(), self.norm_axes, self.who)[1]]

    def make_weight(self, shape, start):
        """Declare v and g; return w = g v / |v|."""
        self.v = self.param("v", shape, start)
        summed = [axis in np.atleast_1d(self.norm_axes) for axis in range(len(shape))]
        self.g = self.param("g", tuple(1 if s else n for n, s in zip(shape, summed)),
                            lambda rng: self._length(), broadcastable=tuple(summed))
        return compose(self.v, self.g, self.norm_axes)

    def _length(self):
        v = self.v.get_value(borrow=True) if hasattr(self.v, "get_value") else self.v.eval()
        return norm(np.asarray(v, dtype="float64"), self.norm_axes)

    @property
    def scaled(self):
        """The parameter that :meth:`scale_weight` changes: g."""
        return self.g

    def set_weight(self, value):
        """Set v to the array `value` and g to its norms, so that w becomes `value`."""
        v, g = decompose(self.checked_weight(value), self.norm_axes, self.who)
        self.v.set_value(v)
        self.g.set_value(g)

    def weight_value(self):
        """Return the value of w, an array, computed in float64 and rounded once."""
        v, g = (p.get_value(borrow=True) if hasattr(p, "get_value") else p.eval()
                for p in (self.v, self.g))
        return compose(v.astype("float64"), g.astype("float64"), self.norm_axes).astype(v.dtype)

    def scale_weight(self, scale):
        """Multiply each neuron's g by an entry of the array `scale`."""
        self.g.set_value(self.g.get_value() * self.along_outputs(scale))
