"""Convolution with weights and pixels in registers, where Theano unfolds every image.

Theano's own convolution on a processor copies each image as often as a filter has taps (im2col) and
multiplies matrices of few rows. With the small filters and few channels of most networks that costs
about twice what the same products cost here.
"""

from yann_weightnorm.ops.convolution.correlation import FilterGradient, MapGradient, Outputs
from yann_weightnorm.ops.convolution.rewriting import taken_over

__all__ = ["FilterGradient", "MapGradient", "Outputs", "taken_over"]
