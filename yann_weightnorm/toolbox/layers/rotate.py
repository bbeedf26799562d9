"""The layer that turns images."""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.shapes import require_maps
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["Rotate"]


@layer_type("rotate")
class Rotate(Layer):
    """Turn each image of the mini batch about its centre, counterclockwise.

    Where a pixel comes from between others, it is interpolated from the four around; where it comes
    from outside, it is the nearest pixel at the border. Height and width are both taken to be 2
    units long, as in YANN, so that an image that isn't square is turned and stretched.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int)
        Mini batch size, channels, height, width.
    rng : numpy.random.RandomState
        Draws the angles that are not given.
    angle : number, array or symbolic tensor, optional
        In quarter turns: 1 is 90 degrees. A number turns all images; (mini batch size,) or (mini
        batch size, 1) has one for each. By default each place of the mini batch has its own, drawn
        once between 0 and 1.

    Attributes
    ----------
    angle : symbolic tensor
        In quarter turns. Drawn angles are the layer's parameter, so they are saved; training
        doesn't change them.

    Raises
    ------
    ValueError
        If the input has no maps, or `angle` is no number and has not one for each image.
    """

    def __init__(self, id, input_shape, rng, *, angle=None):
        super().__init__(id, input_shape, rng)
        require_maps(input_shape, self.who)
        self.num_neurons = input_shape[1]
        if angle is None:
            self.angle = self.param("angle", (input_shape[0], 1), lambda rng: rng.uniform(
                size=(input_shape[0], 1)), learnable=False)
        else:
            self.angle = self._checked_angle(angle)

    def expression(self, x, stream):
        """Return the images of `x`, turned."""
        down, across = self._sources(self._radians(x.shape[0]))
        return _interpolate(x, down, across, self.input_shape[2:])

    def _checked_angle(self, angle):
        wanted = (), (self.input_shape[0],), (self.input_shape[0], 1)
        try:
            tensor = T.cast(T.as_tensor_variable(angle), theano.config.floatX)
        except (TypeError, ValueError, T.AsTensorError, NotImplementedError) as error:
            raise ValueError(f"{self.who} got angle {angle!r}; it must be a number or an array of "
                             f"numbers, in quarter turns.") from error
        symbolic = isinstance(angle, theano.gof.Variable)
        if tensor.ndim > 2 or not symbolic and np.shape(angle) not in wanted:
            raise ValueError(f"{self.who} got an angle of {tensor.ndim} dimensions or of another "
                             f"length than the mini batch; it must be a number, or of shape "
                             f"{wanted[1]} or {wanted[2]}.")
        return tensor

    def _radians(self, rows):
        """Return the angle of each of `rows` images, (rows, 1)."""
        angles = self.angle.flatten() * np.asarray(np.pi / 2, theano.config.floatX)
        # A last, shorter mini batch takes the first angles; more images begin again with them.
        numbers = T.arange(rows) % angles.shape[0]
        return angles[numbers].dimshuffle(0, "x")

    def _sources(self, radians):
        """Return row and column, (images, pixels), that each pixel comes from."""
        height, width = self.input_shape[2:]
        # From the centre, where whole and half pixels are exact: an angle of 0 changes nothing.
        down, across = (_constant(axis.ravel()) for axis in np.meshgrid(
            np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2,
            indexing="ij"))
        stretch = _constant(max(width - 1, 1) / max(height - 1, 1))
        cos, sin = T.cos(radians), T.sin(radians)
        return (_inside(cos * down + sin * across / stretch, height),
                _inside(cos * across - sin * down * stretch, width))


def _constant(value):
    return np.asarray(value, dtype=theano.config.floatX)


def _inside(offset, length):
    """Return positions in 0 ... length - 1 for offsets from the centre."""
    half = _constant((length - 1) / 2)
    return T.clip(offset + half, _constant(0), _constant(length - 1))


def _interpolate(x, down, across, size):
    """Return the images `x` read at rows `down` and columns `across`, between their pixels."""
    (height, width), channels = size, x.shape[1]
    top, left = T.floor(down), T.floor(across)
    below, beside = down - top, across - left
    pixels = x.dimshuffle(0, 2, 3, 1).reshape((x.shape[0] * height * width, channels))
    image = T.arange(x.shape[0]).dimshuffle(0, "x") * (height * width)

    def read(row, column, share):
        places = image + T.cast(row, "int64") * width + T.cast(column, "int64")
        return pixels[places.flatten()] * share.flatten().dimshuffle(0, "x")

    bottom, right = T.minimum(top + 1, height - 1), T.minimum(left + 1, width - 1)
    turned = read(top, left, (1 - below) * (1 - beside)) + read(top, right, (1 - below) * beside) \
        + read(bottom, left, below * (1 - beside)) + read(bottom, right, below * beside)
    return turned.reshape((x.shape[0], height, width, channels)).dimshuffle(0, 3, 1, 2)
