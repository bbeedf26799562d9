"""Layers with normalised weights; importing the package registers their types."""

from yann_weightnorm.layers.classifier import WeightNormClassifier
from yann_weightnorm.layers.conv_pool import WeightNormConvPool
from yann_weightnorm.layers.deconv import WeightNormDeconv
from yann_weightnorm.layers.dot_product import WeightNormDotProduct
from yann_weightnorm.layers.recurrent import WeightNormLSTM, WeightNormRNN
from yann_weightnorm.layers.weight_norm import WeightNorm

__all__ = ["WeightNorm", "WeightNormClassifier", "WeightNormConvPool", "WeightNormDeconv",
           "WeightNormDotProduct", "WeightNormLSTM", "WeightNormRNN"]
