"""Train a 10-layer residual network by too large steps, with weight norm and without.

    python examples/residual.py

Both begin as one function: every neuron's weight of length 1, orthogonal to the others', unless
`--start` says otherwise. The data are 5,000 images of MNIST that come with a package; with
`--data FOLDER` 10,000 of all of MNIST. As in github.com/soskek/weight_normalization.
"""

import argparse

import numpy as np

from yann_weightnorm import initialize_from_data, initialize_robustly, load_dataset, network

STARTS = {"orthogonal": None, "robust": initialize_robustly, "data-dependent": initialize_from_data}


def build(data, prefix="", blocks=8, neurons=128):
    """Return a network over `data`, cooked: one layer, `blocks` layers with shortcuts, classes."""
    net = network(rng=np.random.RandomState(0), verbose=0)
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


def result_of(net, seed, start="orthogonal", steps=600):
    """Return in words what comes of `steps` steps of `net` that begin with `seed`."""
    net.restart(np.random.RandomState(seed))
    if STARTS[start]:
        STARTS[start](net)
    epochs = steps // net.datastream["data"].mini_batches_per_batch[0]
    history = net.train(epochs=epochs, learning_rates=(0, 0.1), nan_retreats=0,
                        early_terminate=False, validate_after_epochs=epochs)
    return f"{net.test():.2f} %" if history.diverged_at is None else "diverged"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--start", choices=STARTS, default="orthogonal")
    args = parser.parse_args()
    name, cut = ("mnist", {"train_rows": 10000}) if args.data else ("mnist-5k", {})
    data = load_dataset(name, args.data, **cut)
    for name, prefix in (("weight norm", "weightnorm_"), ("plain", "")):
        net = build(data, prefix)
        results = [result_of(net, seed, args.start) for seed in range(args.seeds)]
        print(f"{name}: test images right, by seed:", ", ".join(results), flush=True)
