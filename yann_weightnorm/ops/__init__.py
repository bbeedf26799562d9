"""Theano ops that make weight normalization cost next to nothing on a processor.

What they compute is plain arithmetic that Theano can express as well, only slower. On a GPU the
plain expressions are used.
"""

import theano

from yann_weightnorm.ops import convolution  # noqa: F401 - it registers a rewriting
from yann_weightnorm.ops.per_neuron import PerNeuron, per_neuron
from yann_weightnorm.ops.scaling import ScaleNeurons
from yann_weightnorm.ops.sums import Lengths, NeuronProducts, NeuronTotals, least_length

__all__ = ["Lengths", "NeuronProducts", "NeuronTotals", "PerNeuron", "ScaleNeurons", "least_length",
           "on_processor", "per_neuron"]


def on_processor():
    """Return whether graphs are made for a processor, so that these ops may be used."""
    return theano.config.device == "cpu"
