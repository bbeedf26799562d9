"""Forms that take the mean off each neuron's weights before they are normalised."""

import numpy as np
import theano.tensor as T

from yann_weightnorm.forms.base import Form
from yann_weightnorm.forms.gains import gain
from yann_weightnorm.forms.lengths import L2
from yann_weightnorm.normalization import norm, scale_neurons

__all__ = ["Centred", "ScaledStandardised", "Standardised"]

EPSILON = 1e-5  # added to the deviation, as the authors of weight standardisation do


class WithoutMean(Form):
    """Base of the forms whose weights sum to 0 in each neuron.

    A constant added to all inputs then changes nothing. The gradient of v sums to 0 in each
    neuron, and is orthogonal to v. With a fan-in of 1 nothing is left, so that is refused.
    """

    dead = "are all equal (or its only one) or not finite"

    def centred(self, v):
        """Return `v` less the mean of each neuron."""
        return v - v.mean(axis=self.axes, keepdims=True)

    def _rounding(self, w):
        return np.finfo("float64").eps * norm(w.astype("float64"), self.axes)


class Centred(WithoutMean, L2):
    """``w = g (v - mean(v)) / |v - mean(v)|``: the norm is ``|g|``, the sum 0.

    References
    ----------
    .. [1] Huang, Liu, Liu, Lang and Tao (2017), "Centered weight normalization in accelerating
       training of deep neural networks", ICCV.
    """

    name, holds = "centered", "sum to 0 in each neuron"


class Standardised(WithoutMean):
    """``w = (v - mean(v)) / (deviation(v) + 1e-5)``: weight standardisation, without a length.

    The deviation is that over the neuron's weights, of which there are n: so the length of w is
    about ``sqrt(n)``, large. It is meant for layers whose output is normalised by a batch norm.

    References
    ----------
    .. [1] Qiao, Wang, Liu, Shen and Yuille (2019), "Weight standardization", arXiv:1903.10520.
    """

    name, holds = "standardised", "have mean 0 and deviation 1 in each neuron"

    def compose(self, v):
        """Return the weight."""
        u = self.centred(v)
        return scale_neurons(u, 1.0 / (self._deviation(u) + EPSILON), self.axes)

    def _deviation(self, u):
        """Return the deviation of the centred `u`; where that is 0, so is its gradient."""
        if isinstance(u, np.ndarray):
            return np.sqrt((u * u).mean(axis=self.axes, keepdims=True))
        square = (u * u).mean(axis=self.axes, keepdims=True)
        zero, one = np.zeros((), u.dtype), np.ones((), u.dtype)
        return T.switch(square > 0, T.sqrt(T.switch(square > 0, square, one)), zero)

    def directions(self, w):
        """Return the v whose weight is `w`, if `w` is one that this form makes, else `w`."""
        u = self.centred(w.astype("float64"))
        deviation = self._deviation(u)
        # Backwards through deviation / (deviation + EPSILON): as good as 1 from 10 on.
        before = EPSILON * deviation / np.maximum(1 - deviation, EPSILON / 10)
        own = (deviation > 0.9) & (deviation < 1 + EPSILON)
        return np.where(own, u * (before / np.where(own, deviation, 1)), w).astype(w.dtype)


class ScaledStandardised(WithoutMean):
    """``w = gain (v - mean(v)) / (deviation(v) sqrt(n))``: of length `gain`, without a learnt one.

    ``deviation(v) sqrt(n)`` is the norm of the centred v, so only the length differs from that of
    ``centered``. The gain is 1 over the deviation of ``activation(z)`` for a standard normal z,
    1.713 for ReLU (:func:`yann_weightnorm.forms.gains.gain`): then outputs have deviation 1 if
    inputs have, whatever the depth.

    References
    ----------
    .. [1] Brock, De and Smith (2021), "Characterizing signal propagation to close the performance
       gap in unnormalized ResNets", arXiv:2101.08692.
    """

    name = "scaled_ws"
    holds = "have mean 0 and one length, which depends on the activation, in each neuron"

    def length(self):
        """Return the gain of the activation."""
        return gain(self.activation)
