"""Generators and discriminators, added to the toolbox's adversarial network.

'dense' has two hidden layers in each player. 'conv' is the DCGAN of Xiang & Li's code: filters of
4 x 4 that halve the images until they are smaller than 8 x 8, and transposed ones that double them
again. The generator's images end in a sigmoid, so pixels lie between 0 and 1. Batch normalization
and TPReLU of a dense layer have their parameters by neuron; theirs are by channel.

Source: Radford et al. (2015), arXiv:1511.06434; Xiang & Li (2017), arXiv:1704.03971.
"""

from typing import NamedTuple

import numpy as np
import theano.tensor as T

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies.adversarial.ways import way_named
from yann_weightnorm.toolbox.gan import gan

__all__ = ["NETWORKS", "Part", "begin", "build", "halvings"]

FILTER, STRIDE, PADDING = (4, 4), 2, 1
SMALL = 8  # maps smaller than this are not halved


class Part(NamedTuple):
    """A layer of a player.

    Attributes
    ----------
    kind : str
        Its type, if weights are plain.
    options : dict
        Those that no arm changes.
    normalised : bool
        Whether batch normalization has a place here.
    stride : int
        By which a transposed convolution enlarges maps.
    """

    kind: str
    options: dict
    normalised: bool = True
    stride: int = 1


def dense(run, image):
    """Return the parts of the generator and of the discriminator of 'dense'."""
    hidden = Part("dot_product", {"num_neurons": run.width})
    return ([hidden, hidden, _dense(int(np.prod(image))), Part("unflatten", {"shape": image})],
            [hidden._replace(normalised=False), hidden, _dense(1)])


def conv(run, image):
    """Return the parts of the generator and of the discriminator of 'conv'."""
    height, width, channels = image
    levels = halvings(image)
    maps = [channels] + [run.width << level for level in range(levels)]
    low = height >> levels, width >> levels, maps[-1]
    generator = [_dense(int(np.prod(low))), Part("unflatten", {"shape": low})]
    for level in reversed(range(levels)):
        shape = height >> level, width >> level, maps[level]
        generator.append(_deconv(maps[level + 1], shape))
    return generator, [_conv(size, place) for place, size in enumerate(maps[1:])] + [_dense(1)]


NETWORKS = {"dense": dense, "conv": conv}


def halvings(image):
    """Return how often 'conv' halves images of (height, width, channels).

    Raises
    ------
    ValueError
        If they are smaller than 8 x 8, or can't be halved so often.
    """
    height, width = image[:2]
    count = 0
    while min(height, width) >> count >= SMALL:
        count += 1
    if not count or height % (1 << count) or width % (1 << count):
        raise ValueError(f"study adversarial: the network 'conv' halves images until they are "
                         f"smaller than {SMALL} x {SMALL}, which those of {height} x {width} "
                         f"don't allow; choose the network 'dense'.")
    return count


def _dense(size):
    return Part("dot_product", {"num_neurons": size})


def _conv(maps, place):
    return Part("conv_pool", {"num_neurons": maps, "filter_size": FILTER,
                              "stride": (STRIDE, STRIDE), "border_mode": PADDING},
                normalised=place > 0)


def _deconv(channels, shape):
    return Part("deconv", {"num_neurons": channels, "output_shape": shape, "filter_size": FILTER,
                           "stride": (STRIDE, STRIDE), "border_mode": PADDING}, stride=STRIDE)


# -- from parts to a network ------------------------------------------------------------------

def build(run, dataset):
    """Return the adversarial network of `run` over `dataset`, cooked but not trained.

    Its layers 'z', 'made', 'real' and 'fake' are the latent vectors, the images made of them, and
    the discriminator's logits of data and of what is made. The costs are cross-entropies, the
    generator's that of taking for real what is made (Goodfellow et al. 2014).

    Parameters
    ----------
    run : AdversarialRun
    dataset : Dataset
        Of pixels between 0 and 1.
    """
    net = gan(rng=np.random.RandomState(run.seed), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True})
    image = dataset.height, dataset.width, dataset.channels
    generator, discriminator = NETWORKS[run.network](run, image)
    player = Player(net, way_named(run.arm))
    net.add_layer(type="random", id="z", num_neurons=(run.mini_batch_size, run.latent),
                  distribution="normal")
    made = player.add(generator, "G", "z", "made", "sigmoid")
    net.add_layer(type="input", id="x", origin="data")
    judges = player.add(discriminator, "D", "x", "real", None)
    player.add(discriminator, "E", "made", "fake", None, shared=judges)
    _cook(net, made, judges, run.optimizer)
    return net


def begin(net, run):
    """Bring `net` where a network built with the run's seed would be, its start included."""
    net.restart(np.random.RandomState(run.seed))
    if way_named(run.arm).data_start:
        initialize_from_data(net)


def _cook(net, generator, discriminator, optimizer):
    real, fake = (net.dropout_layers[id].output for id in ("real", "fake"))
    costs = {"discriminator": T.nnet.softplus(-real).mean() + T.nnet.softplus(fake).mean(),
             "generator": T.nnet.softplus(-fake).mean()}
    for id, cost in costs.items():
        net.add_layer(type="objective", id=id, layer_type="value", objective=cost)
    net.cook(objective_layers=[None, *costs], discriminator_layers=discriminator,
             generator_layers=generator, game_layers=("fake", "real"), resultor=None,
             optimizer_params={"optimizer_type": optimizer, "max_norm": None})


class Player:
    """Adds the layers of a player to a network, made as an arm wants them.

    Parameters
    ----------
    net : gan
    way : Way
    """

    def __init__(self, net, way):
        self.net, self.way = net, way

    def add(self, parts, prefix, below, last, activation, shared=None):
        """Add a player; return the ids of its layers with weights.

        Parameters
        ----------
        parts : list of Part
        prefix : str
            Its layers are this and a number, but for the last.
        below, last : str
            Ids of the layer that it stands on, and of its last one.
        activation : str or None
            Of the last layer with a weight.
        shared : list of str, optional
            Ids of layers whose parameters these have.
        """
        weighted = [part for part in parts if part.kind != "unflatten"]
        ids, givers = [], iter(shared or ())
        for place, part in enumerate(parts, start=1):
            id = last if part is parts[-1] else f"{prefix}{place}"
            if part.kind == "unflatten":
                self.net.add_layer(type=part.kind, id=id, origin=below, **part.options)
            else:
                self._add_weighted(part, id, below, activation, part is weighted[-1],
                                   next(givers, None))
                ids.append(id)
            below = id
        return ids

    def _add_weighted(self, part, id, below, activation, is_last, giver):
        options = (self.way.last(part.stride, activation) if is_last
                   else self.way.hidden(part.stride, part.normalised))
        if giver:
            options["input_params"] = self.net.dropout_layers[giver].params
        self.net.add_layer(type=self.way.kind(part.kind), id=id, origin=below,
                           **part.options, **options)
        if self.way.strict and not is_last:
            layer = self.net.dropout_layers[id].layer
            # It stays 0: a threshold is in its place.
            layer.active_params = [p for p in layer.active_params if p is not layer.b]
