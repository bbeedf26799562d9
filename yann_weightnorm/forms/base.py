"""What every form of weight normalization is: composed, taken apart, scaled."""

import numpy as np
import theano.tensor as T

from yann_weightnorm import ops
from yann_weightnorm.normalization import compose, norm, some

__all__ = ["Form"]


class Form:
    """Base of all forms: ``w = length * u / measure(u)``, where u is `v`, or `v` centred.

    Methods take symbolic tensors or NumPy arrays alike. `values` are those of `parameters`, in
    their order.

    Parameters
    ----------
    axes : int or tuple of int
        The axes of the weight that belong to one neuron.
    activation : str, tuple or None
        What the layer does with its pre-activations; the length of one form depends on it.

    Attributes
    ----------
    name : str
        What the option `form` calls it.
    parameters : tuple of str
        Names of the parameters besides v.
    fixed : tuple of str
        Those of them that are never learnt.
    per_layer : tuple of str
        Those that are one number for the layer; others are one a neuron.
    scaled : str or None
        Name of the parameter by which the length of single neurons is set; None if it can't be.
        Such a layer is left alone by a data-dependent start.
    has_g : bool
        Whether there is a learnt length, :meth:`length`, that a penalty can be put on.
    holds : str
        Which weights it can hold, in words; '' if all whose neurons have a direction.
    dead : str
        What is said of a neuron whose weights have no direction.
    """

    name = None
    parameters, fixed, per_layer = (), (), ()
    scaled, has_g, holds = None, False, ""
    dead = "are all 0 or not finite"

    def __init__(self, axes, activation=None):
        self.axes, self.activation = axes, activation

    # -- what a form says of itself -----------------------------------------------------------

    def centred(self, v):
        """Return what is normalised: `v` itself."""
        return v

    def measure(self, u):
        """Return the measure of length of each neuron's `u`: its Euclidean norm."""
        return norm(u, self.axes)

    def length(self, *values):
        """Return the length that each neuron is given: 1."""
        return 1.0

    def start(self, size):
        """Return the values of the parameters with which weights of measure `size` stay so."""
        return ()

    def rescale(self, scale, v, *values):
        """Return (v, ...) of a weight whose neurons are `scale` times as long.

        Parameters
        ----------
        scale : tensor or array
            Of the shape of v, but length 1 along the axes of a neuron.
        v, *values : tensors or arrays

        Raises
        ------
        NotImplementedError
            If `scaled` is None.
        """
        raise NotImplementedError(f"form {self.name!r} has no length of a neuron to scale.")

    # -- what all do alike --------------------------------------------------------------------

    def compose(self, v, *values):
        """Return the weight. A neuron with no direction gets 0, and finite gradients.

        Parameters
        ----------
        v : tensor or array
        *values : tensors or arrays
            Values of `parameters`.
        """
        return compose(self.centred(v), _full(self.length(*values), v), self.axes)

    def directions(self, w):
        """Return the v that `w` is taken apart to: `w` itself."""
        return w

    def decompose(self, w, who="decompose"):
        """Return [v, ...] of which the array `w`, or what the form can hold of it, is composed.

        Parameters
        ----------
        w : array
        who : str, optional
            Begins the error message.

        Raises
        ------
        ValueError
            If a neuron's weights have no direction to learn.
        """
        w = np.asarray(w)
        size = self.measure(self.centred(w.astype("float64")))
        self._check_direction(w, size, who)
        return [self.directions(w)] + [np.asarray(value, w.dtype) for value in self.start(size)]

    def keeps(self, w, found):
        """Return whether the parameters `found` by :meth:`decompose` compose to the array `w`."""
        again = self.compose(*[value.astype("float64") for value in found])
        return not self.holds or np.allclose(again, w, rtol=0, atol=1e-4 * abs(w).max())

    def shape(self, name, weight_shape):
        """Return the shape of the parameter `name`: that of the weight, 1 where it is repeated."""
        return tuple(1 if repeated else n for n, repeated in
                     zip(weight_shape, self.repeated(name, len(weight_shape))))

    def repeated(self, name, ndim):
        """Return for each of `ndim` axes whether the parameter `name` is repeated along it."""
        return tuple(name in self.per_layer or axis in np.atleast_1d(self.axes)
                     for axis in range(ndim))

    def _check_direction(self, w, size, who):
        least = np.maximum(ops.least_length(w.dtype), self._rounding(w))
        zero = np.flatnonzero(~(size > least))
        if len(zero):
            raise ValueError(f"{who}: {self._whose(zero)} {self.dead}, so they have no direction "
                             f"to learn; give other weights, or a plain layer.")

    def _rounding(self, w):
        """Return what `size` may be by rounding alone, where the weights have no direction."""
        return 0.0

    def _whose(self, neurons):
        return f"the weights of neuron {some(neurons)}"


def _full(length, v):
    """Return a constant `length` as an array or tensor of the dtype and number of axes of `v`."""
    if not isinstance(length, float):
        return length
    filled = np.full((1,) * v.ndim, length, v.dtype)
    return filled if isinstance(v, np.ndarray) else T.constant(filled)
