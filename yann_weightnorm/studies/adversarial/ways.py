"""The arms of the adversarial study: how the layers of both players are made.

Source: Xiang & Li (2017), arXiv:1704.03971, and their code, github.com/stormraiser/GAN-weight-norm.
"""

from typing import NamedTuple

from yann_weightnorm.toolbox.checks import one_of

__all__ = ["STRICT", "WAYS", "Way", "way_named"]

LEAKY = ("relu", 0.25)  # the slope at which the authors' PReLU and TPReLU begin
STRICT = "strict weight norm"


class Way(NamedTuple):
    """One way to make the layers of a generator and a discriminator.

    Arms without a start of their own begin with He's, which is the same function with and without
    weight normalization.

    Attributes
    ----------
    weight_norm : bool
        Weight normalization in every layer with a weight.
    batch_norm : bool
        Batch normalization in hidden layers, but for the discriminator's first one (DCGAN, Radford
        et al. 2015, arXiv:1511.06434).
    data_start : bool
        The data-dependent start, scaling w where there is no g.
    strict : bool
        Xiang & Li's recipe. In a hidden layer only directions are learnt, and the slope and the
        threshold of a TPReLU; there is no bias. The last layer has length and bias.
    """

    weight_norm: bool = False
    batch_norm: bool = False
    data_start: bool = False
    strict: bool = False

    def kind(self, plain):
        """Return the type of the layer that does what the type `plain` does."""
        normalised = {"dot_product": "weightnorm_dot", "conv_pool": "weightnorm_conv_pool",
                      "deconv": "weightnorm_deconv"}
        return normalised[plain] if self.weight_norm else plain

    @property
    def start(self):
        """The option `start` of every layer."""
        return "orthogonal" if self.strict else "normal" if self.data_start else "he"

    def hidden(self, stride, normalised):
        """Return the options of a hidden layer.

        Parameters
        ----------
        stride : int
            Of a transposed convolution, 1 for other layers. Only one in ``stride ** 2`` of its
            weights meets an input, so their fixed length is that much longer: the authors divide
            by the norm over the stride.
        normalised : bool
            Whether batch normalization has a place here.
        """
        options = {"start": self.start, "activation": "tprelu" if self.strict else LEAKY,
                   "batch_norm": self.batch_norm and normalised}
        if self.strict and stride > 1:
            return dict(options, learn_g=False, init_scale=float(stride))
        return dict(options, form="strict") if self.strict else options

    def last(self, stride, activation):
        """Return the options of a player's last layer; `stride` is as in :meth:`hidden`."""
        options = {"start": self.start, "activation": activation}
        return dict(options, init_scale=float(stride)) if self.strict else options


WAYS = {"normal": Way(),
        "normal + data start": Way(data_start=True),
        "batch norm": Way(batch_norm=True),
        "weight norm": Way(weight_norm=True),
        "weight norm + data start": Way(weight_norm=True, data_start=True),
        STRICT: Way(weight_norm=True, strict=True)}


def way_named(name):
    """Return the :class:`Way` of the arm `name`, or raise a ValueError that knows the nearest."""
    return WAYS[one_of(name, WAYS, "arm", "study adversarial")]
