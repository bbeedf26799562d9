"""How the game stands: whom the discriminator believes, and how much what is made varies."""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.cooking import LazyFunction

__all__ = ["Judge", "made_of"]


def made_of(net, z, layers=None, id="made"):
    """Return the images that the generator of `net` makes of the symbolic rows `z`.

    Parameters
    ----------
    net : gan
        As :func:`~yann_weightnorm.studies.adversarial.networks.build` returns it.
    z : symbolic matrix
    layers : dict, optional
        Views of the layers in a stream, by default those of inference.
    id : str, default 'made'
        Of a layer above 'z'; its output is returned.
    """
    layers = net.inference_layers if layers is None else layers
    return theano.clone(layers[id].output, {net.layers["z"].output: z})


class Judge:
    """Measures how the two players of an adversarial network stand.

    Parameters
    ----------
    net : gan
        As :func:`~yann_weightnorm.studies.adversarial.networks.build` returns it.
    """

    def __init__(self, net):
        x, z = net.cooked_datastream.x, T.matrix("z")
        real, fake = net.layers["real"].output, made_of(net, z, net.layers, "fake")
        self._function = LazyFunction([x, z], [real, fake, made_of(net, z)])

    def __call__(self, rows, z):
        """Return how the players stand on images of data and on latent vectors.

        Parameters
        ----------
        rows : (n, pixels) array, floatX
        z : (n, latent) array, floatX

        Returns
        -------
        dict of str to float
            'real_right', 'fake_right': percent of the images of data, and of those made of `z`,
            that the discriminator tells rightly, with the statistics of a mini batch as in the
            game. 'spread': the variance of a pixel over the images that are made, with those of
            inference, in percent of its variance over the images of data, both means over pixels.
        """
        real, fake, made = self._function(rows, z)
        return {"real_right": 100 * float(np.mean(real > 0)),
                "fake_right": 100 * float(np.mean(fake < 0)),
                "spread": 100 * _variance(made) / _variance(rows)}


def _variance(images):
    """Return the mean over pixels of the variance over images."""
    return float(np.var(images, axis=0, dtype="float64").mean())
