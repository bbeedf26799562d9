"""A convolutional variational auto-encoder of residual blocks, as the paper has it on MNIST.

The paper's posterior is an inverse autoregressive flow, whose layout it leaves to another paper;
here it is a normal distribution with a diagonal covariance.

Source: Salimans & Kingma (2016), section 5.2, arXiv:1602.07868; Kingma & Welling (2014),
arXiv:1312.6114.
"""

import numpy as np

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.generative.bounds import (
    bernoulli_log_likelihood, divergence, sampled)
from yann_weightnorm.studies.generative.optimizers import Averaging
from yann_weightnorm.toolbox.network import network

__all__ = ["begin", "build"]

RESIDUAL = 0.1  # deviation with which the second convolution of a block begins: the paper's code
FILTER = (3, 3)


def build(run, dataset):
    """Return the network of `run` over `dataset`, cooked but not trained.

    Its cost is the negative lower bound on the log likelihood in nats, mean over rows, each with
    one sample.

    Parameters
    ----------
    run : GenerativeRun
    dataset : Dataset
        Of bits; height and width are multiples of 4.
    """
    net = network(rng=np.random.RandomState(run.seed), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True})
    net.add_layer(type="input", id="input", origin="data")
    layers = Layers(net, arm_named(run.arm).weight_norm)
    _encoder(layers, run)
    _sample(layers, run)
    _decoder(layers, run, dataset)
    _objective(net)
    steps = run.average * max(1, dataset.rows("train") // run.mini_batch_size)
    net.optimizer["adamax"] = Averaging("adamax", optimizer_type="adamax", steps=steps or None)
    net.last_optimizer_created = "adamax"
    net.cook(resultor=None)
    return net


def begin(net, run):
    """Bring `net` where a network built with the run's seed would be, its start included."""
    net.restart(np.random.RandomState(run.seed))
    if arm_named(run.arm).start == "data":
        initialize_from_data(net)


class Layers:
    """Adds layers with weights to a network: plain ones, or normalised ones.

    Parameters
    ----------
    net : network
    weight_norm : bool
    """

    def __init__(self, net, weight_norm):
        self.net, self.prefix = net, "weightnorm_" if weight_norm else ""

    def dense(self, id, size, activation="elu", **options):
        """Add a fully connected layer."""
        name = "weightnorm_dot" if self.prefix else "dot_product"
        self.net.add_layer(type=name, id=id, num_neurons=size, activation=activation, **options)

    def conv(self, id, maps, activation="elu", **options):
        """Add a convolution that keeps the maps' size, but for its stride."""
        self.net.add_layer(type=f"{self.prefix}conv_pool", id=id, num_neurons=maps,
                           filter_size=FILTER, border_mode="half", activation=activation,
                           **options)

    def larger(self, id, maps, size):
        """Add a transposed convolution that doubles the maps' size to `size`."""
        channels = self.net.layers[self.net.last_layer_created].output_shape[1]
        self.net.add_layer(type=f"{self.prefix}deconv", id=id, num_neurons=channels,
                           output_shape=(size, size, maps), filter_size=FILTER,
                           border_mode="half", stride=(2, 2), activation="elu")

    def blocks(self, id, maps, count):
        """Add `count` residual blocks of two convolutions each."""
        for place in range(1, count + 1):
            below, name = self.net.last_layer_created, f"{id}.{place}"
            self.conv(f"{name}a", maps)
            self.conv(f"{name}b", maps, "identity", init_scale=RESIDUAL)
            self.net.add_layer(type="merge", id=f"{name}sum", origin=(below, f"{name}b"),
                               layer_type="sum")


def _encoder(layers, run):
    first, later = run.maps, 2 * run.maps
    layers.conv("in", first)
    layers.blocks("encoder1", first, run.blocks)
    layers.conv("smaller1", later, stride=(2, 2))
    layers.blocks("encoder2", later, run.blocks)
    layers.conv("smaller2", later, stride=(2, 2))
    layers.blocks("encoder3", later, run.blocks)
    layers.dense("encoded", run.hidden)


def _sample(layers, run):
    net = layers.net
    layers.dense("mean", run.latent, "identity", origin="encoded")
    layers.dense("log_variance", run.latent, "identity", origin="encoded")
    shape = run.mini_batch_size, run.latent
    net.add_layer(type="random", id="noise", num_neurons=shape, distribution="normal")
    mean, log_variance, noise = (net.layers[id].output for id in ("mean", "log_variance", "noise"))
    net.add_layer(type="tensor", id="z", input_shape=shape,
                  input=sampled(mean, log_variance, noise[:mean.shape[0]]))


def _decoder(layers, run, dataset):
    net, later, size = layers.net, 2 * run.maps, dataset.height // 4
    layers.dense("decoded", run.hidden, origin="z")
    layers.dense("spread", later * size * size)
    net.add_layer(type="unflatten", id="maps", shape=(size, size, later))
    layers.blocks("decoder3", later, run.blocks)
    layers.larger("larger2", later, 2 * size)
    layers.blocks("decoder2", later, run.blocks)
    layers.larger("larger1", run.maps, 4 * size)
    layers.blocks("decoder1", run.maps, run.blocks)
    layers.conv("logits", dataset.channels, "identity")


def _objective(net):
    x, logits, mean, log_variance = (
        net.layers[id].output for id in ("input", "logits", "mean", "log_variance"))
    bound = bernoulli_log_likelihood(x, logits) - divergence(mean, log_variance)
    net.add_layer(type="objective", id="cost", layer_type="value", objective=-bound.mean())
