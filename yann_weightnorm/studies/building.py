"""Networks built from a name, an arm and what else a run says; and their starts."""

import numpy as np

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.robust_start import initialize_robustly
from yann_weightnorm.studies.adam import PaperAdam
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.networks import network_named
from yann_weightnorm.toolbox.layers.starts import directions
from yann_weightnorm.toolbox.network import network

__all__ = ["begin", "build", "weighted"]

FILTER, POOL = (5, 5), (2, 2)
LEAKY = ("relu", 0.1)
PAPER_DROPOUT, PAPER_IMAGES = 0.5, 500
DEVIATION = 0.05  # of every direction before a data-dependent start


def build(name, arm, dataset, seed=0, *, optimizer="adam", noise=0.0, late=None):
    """Return a network over `dataset`, cooked but not trained.

    No arm has further momentum. YANN's max-norm constraint is off, because it would bound the
    weights of the plain arms alone.

    Parameters
    ----------
    name : str
        As :func:`~yann_weightnorm.studies.networks.network_named` takes it.
    arm : str
        One of `ARMS`. Its start, if any, is left to :func:`begin`.
    dataset : Dataset
    seed : int, default 0
        The network can begin again from another one, see :meth:`network.restart`.
    optimizer : {'adam', 'sgd'}, default 'adam'
    noise : float, default 0
        Deviation of the noise on the images while training.
    late : int or None
        The epoch from which on Adam's beta1 is 0.5 rather than 0.9.
    """
    shape, arm = network_named(name), arm_named(arm)
    net = network(rng=np.random.RandomState(seed), verbose=0)
    classes = 1 + int(dataset.labels("train").max())
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True,
                                              "n_classes": classes})
    net.add_layer(type="input", id="input", origin="data")
    if noise:
        net.add_layer(type="gaussian_noise", id="noise", sigma=noise)
    LAYERS[shape.name](net, shape.sizes, arm)
    net.add_layer(type="weightnorm_classifier" if arm.weight_norm else "classifier",
                  id="softmax", num_classes=classes, mean_only_batch_norm=arm.mean_only)
    net.add_layer(type="objective", id="cost", objective="nll")
    _add_optimizer(net, arm, optimizer, late)
    net.cook(resultor=None)
    return net


def _add_optimizer(net, arm, optimizer, late):
    if optimizer == "sgd":
        net.add_module(type="optimizer", params={"id": "sgd", "optimizer_type": "sgd",
                                                 "momentum_type": "false", "max_norm": None})
        return
    scaled = [layer.scaled for layer in weighted(net)] if arm.frozen_scale else ()
    net.optimizer["adam"] = PaperAdam("adam", late=late, scaled=scaled)
    net.last_optimizer_created = "adam"


def begin(net, name, arm, seed, images=None):
    """Bring `net` where a network built with `seed` would be, the arm's start included.

    `images` is how many a data-dependent start sees, by default those of a mini batch, or 500 in
    the paper's network.
    """
    net.restart(np.random.RandomState(seed))
    arm = arm_named(arm)
    images = _images(net, name, images)
    if arm.frozen_scale:
        _begin_frozen(net, images)
    elif arm.start == "data":
        initialize_from_data(net, images=images)
    elif arm.start == "robust":
        initialize_robustly(net)


def weighted(net):
    """Return the layers of `net` that have a weight, in order."""
    return [view.layer for view in net.layers.values() if hasattr(view.layer, "scale_weight")]


def _begin_frozen(net, images):
    """Start from data, and let each weight's steps be as long as its scale has become."""
    layers, before = weighted(net), {}
    for layer in layers:
        before[layer] = directions(layer, net.rng, deviation=DEVIATION)
        layer.start_weight(before[layer])
    initialize_from_data(net, images=images, redraw=False)
    for layer in layers:
        net.optimizer["adam"].set_scale(layer.scaled, layer.weight_value() / before[layer])


def _images(net, name, images):
    """Return how many images a data-dependent start sees; None for those of a mini batch."""
    if images is None and network_named(name).name == "paper":
        images = PAPER_IMAGES
    return images and min(images, net.datastream["data"].dataset.rows("train"))


# -- the layers of each network ---------------------------------------------------------------

def _options(arm):
    return {"batch_norm": arm.batch_norm, "mean_only_batch_norm": arm.mean_only}


def _kind(arm, plain):
    normalised = {"dot_product": "weightnorm_dot", "conv_pool": "weightnorm_conv_pool"}
    return normalised[plain] if arm.weight_norm else plain


def _dense(net, sizes, arm):
    for place, size in enumerate(sizes, start=1):
        net.add_layer(type=_kind(arm, "dot_product"), id=f"dense{place}", num_neurons=size,
                      **_options(arm))


def _lenet(net, sizes, arm):
    """Two layers of convolution and pooling, then fully connected ones."""
    for place, size in enumerate(sizes[:2], start=1):
        net.add_layer(type=_kind(arm, "conv_pool"), id=f"conv{place}", num_neurons=size,
                      filter_size=FILTER, pool_size=POOL, **_options(arm))
    _dense(net, sizes[2:], arm)


def _paper(net, sizes, arm):
    """The paper's network for CIFAR-10: nine convolutions, three poolings."""
    for place, size in enumerate(sizes, start=1):
        net.add_layer(type=_kind(arm, "conv_pool"), id=f"conv{place}", num_neurons=size,
                      filter_size=(3, 3) if place <= 7 else (1, 1), activation=LEAKY,
                      border_mode="half" if place <= 6 else "valid", **_options(arm))
        if place in (3, 6):
            net.add_layer(type="pool", id=f"pool{place}", pool_size=POOL,
                          dropout_rate=PAPER_DROPOUT)
    net.add_layer(type="pool", id="average", pool_size="whole", pool_type="mean")


def _residual(net, sizes, arm):
    """One fully connected layer, then others with a shortcut around each."""
    for place, size in enumerate(sizes):
        net.add_layer(type=_kind(arm, "dot_product"), id=f"dense{place}", num_neurons=size,
                      activation=("relu", 0.2), **_options(arm))
        if place:
            below = "dense0" if place == 1 else f"sum{place - 1}"
            net.add_layer(type="merge", id=f"sum{place}", origin=(below, f"dense{place}"),
                          layer_type="sum")


LAYERS = {"mlp": _dense, "lenet": _lenet, "paper": _paper, "residual": _residual}
