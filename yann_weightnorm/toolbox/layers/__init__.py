"""The plain layers; importing the package registers their types."""

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.batch_norm import BatchNorm
from yann_weightnorm.toolbox.layers.bn_lstm import BatchNormLSTM
from yann_weightnorm.toolbox.layers.classifier import Classifier, ClassifierView
from yann_weightnorm.toolbox.layers.conv_pool import ConvPool
from yann_weightnorm.toolbox.layers.deconv import Deconv
from yann_weightnorm.toolbox.layers.dot_product import DotProduct
from yann_weightnorm.toolbox.layers.flatten import Flatten, Unflatten
from yann_weightnorm.toolbox.layers.gaussian_noise import GaussianNoise
from yann_weightnorm.toolbox.layers.input import Input
from yann_weightnorm.toolbox.layers.lstm import LSTM
from yann_weightnorm.toolbox.layers.merge import Merge, MergeView
from yann_weightnorm.toolbox.layers.objective import Objective
from yann_weightnorm.toolbox.layers.pool import Pool
from yann_weightnorm.toolbox.layers.random import Random
from yann_weightnorm.toolbox.layers.recurrent import Recurrent
from yann_weightnorm.toolbox.layers.rnn import RNN
from yann_weightnorm.toolbox.layers.rotate import Rotate
from yann_weightnorm.toolbox.layers.sequence import Sequence
from yann_weightnorm.toolbox.layers.tensor import Tensor

__all__ = ["BatchNorm", "BatchNormLSTM", "Classifier", "ClassifierView", "ConvPool", "Deconv",
           "DotProduct", "Flatten", "GaussianNoise", "Input", "LSTM", "Layer", "Merge",
           "MergeView", "Objective", "Pool", "RNN", "Random", "Recurrent", "Rotate", "Sequence",
           "Tensor", "Unflatten"]
