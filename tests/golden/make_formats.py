"""Files in each of this package's formats, for the tests to read for ever after.

``python -m tests.golden.make_formats`` writes the folder ``formats`` beside this file:

- ``parameters.safetensors``: a network's parameters alone, as the resultor saves them;
- ``network`` and ``folded``: checkpoints, of a weight-normalised network in the midst of its
  training and of its plain twin;
- ``bytes`` and ``floats``: data sets to be mapped, of bytes with a scale and of floats;
- ``expected.npz``: what all of these must be read to, and the numbers with which training goes on.
  It is written from memory, not from the files.
"""

import copy
import pathlib
import shutil

import numpy as np

from tests.small import CLASSES, SIDE, begin, dataset, finish, temporary_folder, values, \
    without_c_code
from yann_weightnorm import dataset_from_arrays, fold, save_dataset
from yann_weightnorm.toolbox.storage import save_params

FOLDER = pathlib.Path(__file__).with_name("formats")
COMMAND = "python -m tests.golden.make_formats"
TRAINING = dict(epochs=(3, 1), learning_rates=(0.1, 0.05, 0.01), show_progress=False)
DONE = 2  # epochs before the checkpoint is written
EXTRA = {"mean": [0.5, 0.25], "source": "drawn"}


def built(seed=0):
    """Return a cooked network of a convolution, a recurrent and two dense layers.

    Nothing in it draws masks, whose generators would make large files.
    """
    net = begin(seed, {"optimizer_type": "adam", "momentum_type": "nesterov"},
                stream={"shuffle": True})
    net.add_layer("weightnorm_conv_pool", id="conv", num_neurons=2, activation="tanh")
    net.add_layer("sequence", id="rows")
    net.add_layer("weightnorm_rnn", id="rnn", num_neurons=3)
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4, form="log_g", batch_norm=True)
    return finish(net, "weightnorm_")


def outputs(net):
    """Return the class probabilities of the first test mini batch."""
    net.load_if_empty()
    net.cooked_datastream.set_data("test", 0)
    return np.asarray(net.layer_activity("softmax", 0))


def images():
    """Return a data set whose images are bytes, its last split without labels."""
    rng = np.random.RandomState(3)
    x, y = rng.randint(256, size=(4, SIDE, SIDE)).astype("uint8"), np.arange(4) % CLASSES
    return dataset_from_arrays((x, y), (x[:3], y[:3]), (x[1:], None), mini_batch_size=2,
                               name="bytes")


def write(folder):
    """Write all files into `folder`; return what they are read to, named arrays."""
    found, net = {}, built()

    def watch(epoch):
        if epoch.epoch == DONE - 1:
            twin = fold(net)
            save_params(net.params, folder / "parameters.safetensors")
            for each, name in ((net, "network"), (twin, "folded")):
                each.save(folder / name)
                found.update((f"{name}/{key}", value) for key, value in values(each).items())
                found[f"{name}/outputs"] = outputs(copy.deepcopy(each))  # to look moves nothing on

    history = net.train(on_epoch=watch, **TRAINING)
    found["end/costs"] = np.array(history.column("cost"))
    found["end/outputs"] = outputs(net)
    for data, name in ((images(), "bytes"), (dataset(), "floats")):
        save_dataset(data, folder / name, EXTRA)
        for split in ("train", "valid", "test"):
            found[f"{name}/{split}"] = data.load(split)[0]
    return found


def main():
    """Write the folder anew."""
    with temporary_folder() as folder, without_c_code():
        np.savez_compressed(folder / "expected.npz", **write(folder))
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(folder, FOLDER)
    print(f"{FOLDER.name}: {sum(path.is_file() for path in FOLDER.rglob('*'))} files")


if __name__ == "__main__":
    main()
