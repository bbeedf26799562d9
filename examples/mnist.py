"""Train a weight-normalised network on the whole of MNIST, and print its test accuracy.

    python examples/mnist.py --network lenet --data FOLDER

FOLDER (by default $YANN_WEIGHTNORM_DATA) holds the four official files in a folder `mnist`.
"""

import argparse

import numpy as np

from yann_weightnorm import load_dataset, network


def add_mlp(net):
    """784-800-800-10."""
    for id in ("fc1", "fc2"):
        net.add_layer(type="weightnorm_dot", id=id, num_neurons=800)


def add_lenet(net):
    """Two convolutions with pooling, then a dense layer."""
    for id, maps in (("conv1", 20), ("conv2", 50)):
        net.add_layer(type="weightnorm_conv_pool", id=id, num_neurons=maps, filter_size=(5, 5),
                      pool_size=(2, 2))
    net.add_layer(type="weightnorm_dot", id="fc", num_neurons=500)


def build(add_hidden, data, seed=0):
    """Return a network over `data`, cooked and started from the first mini batch."""
    net = network(rng=np.random.RandomState(seed), verbose=2)
    net.add_module(type="datastream", params={"dataset": data, "id": "data", "n_classes": 10,
                                              "shuffle": True})
    net.add_module(type="optimizer", params={"optimizer_type": "adam", "id": "adam"})
    net.add_layer(type="input", id="input", origin="data")
    add_hidden(net)
    net.add_layer(type="weightnorm_classifier", id="softmax", num_classes=10)
    net.add_layer(type="objective", id="cost", objective="nll")
    net.cook(data_dependent_start=True, resultor=None)
    return net


if __name__ == "__main__":
    networks = {"mlp": add_mlp, "lenet": add_lenet}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=networks, default="mlp")
    parser.add_argument("--data", metavar="FOLDER", help="default: $YANN_WEIGHTNORM_DATA")
    options = parser.parse_args()
    net = build(networks[options.network], load_dataset("mnist", folder=options.data))
    net.train(epochs=(3, 2), learning_rates=(0.0, 1e-3, 1e-4))
    print(f"{options.network}: {net.test():.2f} % of the test images are right")
