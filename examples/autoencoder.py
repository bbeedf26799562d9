"""Train a convolutional autoencoder on MNIST's digits, and print how far it is from them.

    python examples/autoencoder.py --weightnorm --pictures FOLDER

draws the digits and what becomes of them, one mosaic every fifth epoch, as files in
FOLDER/visualizer/activities. The data are 5,000 images that come with a package; with
`--data FOLDER` all of MNIST.
"""

import argparse

import numpy as np

from yann_weightnorm import load_dataset, network


def build(data, prefix="", pictures=None, code=32, seed=0):
    """Return a network over `data`, cooked: maps, `code` numbers, maps, and the image again."""
    net = network(rng=np.random.RandomState(seed), verbose=2)
    net.add_module("datastream", {"dataset": data, "id": "data", "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "adam", "id": "adam"})
    if pictures:
        net.add_module("visualizer", {"root": pictures, "sample_size": 64, "frequency": 5})
    net.add_layer("input", id="input", origin="data")
    net.add_layer(prefix + "conv_pool", id="maps", num_neurons=16, filter_size=(4, 4),
                  stride=(2, 2))
    _, maps, height, width = net.layers["maps"].output_shape
    net.add_layer(prefix + "dot_product", id="code", num_neurons=code)
    net.add_layer(prefix + "dot_product", id="decoded", num_neurons=maps * height * width)
    net.add_layer("unflatten", id="decoded maps", shape=(height, width, maps))
    net.add_layer(prefix + "deconv", id="image", num_neurons=maps, filter_size=(4, 4),
                  stride=(2, 2), output_shape=(data.height, data.width, 1), activation="sigmoid")
    net.add_layer("merge", id="error", origin=("image", "input"), error="rmse")
    net.add_layer("objective", id="cost", origin="error", layer_type="value")
    net.cook(classifier_layer=None, data_dependent_start=True, resultor=None)
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weightnorm", action="store_true", help="normalise all weights")
    parser.add_argument("--data", metavar="FOLDER", help="holds the files of MNIST")
    parser.add_argument("--pictures", metavar="FOLDER", help="where to draw; nowhere by default")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    data = load_dataset("mnist", folder=options.data) if options.data else load_dataset("mnist-5k")
    net = build(data, "weightnorm_" if options.weightnorm else "", options.pictures)
    net.train(epochs=options.epochs, learning_rates=(0.0, 1e-3))
    print(f"rmse of the test images: {net.test():.4f}")
