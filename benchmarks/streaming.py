"""Time training from disk against training from memory: what does a large data set cost?

    python benchmarks/streaming.py --rounds 7

The same network trains on the same rows in the same order, three times: held in memory as one
block; read block after block from memory-mapped files, two blocks in memory at a time; and so with
the files put out of the system's memory before every epoch, so that each is read from the disk
itself, as those of a data set larger than memory are (Linux only). The three take turns, epoch by
epoch, and their medians are compared.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from idle import Others
from mlp_step import machine

from yann_weightnorm import dataset_from_arrays, network, open_dataset, save_dataset
from yann_weightnorm.toolbox.datasets import Dataset

MOST = 1.05                     # times the seconds of an epoch from memory
FEATURES, CLASSES = 784, 10
NAMES = ("memory", "disk", "disk, nothing cached")


class Blocks(Dataset):
    """The rows of two arrays as so many blocks, to be written to disk."""

    def __init__(self, x, y, count, mini_batch_size):
        rows = len(x) // count
        super().__init__(name="blocks", mini_batch_size=mini_batch_size, shape=(1, FEATURES, 1),
                         rows_per_block=(rows, rows, rows), blocks=(count, 1, 1))
        self._x, self._y, self._size = x, y, rows

    def load(self, split, block=0):
        """Return the rows of a block."""
        here = slice(block * self._size, (block + 1) * self._size)
        return self._x[here].copy(), self._y[here].copy()


def main(argv=None):
    """Run the benchmark; return 1 if a data set on disk costs more than it may, else 0."""
    options = parse(argv)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder, others = Path(folder) / "set", Others()
        networks = prepared(folder, options)
        seconds = in_turn(networks, folder, options.rounds)
    print(table(seconds, options, others.share()))
    return int(any(ratio(seconds, name) > MOST for name in seconds))


def parse(argv):
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="epochs of each (default 7)")
    parser.add_argument("--rows", type=int, default=120000,
                        help="rows of 784 float32 values (default 120000: 376 MB)")
    parser.add_argument("--blocks", type=int, default=40, help="blocks on disk (default 40)")
    parser.add_argument("--mini-batch-size", type=int, default=500, help="default 500")
    parser.add_argument("--folder", help="where the files are written, for a while")
    return parser.parse_args(argv)


def prepared(folder, options):
    """Write the data set; return name -> network over it, trained for an epoch."""
    rng = np.random.RandomState(0)
    x = rng.uniform(size=(options.rows, FEATURES)).astype("float32")
    y = rng.randint(CLASSES, size=options.rows).astype("int32")
    size = options.mini_batch_size
    save_dataset(Blocks(x, y, options.blocks, size), folder)
    sets = {"memory": dataset_from_arrays((x, y), mini_batch_size=size),
            "disk": open_dataset(folder)}
    if hasattr(os, "posix_fadvise"):
        sets[NAMES[2]] = open_dataset(folder)
    networks = {name: mlp(data) for name, data in sets.items()}
    costs = {name: net.run_epoch(0)[0] for name, net in networks.items()}
    assert len(set(costs.values())) == 1, costs     # the same numbers, wherever they come from
    return networks


def mlp(data):
    """Return the weight-normalised network 784-800-800-10 over `data`, cooked."""
    net = network(rng=np.random.RandomState(0), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": data})
    net.add_module(type="optimizer", params={"id": "opt", "optimizer_type": "sgd"})
    net.add_layer(type="input", id="input", origin="data")
    for id in ("fc1", "fc2"):
        net.add_layer(type="weightnorm_dot", id=id, num_neurons=800)
    net.add_layer(type="weightnorm_classifier", id="softmax", num_classes=CLASSES)
    net.add_layer(type="objective", id="obj")
    net.cook(resultor=None)
    return net


def in_turn(networks, folder, rounds):
    """Return name -> the seconds of each epoch, taken in turn."""
    seconds = {name: [] for name in networks}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for name, net in networks.items():
            if name == NAMES[2]:
                forget(folder)
            begin = time.perf_counter()
            net.run_epoch(number)
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def forget(folder):
    """Let the system put the files in `folder` out of its memory."""
    for path in folder.rglob("*.npy"):
        with open(path, "rb") as file, contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def ratio(seconds, name):
    """Return the median ratio of the epochs of `name` to those from memory beside them."""
    return median(a / b for a, b in zip(seconds[name], seconds["memory"]))


def table(seconds, options, others):
    """Return the result as text."""
    block = options.rows // options.blocks * FEATURES * 4 / 1e6
    lines = [machine(), f"{options.rows} rows, {options.rows * FEATURES * 4 / 1e6:.0f} MB; on disk "
             f"in {options.blocks} blocks of {block:.1f} MB; mini batches of "
             f"{options.mini_batch_size}", "", f"{'':<22}{'median':>9}{'lowest':>9}{'highest':>9}"
             f"{'/ memory':>10}   seconds an epoch"]
    for name, times in seconds.items():
        verdict = f"   EXCEEDS {MOST}" if ratio(seconds, name) > MOST else ""
        lines.append(f"{name:<22}{median(times):>9.3f}{min(times):>9.3f}{max(times):>9.3f}"
                     f"{ratio(seconds, name):>10.3f}{verdict}")
    if others is not None:
        lines += ["", f"Other programs took {others:.0%} of the machine."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
