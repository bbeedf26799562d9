"""Theano ops that make weight normalization, and recurrent layers, fast on a processor.

What they compute is plain arithmetic that Theano can express as well, only slower. On a GPU the
plain expressions are used.
"""

from yann_weightnorm.ops import (  # noqa: F401 - they register rewritings
    batch_normalization,
    convolution,
    map_totals,
    pooling,
    row_wise,
    softmax,
)
from yann_weightnorm.ops.device import on_processor
from yann_weightnorm.ops.per_neuron import PerNeuron, Whole, per_neuron, whole
from yann_weightnorm.ops.recurrence import hidden_states
from yann_weightnorm.ops.scaling import ScaleNeurons
from yann_weightnorm.ops.sums import Lengths, NeuronProducts, NeuronTotals, least_length

__all__ = ["Lengths", "NeuronProducts", "NeuronTotals", "PerNeuron", "ScaleNeurons", "Whole",
           "hidden_states", "least_length", "on_processor", "per_neuron", "whole"]
