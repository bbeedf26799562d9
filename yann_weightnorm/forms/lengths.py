"""Forms with a learnt length for each neuron, or for the layer, measured in one norm or another."""

import numpy as np
import theano.tensor as T

from yann_weightnorm.forms.base import Form
from yann_weightnorm.normalization import compose, library, norm, scale_neurons, usable

__all__ = ["L1", "L2", "Linf", "LogG", "Whole"]


class L2(Form):
    """``w = g v / |v|``: the paper's, equation 2. The Euclidean norm of w is ``|g|``.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868.
    """

    name, parameters, scaled, has_g = "l2", ("g",), "g", True

    def length(self, g):
        """Return `g`."""
        return g

    def start(self, size):
        """Return g: the measures `size`."""
        return (size,)

    def rescale(self, scale, v, g):
        """Return (v, g) with `g` times `scale`."""
        return v, g * scale


class LogG(L2):
    """``w = e^s v / |v|``: the length is learnt on a logarithmic scale.

    A step in s changes the length by a factor. The authors tried it and found the accuracy
    neither better nor worse, and training slightly slower (section 2). The length is never
    negative, and 0 only where s is minus infinity.

    References
    ----------
    .. [1] Salimans and Kingma (2016), "Weight Normalization", arXiv:1602.07868, section 2.
    """

    name, parameters, scaled = "log_g", ("s",), "s"

    def length(self, s):
        """Return ``e^s``."""
        return library(s).exp(s)

    def start(self, size):
        """Return s: the logarithms of the measures `size`."""
        return (np.log(size),)

    def rescale(self, scale, v, s):
        """Return (v, s) with the logarithm of `scale` added to `s`, its sign given to `v`."""
        lib = library(s)
        sign = np.sign(scale) if lib is np else T.sgn(scale)
        return v * sign, s + lib.log(abs(scale))


class Measured(L2):
    """Base of forms with another norm than the Euclidean one in the place of ``|v|``."""

    def compose(self, v, g):
        """Return the weight ``g v / measure(v)``."""
        return scale_neurons(v, g / usable(self.measure(v), v.dtype), self.axes)


class L1(Measured):
    """``w = g v / |v|_1``: the absolute values of a neuron's weights add up to ``|g|``.

    The gradient of v is ``g / |v|_1 (grad_w - (grad_w . v / |v|_1) sign(v))``, orthogonal to v. A
    sum is cheaper than a root of squares, and holds more in half precision, the authors say.

    References
    ----------
    .. [1] Hoffer, Banner, Golan and Soudry (2018), "Norm matters", arXiv:1803.01814.
    """

    name = "l1"

    def measure(self, u):
        """Return the sum of absolute values of each neuron's `u`."""
        return abs(u).sum(axis=self.axes, keepdims=True)


class Linf(Measured):
    """``w = g v / max |v|``: the largest of a neuron's weights is ``|g|``.

    The gradient of v is ``g / m (grad_w - (grad_w . v / m) e)``, where m is ``max |v|`` and e the
    sign of v at the largest entry, 0 elsewhere. Where several are as large, each takes an equal
    part.

    References
    ----------
    .. [1] Hoffer, Banner, Golan and Soudry (2018), "Norm matters", arXiv:1803.01814.
    """

    name = "linf"

    def measure(self, u):
        """Return the largest absolute value of each neuron's `u`."""
        size = abs(u)
        largest = size.max(axis=self.axes, keepdims=True)
        if isinstance(u, np.ndarray):
            return largest
        # Theano's gradient of a maximum gives all of it to each of equal entries, which is too
        # much: v would not be orthogonal to its gradient. A mean of the largest shares it.
        among = T.cast(T.ge(size, largest), u.dtype)
        return (size * among).sum(axis=self.axes, keepdims=True) / among.sum(axis=self.axes,
                                                                            keepdims=True)


class Whole(Form):
    """``w = g V / |V|`` with one length for the layer: the norm of all its weights is ``|g|``.

    As other libraries do where no dimension is named. It holds any weight that is not 0
    altogether; a neuron may be 0. A data-dependent start scales the rows of V and g with them.
    With a fan-in of 1 it learns more than a sign: the ratios between neurons.

    References
    ----------
    .. [1] PyTorch, ``torch.nn.utils.parametrizations.weight_norm(dim=None)``.
    """

    name, parameters, per_layer, scaled, has_g = "whole", ("g",), ("g",), "v", True

    def measure(self, u):
        """Return the norm of all of `u`."""
        return norm(u, tuple(range(u.ndim)))

    def length(self, g):
        """Return `g`."""
        return g

    def start(self, size):
        """Return g: the measure `size`."""
        return (size,)

    def compose(self, v, g):
        """Return the weight ``g v / |v|``."""
        return compose(v, g, tuple(range(v.ndim)))

    def rescale(self, scale, v, g):
        """Return (v, g) with `v` times `scale`, and `g` by as much as that changes its norm."""
        scaled = v * scale
        return scaled, g * self.measure(scaled) / usable(self.measure(v), v.dtype)

    def _whose(self, neurons):
        return "the weights"
