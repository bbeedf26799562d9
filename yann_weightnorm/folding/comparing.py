"""How far the outputs of two networks are apart."""

import numpy as np
import theano

__all__ = ["largest_difference"]


def largest_difference(network, twin):
    """Return the largest difference between what two networks of the same layers infer.

    Both read a mini batch of the same random numbers. Compared are the layers that nothing but
    objectives stand on.

    Returns
    -------
    difference : float
        As a share of the layer's largest output; 0 where both are not finite alike.
    id : str
        The layer it is of.
    """
    ends = _ends(network)
    streams = [(stream, twin.datastream[id]) for id, stream in network.datastream.items()]
    given = {var: old for one, other in streams for var, old in ((other.x, one.x),
                                                                (other.y, one.y))}
    outputs = [net.inference_layers[id].output for net in (network, twin) for id in ends]
    inputs = [var for one, _ in streams for var in ([one.x] if one.type == "x" else [one.x, one.y])]
    # Both draw random numbers from the same state, which looking must not move on.
    function = theano.function(inputs, outputs, givens=given, on_unused_input="ignore",
                               no_default_updates=True)
    found = function(*[array for one, _ in streams for array in _mini_batch(one)])
    return max(((_difference(one, other), id) for id, one, other in
                zip(ends, found[:len(ends)], found[len(ends):])), default=(0.0, ""))


def _ends(network):
    layers = network.layers
    return [id for id, view in layers.items() if view.type != "objective"
            and all(layers[above].type == "objective" for above in view.destination)]


def _mini_batch(stream):
    rng = np.random.RandomState(0)
    rows, width = stream.mini_batch_size, stream.height * stream.width * stream.channels
    x = rng.standard_normal(size=(rows, width)).astype(theano.config.floatX)
    return [x] if stream.type == "x" else [x, np.zeros(rows, "int32")]


def _difference(one, other):
    if np.array_equal(one, other, equal_nan=True):
        return 0.0
    largest = np.max(np.abs(one))
    return float(np.max(np.abs(one - other)) / largest) if largest > 0 else float("inf")
