"""Train a small convolutional network on MNIST's digits, and print its test accuracy.

    python examples/classifier.py --weightnorm

With `--weightnorm` all weights are normalised. Either way the first mini batch says how they start.
The data are 5,000 images that come with a package; with `--data FOLDER` all of MNIST.
"""

import argparse

import numpy as np

from yann_weightnorm import load_dataset, network


def build(data, prefix="", seed=0):
    """Return a network over `data`, cooked."""
    net = network(rng=np.random.RandomState(seed), verbose=2)
    net.add_module("datastream", {"dataset": data, "id": "data", "n_classes": 10, "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "adam", "id": "adam"})
    net.add_layer("input", id="input", origin="data")
    for id, maps in (("conv1", 16), ("conv2", 32)):
        net.add_layer(prefix + "conv_pool", id=id, num_neurons=maps, filter_size=(3, 3),
                      pool_size=(2, 2))
    net.add_layer(prefix + "dot_product", id="dense", num_neurons=100, dropout_rate=0.5)
    net.add_layer(prefix + "classifier", id="softmax", num_classes=10)
    net.add_layer("objective", id="cost", objective="nll")
    net.cook(data_dependent_start=True, resultor=None)
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weightnorm", action="store_true", help="normalise all weights")
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    data = load_dataset("mnist", folder=options.data) if options.data else load_dataset("mnist-5k")
    net = build(data, "weightnorm_" if options.weightnorm else "")
    net.train(epochs=options.epochs, learning_rates=(0.0, 2e-3))
    print(f"{net.test():.2f} % of the test images are right")
