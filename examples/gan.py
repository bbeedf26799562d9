"""Train an adversarial network on MNIST's digits, with or without normalised weights.

    python examples/gan.py --weightnorm --pictures FOLDER

draws what the generator makes, every tenth epoch, in FOLDER/visualizer/activities; after a
hundred epochs these are digits. The data are 5,000 images that come with a package; with
`--data FOLDER` all of MNIST.
"""

import argparse

import numpy as np

from yann_weightnorm import gan, load_dataset  # before Theano, which it prepares
import theano.tensor as T  # isort: skip


def add_players(net, prefix, pixels):
    """Add the generator, and the discriminator twice: on data and on what the generator makes."""
    dense = prefix + "dot_product"
    net.add_layer("random", id="z", num_neurons=(100, 32), distribution="normal")
    net.add_layer(dense, id="G1", origin="z", num_neurons=256)
    net.add_layer(dense, id="G(z)", origin="G1", num_neurons=pixels, activation="sigmoid")
    net.add_layer("input", id="x", origin="data")
    for path, below in (("x", "x"), ("z", "G(z)")):
        hidden = {"num_neurons": 256, "activation": ("relu", 0.2), "dropout_rate": 0.3}
        top = {"num_neurons": 1, "activation": "sigmoid"}
        for id, origin, options in (("D1", below, hidden), ("D", f"D1-{path}", top)):
            shared = net.dropout_layers[f"{id}-x"].params if path == "z" else None
            net.add_layer(dense, id=f"{id}-{path}", origin=origin, input_params=shared, **options)


def build(data, prefix="", pictures=None, seed=0):
    """Return a network over `data`, cooked."""
    net = gan(rng=np.random.RandomState(seed))
    net.add_module("datastream", {"dataset": data, "id": "data", "shuffle": True})
    if pictures:
        net.add_module("visualizer", {"root": pictures, "sample_size": 64, "frequency": 10})
    add_players(net, prefix, data.height * data.width)
    net.add_layer("unflatten", id="digits", origin="G(z)", shape=(data.height, data.width))
    real, fake = (net.dropout_layers[id].output for id in ("D-x", "D-z"))
    net.add_layer("objective", id="D", layer_type="value",
                  objective=-T.mean(T.log(real)) - T.mean(T.log(1 - fake)))
    net.add_layer("objective", id="G", layer_type="value", objective=-T.mean(T.log(fake)))
    net.cook([None, "D", "G"], ["D1-x", "D-x"], ["G1", "G(z)"], ("D-z", "D-x"),
             optimizer_params={"optimizer_type": "adam"}, data_dependent_start=True, resultor=None)
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weightnorm", action="store_true", help="normalise all weights")
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--pictures", metavar="FOLDER", help="where to draw; nowhere by default")
    parser.add_argument("--epochs", type=int, default=150)
    args = parser.parse_args()
    data = load_dataset("mnist", folder=args.data) if args.data else load_dataset("mnist-5k")
    net = build(data, "weightnorm_" if args.weightnorm else "", args.pictures)
    net.train(epochs=args.epochs, learning_rates=(0, 5e-4))
