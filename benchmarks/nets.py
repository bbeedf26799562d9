"""The networks that are timed, and a process that times their training steps.

Run as a program it prints one JSON object: ``python nets.py mlp weightnorm`` times one network,
``python nets.py mlp weightnorm plain`` two of them, step by step in turn.
"""

import json
import sys
import time

import numpy as np

from yann_weightnorm import dataset_from_arrays, network, theano_setup

ROWS = {"mlp": 500, "cnn": 100}         # of a mini batch
WARM_UP = 5
PREFIX = {"plain": "", "weightnorm": "weightnorm_"}


def start(shape, rows):
    """Return a network over random rows of `shape`, with plain SGD."""
    rng = np.random.RandomState(0)
    x = rng.uniform(size=(2 * rows, *shape)).astype("float32")
    split = x, rng.randint(10, size=2 * rows)
    net = network(rng=np.random.RandomState(0), verbose=0)
    net.add_module(type="datastream", params={
        "id": "data", "dataset": dataset_from_arrays(split, split, split, mini_batch_size=rows)})
    net.add_module(type="optimizer", params={
        "id": "opt", "optimizer_type": "sgd", "momentum_type": "false"})
    net.add_layer(type="input", id="input", origin="data")
    return net


def finish(net, kind):
    """Add classifier and cost, compile."""
    net.add_layer(type=PREFIX[kind] + "classifier", id="softmax", num_classes=10)
    net.add_layer(type="objective", id="obj", objective="nll")
    net.cook(resultor=None)
    return net


def mlp(kind):
    """Return 784-800-800-10, the network of the reference figures."""
    net = start((784,), ROWS["mlp"])
    for id in ("fc1", "fc2"):
        net.add_layer(type=PREFIX[kind] + "dot_product", id=id, num_neurons=800,
                      activation="relu")
    return finish(net, kind)


def cnn(kind):
    """Return the paper's network for CIFAR-10 (its table 3) at a quarter of its width."""
    net = start((32, 32, 3), ROWS["cnn"])
    maps = [(24, 3, 1), (24, 3, 1), (24, 3, 2), (48, 3, 1), (48, 3, 1), (48, 3, 2)]
    for number, (maps_out, size, pool) in enumerate(maps):
        convolution(net, kind, f"conv{number}", maps_out, size, pool, "half")
    for id, size in (("conv6", 3), ("nin1", 1)):
        convolution(net, kind, id, 48, size, 1, "valid")
    net.add_layer(type=PREFIX[kind] + "conv_pool", id="nin2", num_neurons=48, filter_size=(1, 1),
                  pool_size=(6, 6), pool_type="mean", activation="relu")
    net.add_layer(type="flatten", id="flat")
    return finish(net, kind)


def convolution(net, kind, id, maps, size, pool, border):
    """Add a convolution of `maps` filters, `size` pixels wide, with max pooling."""
    net.add_layer(type=PREFIX[kind] + "conv_pool", id=id, num_neurons=maps, activation="relu",
                  filter_size=(size, size), pool_size=(pool, pool), border_mode=border)


NETWORKS = {"mlp": mlp, "cnn": cnn}


def time_in_turn(networks, steps):
    """Return for each network the milliseconds of `steps` training steps, taken in turn."""
    times = [[] for _ in networks]
    for step in range(WARM_UP + steps):
        for net, spent in zip(networks, times):
            begin = time.perf_counter()
            net.mini_batch_train(index=step % 2, epoch=0)
            spent.append(1e3 * (time.perf_counter() - begin))
    return [spent[WARM_UP:] for spent in times]


def main(name, steps, *kinds):
    """Print the times of the networks `kinds`, and what they ran on."""
    import theano
    from yann_weightnorm.theano_setup import blas
    times = time_in_turn([NETWORKS[name](kind) for kind in kinds], int(steps))
    chosen = blas.choice()
    print(json.dumps({
        "ms": dict(zip(kinds, times)),
        "blas": "Theano's own choice" if chosen is None else blas.describe(chosen),
        "versions": {"theano": theano.__version__, "numpy": np.__version__},
        "measures": {measure.name: measure.on for measure in theano_setup.applied()}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
