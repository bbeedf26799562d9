"""
Weight normalization: the weights ``w`` of a neuron are a length ``g`` times a direction ``v``,

.. math::

    w = g \\frac{v}{\\vert\\vert v \\vert\\vert} .

Nothing in this file knows of layers or networks. A weight is a tensor of which one axis tells its
neurons apart (1 for a matrix that is multiplied from the right, 0 for a bank of filters); what
there is one number of for each neuron is a vector.

.. [#]   Salimans, Tim, and Diederik P. Kingma. "Weight normalization: A simple reparameterization
         to accelerate training of deep neural networks." arXiv preprint arXiv:1602.07868 (2016).
"""
import numpy
import theano.tensor as T


def least_length(dtype):
    """
    This function tells which directions are too short to be divided by their length.

    Args:
        dtype: that of the weights, ``'float32'`` or ``'float64'``.

    Returns:
        float: what is not longer than this counts as zero.
    """
    facts = numpy.finfo(dtype)
    least = float(facts.tiny) / float(facts.eps)
    return least if numpy.dtype(dtype) == 'float32' else numpy.sqrt(least)


def compose(v, g, axis):
    """
    This function is equation 2 of the paper: it makes a weight of directions and lengths.

    Args:
        v: theano variable, the directions, in the shape of the weight.
        g: theano vector, the lengths.
        axis: the axis of ``v`` that tells neurons apart.

    Returns:
        theano variable: the weight.

    Notes:
        A zero ``v`` points nowhere, and equation 3 of the paper would divide by zero. Its length is
        taken for one then, so that the weight is zero and one step of training gives a direction.
    """
    square = T.sqr(v).sum(axis = _others(v.ndim, axis))
    usable = T.gt(square, least_length(v.dtype) ** 2)
    length = T.sqrt(T.switch(usable, square, T.ones_like(square)))
    return v * along(g / length, v.ndim, axis)


def decompose(w, axis, who = 'weight normalization'):
    """
    This function is the inverse of ``compose``.

    Args:
        w: numpy array, the weight.
        axis: the axis of ``w`` that tells neurons apart.
        who: string, begins the message of the error.

    Returns:
        tuple: ``(v, g)``, arrays. ``v`` is ``w`` itself.

    Notes:
        Raises a ``ValueError`` if all weights of a neuron are zero, or some not finite: there is
        no direction to be learnt.
    """
    square = numpy.square(w, dtype = 'float64').sum(axis = _others(w.ndim, axis))
    g = numpy.sqrt(square).astype(w.dtype)
    lost = numpy.flatnonzero(~((g > least_length(w.dtype)) & numpy.isfinite(g)))
    if len(lost) > 0:
        raise ValueError(who + ": the weights of neurons " + str(lost.tolist()) + " are all zero " +
                         "or not finite, and have no direction to learn. Supply other weights.")
    return w, g


def standardize(g, mean, deviation):
    """
    This function is equation 6 of the paper, the data-dependent start.

    Args:
        g: array, the lengths.
        mean: array, of each neuron the mean of what it makes of some data, without its bias.
        deviation: array, of each neuron the standard deviation of that.

    Returns:
        tuple: ``(g, b)``, arrays, with which that data has mean zero and deviation one.
    """
    return g / deviation, -mean / deviation


def along(values, ndim, axis):
    """
    This function spreads one number for each neuron over a tensor.

    Args:
        values: theano vector.
        ndim: number of axes of the tensor.
        axis: the axis of it that tells neurons apart.

    Returns:
        theano variable: ``values`` with ``ndim`` axes, all but ``axis`` broadcastable.
    """
    return values.dimshuffle(*[0 if n == axis else 'x' for n in range(ndim)])


def moments(t, axis = 1):
    """
    This function gives mean and standard deviation of each neuron.

    Args:
        t: theano variable, a matrix or maps.
        axis: the axis of ``t`` that tells neurons apart.

    Returns:
        tuple: theano vectors ``(mean, deviation)``, over all other axes.
    """
    axes = _others(t.ndim, axis)
    mean = t.mean(axis = axes)
    return mean, T.sqrt(T.sqr(t - along(mean, t.ndim, axis)).mean(axis = axes))


def _others(ndim, axis):
    return tuple(n for n in range(ndim) if n != axis)

if __name__ == '__main__':  # pragma: no cover
    pass
