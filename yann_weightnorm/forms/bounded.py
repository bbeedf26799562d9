"""Forms whose lengths are fixed: at 1, or at what the layer began with."""

import numpy as np

from yann_weightnorm.forms.base import Form
from yann_weightnorm.normalization import compose, norm

__all__ = ["Bounded", "BoundedG", "Strict"]


class Strict(Form):
    """``w = v / |v|``: every neuron's weight has length 1, only its direction is learnt.

    Its authors leave out the bias too, and learn a threshold in the activation instead
    (``activation='trelu'`` or ``'tprelu'``), which they call strict weight normalization. Here the
    layer has its bias; ``trelu`` adds the threshold.

    References
    ----------
    .. [1] Xiang and Li (2017), "On the effects of batch and weight normalization in generative
       adversarial networks", arXiv:1704.03971.
    """

    name, holds = "strict", "have length 1 in each neuron"


class Bounded(Form):
    """``w = rho v / |v|``, where rho is fixed: one number for the layer, its length at the start.

    rho is the root mean square of the lengths that the neurons had at the start, so the norm of
    the whole weight stays what it was. It is a parameter that is saved and never learnt. So weight
    decay and the size of v can do nothing but change the size of steps.

    References
    ----------
    .. [1] Hoffer, Banner, Golan and Soudry (2018), "Norm matters", arXiv:1803.01814, section 5.
    """

    name, parameters, fixed, per_layer = "bounded", ("rho",), ("rho",), ("rho",)
    holds = "have the same length in all neurons"

    def length(self, rho):
        """Return `rho`."""
        return rho

    def start(self, size):
        """Return rho: the root mean square of the lengths `size`."""
        return (np.sqrt(np.mean(size ** 2, keepdims=True)),)


class BoundedG(Form):
    """``w_i = g_i (rho / |g|) v_i / |v_i|``: ratios of lengths are learnt, the layer's norm stays.

    ``|g|`` is the norm over all neurons and rho what it was at the start, so the norm of the whole
    weight is rho for ever. The gradient of g is orthogonal to g, as that of v to v. A
    data-dependent start sets g and then rho.

    References
    ----------
    .. [1] Hoffer, Banner, Golan and Soudry (2018), "Norm matters", arXiv:1803.01814; their code,
       eladhoffer/norm_matters, `models/bwn.py`.
    """

    name, parameters, fixed, per_layer = "bounded_g", ("g", "rho"), ("rho",), ("rho",)
    scaled, has_g = "g", True

    def length(self, g, rho):
        """Return `g` at the norm `rho`."""
        return compose(g, rho, _all_axes(g))

    def start(self, size):
        """Return (g, rho): the lengths `size` and their norm."""
        return size, norm(size, _all_axes(size))

    def rescale(self, scale, v, g, rho):
        """Return (v, g, rho) with g at the lengths that are wanted, and rho their norm."""
        g = self.length(g, rho) * scale
        return v, g, norm(g, _all_axes(g))


def _all_axes(g):
    return tuple(range(g.ndim))
