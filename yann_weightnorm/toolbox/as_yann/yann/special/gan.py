"""YANN's GAN: the toolbox's, with what YANN does unasked."""

from yann_weightnorm.toolbox import gan as toolbox

from ..network import network

__all__ = ["gan"]


class gan(network, toolbox.gan):
    """A generator and a discriminator that play against each other; see the toolbox's `gan`.

    Parameters
    ----------
    verbose : {0, 1, 2, 3}, default 2
    **options
        As of the toolbox's; whatever else a script passes is not read, as in YANN.
    """
