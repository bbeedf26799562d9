"""Train a recurrent network that reads MNIST's digits step by step, and print its test accuracy.

    python examples/sequence.py --layer weightnorm_lstm --permuted

A step is a row of the image, or with `--steps pixels` one pixel: 784 steps, which is slow and hard.
`--permuted` shows the pixels in one drawn order. The data are 5,000 images that come with a
package; with `--data FOLDER` all of MNIST.
"""

import argparse

import numpy as np

from yann_weightnorm import load_dataset, network

LAYERS = "rnn", "lstm", "bn_lstm", "weightnorm_rnn", "weightnorm_lstm"


def build(data, layer="lstm", steps="rows", permuted=False, neurons=100, seed=0):
    """Return a network over `data`, cooked."""
    rng = np.random.RandomState(seed)
    order = rng.permutation(data.height * data.width) if permuted else None
    net = network(rng=rng, verbose=2)
    net.add_module("datastream", {"dataset": data, "id": "data", "n_classes": 10, "shuffle": True})
    # Through many steps a gradient may explode: it is shortened to 1.
    net.add_module("optimizer", {"optimizer_type": "adam", "clip_norm": 1.0, "id": "adam"})
    net.add_layer("input", id="input", origin="data")
    net.add_layer("sequence", id="sequence", steps=steps, order=order)
    noise = 0.0 if permuted or layer != "bn_lstm" else 0.1  # the first pixels are black in all
    net.add_layer(layer, id="recurrent", num_neurons=neurons, state_noise=noise)
    normalised = layer.startswith("weightnorm")
    net.add_layer("weightnorm_classifier" if normalised else "classifier", id="softmax",
                  num_classes=10)
    net.add_layer("objective", id="cost", objective="nll")
    net.cook(resultor=None)
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layer", choices=LAYERS, default="lstm")
    parser.add_argument("--steps", choices=("rows", "pixels"), default="rows")
    parser.add_argument("--permuted", action="store_true", help="one drawn order of the pixels")
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    data = load_dataset("mnist", folder=options.data) if options.data else load_dataset("mnist-5k")
    net = build(data, options.layer, options.steps, options.permuted)
    net.train(epochs=options.epochs, learning_rates=(0.0, 2e-3))
    print(f"{options.layer}: {net.test():.2f} % of the test images are right")
