"""Train a 10-layer residual network by too large steps, with weight norm and without.

    python examples/residual.py

Both begin as the same function: every neuron's weight of length 1, orthogonal to the others'. The
rate is 0.1, without momentum, for 600 steps. The data are 5,000 images of MNIST that come with a
package; with `--data FOLDER` 10,000 of all of MNIST. The set-up is that of a published example
(github.com/soskek/weight_normalization).
"""

import argparse

import numpy as np

from yann_weightnorm import load_dataset, network

RATE, STEPS = 0.1, 600


def build(data, prefix="", blocks=8, neurons=128, seed=0):
    """Return a network over `data`, cooked: one layer, `blocks` layers with shortcuts, classes."""
    net = network(rng=np.random.RandomState(seed), verbose=0)
    net.add_module("datastream", {"dataset": data, "id": "data", "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "sgd", "momentum_type": "false", "id": "sgd"})
    net.add_layer("input", id="input", origin="data")
    options = {"num_neurons": neurons, "activation": ("relu", 0.2), "start": "orthogonal"}
    net.add_layer(prefix + "dot_product", id="sum 0", **options)
    for block in range(1, blocks + 1):
        below = f"sum {block - 1}"
        net.add_layer(prefix + "dot_product", id=f"fc {block}", origin=below, **options)
        net.add_layer("merge", id=f"sum {block}", origin=(below, f"fc {block}"), layer_type="sum")
    net.add_layer(prefix + "classifier", id="softmax", num_classes=10, start="orthogonal")
    net.add_layer("objective", id="cost")
    net.cook(resultor=None)
    return net


def result_of(net, seed, steps=STEPS):
    """Return in words what comes of `steps` steps of `net` that begin with `seed`."""
    net.restart(np.random.RandomState(seed))
    stream = net.datastream["data"]
    epochs = steps // (stream.dataset.rows("train") // stream.mini_batch_size)
    history = net.train(epochs=epochs, learning_rates=(0, RATE), nan_retreats=0,
                        early_terminate=False, validate_after_epochs=epochs)
    return f"{net.test():.2f} %" if history.diverged_at is None else "diverged"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    data = load_dataset("mnist", options.data, train_rows=10000) if options.data \
        else load_dataset("mnist-5k")
    for name, prefix in (("weight norm", "weightnorm_"), ("plain", "")):
        net = build(data, prefix)
        print(f"{name}: test images right, by seed:",
              ", ".join(result_of(net, seed) for seed in range(options.seeds)), flush=True)
