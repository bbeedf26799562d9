"""The first study: does weight normalization help a classifier of images?

Five arms over two networks, at the learning rates of the paper's search (section 5.1). All arms use
Adam with constant learning rates and mini batches of 100; none drops or augments anything. The
plain arm comes twice, because the paper's baseline has the data-dependent start too: 'normal' is
the toolbox as it comes, 'normal + data start' the paper's baseline.
"""

import functools
import threading
import time

import numpy as np

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies.networks import ARMS, NETWORKS, arm_named, build, network_named
from yann_weightnorm.studies.study import Study
from yann_weightnorm.toolbox.datasets import SPLITS, dataset_from_arrays, load_dataset

__all__ = ["SUPERVISED", "dataset_of", "perform"]

ROWS = {"mnist": 50000, "fashion-mnist": 50000, "cifar10": 40000, "digits": 1445}

_cooked = {}                     # of the last graph only: a network holds its data set
_one_at_a_time = threading.Lock()  # a scheduler's worker may have several threads


def perform(run, data, emit):
    """Train and test the network of `run`; see :class:`Study`."""
    with _one_at_a_time:
        net, began = cooked(run, data), time.perf_counter()
        rows = {split: net.datastream["data"].dataset.rows(split) for split in SPLITS}
        emit({"kind": "header", "rows": rows})
        begin(net, run)
        history = net.train(epochs=run.epochs, learning_rates=(0.0, run.learning_rate),
                            nan_retreats=0, early_terminate=False, show_progress=False,
                            on_epoch=lambda epoch: emit(epoch_record(epoch)))
        diverged = history.diverged_at is not None
        emit({"kind": "end", "status": "diverged" if diverged else "finished",
              "test_error": None if diverged else 100.0 - net.test(show_progress=False),
              "seconds": time.perf_counter() - began,
              "diverged_at": history.diverged_at + 1 if diverged else None})


def cooked(run, data):
    """Return the network of the run's graph, compiled once in a process."""
    key = run.graph + (data,)
    if key not in _cooked:
        _cooked.clear()
        _cooked[key] = build(run.network, run.arm, dataset_of(run, data))
    return _cooked[key]


def begin(net, run):
    """Bring `net` where a network built with the run's seed would be."""
    net.restart(np.random.RandomState(run.seed))
    if arm_named(run.arm).data_start:
        initialize_from_data(net)


def dataset_of(run, data):
    """Return the run's data set, cut to its `train_rows`."""
    return _dataset(run.dataset, run.mini_batch_size, run.train_rows, data)


@functools.lru_cache(maxsize=1)
def _dataset(name, mini_batch_size, train_rows, data):
    dataset = load_dataset(name, data, mini_batch_size=mini_batch_size)
    if train_rows is None:
        return dataset
    if not mini_batch_size <= train_rows <= dataset.rows("train"):
        raise ValueError(f"train_rows must be from a mini batch ({mini_batch_size}) to the "
                         f"{dataset.rows('train')} rows of {name}, got {train_rows}.")
    parts = [images_of(dataset, split) for split in SPLITS]
    parts[0] = tuple(part[:train_rows] for part in parts[0])
    return dataset_from_arrays(*parts, name=name, mini_batch_size=mini_batch_size,
                               normalize=False)


def images_of(dataset, split):
    """Return (images, labels) of a split of one block."""
    x, y = dataset.load(split)
    return x.reshape(-1, dataset.height, dataset.width, dataset.channels), y


def epoch_record(epoch):
    """Return the record of an :class:`~yann_weightnorm.toolbox.history.Epoch`."""
    return {"kind": "epoch", "epoch": epoch.epoch + 1, "train_cost": float(epoch.cost),
            "train_error": epoch.training_error, "valid_error": epoch.validation_error,
            "learning_rate": float(epoch.learning_rate), "seconds": epoch.seconds}


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    network_named(run.network)
    arm_named(run.arm)
    dataset_of(run, data)


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = run.train_rows or ROWS.get(run.dataset, 4000)
    return rows / 4000 * (0.05 + 0.45e-6 * products(*network_named(run.network)))


def products(kind, sizes):
    """Return the multiplications of one image of 28x28 through a network."""
    if kind == "mlp":
        return sum(below * above for below, above in zip((784,) + sizes, sizes))
    first, second, dense = sizes[:3]
    return 25 * first * 24 ** 2 + 25 * first * second * 8 ** 2 + second * 4 ** 2 * dense


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 20.0


SUPERVISED = Study(
    name="supervised",
    question="Does weight normalization train an image classifier faster, or to a lower error?",
    settings={"networks": tuple(NETWORKS), "arms": tuple(ARMS), "datasets": ("mnist-5k",),
              "learning_rates": (0.0003, 0.001, 0.003, 0.01), "seeds": (0, 1, 2), "epochs": 5,
              "mini_batch_size": 100, "train_rows": None,
              # So that the whole takes two cores less than five minutes, compiling included.
              "lenet.learning_rates": (0.001, 0.003, 0.01), "lenet.seeds": (0, 1),
              "lenet.epochs": 4},
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
