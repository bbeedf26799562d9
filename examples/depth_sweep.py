"""Train weight-normalised networks of 5 to 100 layers from a data-dependent and a robust start.

    python examples/depth_sweep.py

prints how many test images are right after a short training with Adam, at the better of two rates.
The data are 5,000 images of MNIST that come with a package; with `--data FOLDER` 10,000 of MNIST.
"""

import argparse

import numpy as np

from yann_weightnorm import initialize_from_data, initialize_robustly, load_dataset, network

STARTS = {"data-dependent": initialize_from_data, "robust": initialize_robustly}
RATES = 1e-3, 3e-4


def build(data, depth=5, neurons=100, seed=0):
    """Return a network over `data`, cooked, of `depth` equal layers and a classifier."""
    net = network(rng=np.random.RandomState(seed), verbose=0)
    net.add_module("datastream", {"dataset": data, "id": "data", "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "adam", "id": "adam"})
    net.add_layer("input", id="input", origin="data")
    for _ in range(depth):
        net.add_layer("weightnorm_dot", num_neurons=neurons)
    net.add_layer("weightnorm_classifier", num_classes=10)
    net.add_layer("objective", id="cost")
    net.cook(resultor=None)
    return net


def accuracy(net, start, rate, epochs, seed=0):
    """Return the percent of test images right after training from `start`; 0 if it diverged."""
    net.restart(np.random.RandomState(seed))
    STARTS[start](net)
    history = net.train(epochs=epochs, learning_rates=(0, rate), nan_retreats=0,
                        early_terminate=False, validate_after_epochs=epochs)
    return net.test() if history.diverged_at is None else 0.0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--depths", type=int, nargs="+", default=[5, 10, 20, 50, 100])
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    data = load_dataset("mnist", options.data, train_rows=10000) if options.data \
        else load_dataset("mnist-5k")
    print(f"{'layers':>6}" + "".join(f"{start:>18}" for start in STARTS))
    for depth in options.depths:
        net = build(data, depth)
        best = [max(accuracy(net, start, rate, options.epochs) for rate in RATES)
                for start in STARTS]
        print(f"{depth:6}" + "".join(f"{right:16.1f} %" for right in best), flush=True)
