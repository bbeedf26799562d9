"""The networks that studies compare, built by name: one shape, several parametrisations."""

from typing import NamedTuple

import numpy as np

from yann_weightnorm.toolbox.network import network
from yann_weightnorm.toolbox.registry import hint

__all__ = ["ARMS", "NETWORKS", "Arm", "arm_named", "build", "network_named"]

# Layer sizes where a name comes without any: 'mlp' is 'mlp 800-800'.
NETWORKS = {"mlp": (800, 800), "lenet": (20, 50, 500)}
FILTER, POOL = (5, 5), (2, 2)


class Arm(NamedTuple):
    """One way to parametrise and to start a network.

    Attributes
    ----------
    weight_norm : bool
        Weight normalization in every layer with a weight.
    batch_norm : bool
        Batch normalization before the activation of every hidden layer (YANN's classifier layer
        has none).
    data_start : bool
        Begin from the paper's data-dependent start; otherwise from YANN's, normal with deviation
        0.01, which is the same function with and without weight normalization.
    """

    weight_norm: bool = False
    batch_norm: bool = False
    data_start: bool = False


ARMS = {
    "normal": Arm(),
    "normal + data start": Arm(data_start=True),
    "weight norm": Arm(weight_norm=True),
    "batch norm": Arm(batch_norm=True),
    "weight norm + data start": Arm(weight_norm=True, data_start=True),
}


def arm_named(name):
    """Return the :class:`Arm` called `name`.

    Raises
    ------
    ValueError
        If there is none; the nearest is suggested.
    """
    if name not in ARMS:
        raise ValueError(f"no arm {name!r}{hint(name, ARMS)}; known: {', '.join(ARMS)}.")
    return ARMS[name]


def network_named(text):
    """Return (name, sizes) of a network as `text` describes it.

    >>> network_named("mlp")
    ('mlp', (800, 800))
    >>> network_named("lenet 4-8-32")
    ('lenet', (4, 8, 32))

    Raises
    ------
    ValueError
        If the name is unknown, or the sizes aren't numbers above 0 joined by '-': any number of
        them for 'mlp', two of maps and one or more of neurons for 'lenet'.
    """
    name, _, sizes = text.strip().partition(" ")
    if name not in NETWORKS:
        raise ValueError(f"no network {name!r}{hint(name, NETWORKS)}; known: "
                         f"{', '.join(NETWORKS)}, each with layer sizes if you like, as in "
                         f"'mlp 400-400' or 'lenet 10-20-100'.")
    if not sizes:
        return name, NETWORKS[name]
    parts = sizes.strip().split("-")
    least = 3 if name == "lenet" else 1
    if len(parts) < least or not all(part.isdigit() and int(part) for part in parts):
        example = "-".join(map(str, NETWORKS[name]))
        raise ValueError(f"network {text!r}: layer sizes are {least} or more numbers above 0 "
                         f"joined by '-', as in '{name} {example}', got {sizes!r}.")
    return name, tuple(int(part) for part in parts)


def build(name, arm, dataset, seed=0):
    """Return a network over `dataset`, cooked but not trained.

    All arms use Adam without further momentum. YANN's max-norm constraint is off, because it would
    bound the weights of the plain arms alone.

    Parameters
    ----------
    name : str
        As :func:`network_named` takes it.
    arm : str
        One of `ARMS`. Its data-dependent start, if any, is left to the caller.
    dataset : Dataset
    seed : int, default 0
        The network can begin again from another one, see :meth:`network.restart`.
    """
    kind, sizes = network_named(name)
    arm = arm_named(arm)
    net = network(rng=np.random.RandomState(seed), verbose=0)
    classes = 1 + int(dataset.labels("train").max())
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True,
                                              "n_classes": classes})
    net.add_module(type="optimizer", params={"id": "adam", "optimizer_type": "adam",
                                             "momentum_type": "false", "max_norm": None})
    net.add_layer(type="input", id="input", origin="data")
    add_hidden_layers(net, kind, sizes, arm)
    net.add_layer(type="weightnorm_classifier" if arm.weight_norm else "classifier",
                  id="softmax", num_classes=classes)
    net.add_layer(type="objective", id="cost", objective="nll")
    net.cook(resultor=None)
    return net


def add_hidden_layers(net, kind, sizes, arm):
    """Add two layers of convolution and pooling for 'lenet', then fully connected ones."""
    maps = sizes[:2] if kind == "lenet" else ()
    convolution, dense = ("weightnorm_conv_pool", "weightnorm_dot") if arm.weight_norm \
        else ("conv_pool", "dot_product")
    for place, number in enumerate(sizes, start=1):
        if place <= len(maps):
            net.add_layer(type=convolution, id=f"conv{place}", num_neurons=number,
                          filter_size=FILTER, pool_size=POOL, batch_norm=arm.batch_norm)
        else:
            net.add_layer(type=dense, id=f"dense{place}", num_neurons=number,
                          batch_norm=arm.batch_norm)
