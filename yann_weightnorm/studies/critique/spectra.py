"""Extreme eigenvalues: of a cost's Hessian, and of the covariance of its gradient."""

import numpy as np
import theano
import theano.tensor as T
from scipy.sparse.linalg import LinearOperator, eigsh

__all__ = ["Gradients", "Hessian", "leading_share"]

TOLERANCE = 1e-3  # relative, of an eigenvalue


class Hessian:
    """The matrix of second derivatives of a cost, as products with vectors.

    Parameters
    ----------
    inputs : list of symbolic variables
        What the cost needs besides the parameters.
    cost : symbolic scalar
    params : list of shared variables
    """

    def __init__(self, inputs, cost, params):
        self.params = params
        vectors = [p.type() for p in params]
        gradients = theano.grad(cost, params)
        along = sum(T.sum(gradient * vector) for gradient, vector in zip(gradients, vectors))
        products = theano.grad(along, params, consider_constant=vectors,
                               disconnected_inputs="ignore")
        self._products = theano.function([*inputs, *vectors], products)

    def times(self, vector, *given):
        """Return the product with a flat `vector`, flat; `given` are values of the inputs."""
        return _flat(self._products(*given, *_shaped(vector, self.params)))

    def extremes(self, *given, tolerance=TOLERANCE):
        """Return the smallest and the largest eigenvalue, found by Lanczos' method.

        The first vector is always the same, so that the same Hessian gives the same numbers.
        """
        size = sum(p.get_value(borrow=True).size for p in self.params)
        matrix = LinearOperator((size, size), dtype="float64",
                                matvec=lambda vector: self.times(vector.ravel(), *given))
        first = np.random.RandomState(0).standard_normal(size)
        return tuple(eigsh(matrix, k=1, which=which, v0=first, tol=tolerance,
                           return_eigenvectors=False)[0] for which in ("SA", "LA"))


class Gradients:
    """The gradient of a cost for each row by itself.

    Parameters
    ----------
    x, y : symbolic variables
        Rows of data, and what belongs to them.
    cost : symbolic scalar
        A mean over rows.
    params : list of shared variables
    """

    def __init__(self, x, y, cost, params):
        self._gradient = theano.function([x, y], theano.grad(cost, params))

    def __call__(self, x, y):
        """Return an array (rows, entries of all parameters)."""
        return np.stack([_flat(self._gradient(x[row:row + 1], y[row:row + 1]))
                         for row in range(len(x))])


def leading_share(gradients):
    """Return the share of the largest eigenvalue of the rows' covariance in the sum of all.

    1 if all rows differ along one line; the less, the nearer the covariance is to a multiple of the
    identity. 0 if there is no variance. The factor of the covariance does not matter.

    Parameters
    ----------
    gradients : (rows, entries) array

    Examples
    --------
    >>> float(leading_share(np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]])))
    0.9
    """
    centred = gradients - gradients.mean(axis=0)
    # Of fewer rows than entries: the same eigenvalues, those aside that are 0.
    values = np.linalg.eigvalsh(centred.dot(centred.T))
    return values[-1] / values.sum() if values.sum() > 0 else 0.0


def _flat(arrays):
    return np.concatenate([np.asarray(array, dtype="float64").ravel() for array in arrays])


def _shaped(vector, params):
    """Return the flat `vector` as arrays like the parameters."""
    shapes = [p.get_value(borrow=True).shape for p in params]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape).astype(p.dtype)
            for part, shape, p in zip(np.split(vector, ends[:-1]), shapes, params)]
