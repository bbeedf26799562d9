"""The networks that are measured, described once for both sides.

:mod:`benchmarks.ours` and :mod:`benchmarks.peer` build what is described here, so that they can't
build two different things. Nothing is imported but NumPy: neither side runs in the other's process.
"""

import re
from typing import NamedTuple

import numpy as np

__all__ = ["ARMS", "CLASSES", "Conv", "Dense", "Net", "Recurrent", "arms_of", "data", "flops",
           "named"]

CLASSES = 10
# How a network is parametrised: in every layer with a weight; batch norm in hidden ones alone.
ARMS = ("plain", "weight norm", "batch norm", "mean-only + weight norm")
CNN_WIDTHS = {"quarter": 24, "half": 48, "full": 96}
KNOWN = ("mlp-ROWS, mlp-ROWS-wWIDTH, mlp-ROWS-dDEPTH, lenet, cnn-quarter, cnn-half, cnn-full, "
         "lstm")


class Dense(NamedTuple):
    """Fully connected, with relu."""

    units: int


class Conv(NamedTuple):
    """Square filters, then pooling, then bias and leaky relu."""

    maps: int
    size: int
    padding: int = 0
    pool: int = 1
    pool_type: str = "max"
    slope: float = 0.0


class Recurrent(NamedTuple):
    """An LSTM that reads an image row by row; its last state goes on."""

    units: int


class Net(NamedTuple):
    """Mini batches of `rows` images of `shape` (height, width, channels), hidden layers.

    A classifier of :data:`CLASSES` classes ends every network.
    """

    name: str
    rows: int
    shape: tuple
    hidden: tuple


def named(name):
    """Return the :class:`Net` called `name`, such as ``mlp-100``, ``mlp-500-w1600`` or ``lstm``.

    Raises
    ------
    ValueError
        If there is none.
    """
    mlp = re.fullmatch(r"mlp-(\d+)(?:-w(\d+))?(?:-d(\d+))?", name)
    if mlp:
        rows, width, depth = (int(part or 0) for part in mlp.groups())
        return Net(name, rows, (28, 28, 1), (Dense(width or 800),) * (depth or 2))
    if name == "lenet":
        return Net(name, 500, (28, 28, 1), (Conv(20, 5, pool=2), Conv(50, 5, pool=2), Dense(500)))
    if name == "lstm":
        return Net(name, 100, (28, 28, 1), (Recurrent(100),))
    kind, _, width = name.partition("-")
    if kind == "cnn" and width in CNN_WIDTHS:
        return Net(name, 100, (32, 32, 3), papers_cnn(CNN_WIDTHS[width]))
    raise ValueError(f"no network {name!r}; there are {KNOWN}.")


def papers_cnn(maps):
    """Return the hidden layers of the paper's network for CIFAR-10, beginning with `maps` maps.

    That of Salimans & Kingma (2016), section 5.1, without its noise and dropout. The mean over the
    last maps is taken before bias and leaky relu here, as YANN's layers do.
    """
    def conv(maps, size=3, padding=1, pool=1, kind="max"):
        return Conv(maps, size, padding, pool, kind, slope=0.1)

    return (conv(maps), conv(maps), conv(maps, pool=2),
            conv(2 * maps), conv(2 * maps), conv(2 * maps, pool=2),
            conv(2 * maps, padding=0), conv(2 * maps, 1, 0), conv(2 * maps, 1, 0, 6, "mean"))


def arms_of(net):
    """Return the arms that `net` comes in: a recurrent layer has no mean-only batch norm."""
    recurrent = any(isinstance(layer, Recurrent) for layer in net.hidden)
    return ARMS[:3] if recurrent else ARMS


def data(net, mini_batches=2):
    """Return images of noise, (rows, height, width, channels), and labels of some mini batches."""
    rng, rows = np.random.RandomState(0), mini_batches * net.rows
    x = rng.uniform(size=(rows, *net.shape)).astype("float32")
    return x, rng.randint(CLASSES, size=rows)


def flops(net):
    """Return the floating-point operations in the products of one training step.

    A product costs as much again for the gradient of its weight, and once more for that of its
    input, which the lowest layer doesn't need.
    """
    products = products_of(net)
    return 2 * net.rows * (3 * sum(products) - products[0])


def products_of(net):
    """Return the multiplications of one image in each product, lowest first."""
    found, shape = [], net.shape
    for layer in net.hidden:
        if isinstance(layer, Conv):
            height, width = (side + 2 * layer.padding - layer.size + 1 for side in shape[:2])
            found.append(height * width * layer.size ** 2 * shape[2] * layer.maps)
            shape = height // layer.pool, width // layer.pool, layer.maps
        elif isinstance(layer, Recurrent):
            steps, features = shape[0], shape[1] * shape[2]
            found += [steps * features * 4 * layer.units, steps * layer.units * 4 * layer.units]
            shape = (layer.units,)
        else:
            found.append(int(np.prod(shape)) * layer.units)
            shape = (layer.units,)
    return found + [int(np.prod(shape)) * CLASSES]
