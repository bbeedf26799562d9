"""The networks of this package."""

import time

import numpy as np

import yann_weightnorm
from benchmarks.networks import CLASSES, Conv, Recurrent, data
from yann_weightnorm import dataset_from_arrays, network, theano_setup
from yann_weightnorm.theano_setup import blas

__all__ = ["build", "epochs", "program", "steps"]

RATE = 0.001


def build(net, arm, dataset=None):
    """Return `net` as `arm` parametrises it, cooked, with plain SGD, over noise by default."""
    built = begun(noise(net) if dataset is None else dataset)
    prefix = "weightnorm_" if "weight norm" in arm else ""
    norms = {"batch_norm": arm == "batch norm", "mean_only_batch_norm": "mean-only" in arm}
    for number, layer in enumerate(net.hidden, start=1):
        add(built, layer, f"hidden{number}", prefix, norms)
    if isinstance(net.hidden[-1], Conv):
        built.add_layer(type="flatten", id="flat")
    built.add_layer(type=prefix + "classifier", id="softmax", num_classes=CLASSES,
                    mean_only_batch_norm=norms["mean_only_batch_norm"])
    built.add_layer(type="objective", id="cost", objective="nll")
    built.cook(resultor=None)
    built.set_learning_rate(RATE)
    return built


def noise(net, mini_batches=2):
    """Return a data set of images of noise."""
    return dataset_from_arrays(data(net, mini_batches), mini_batch_size=net.rows, normalize=False)


def begun(dataset):
    """Return a network without layers but the input. YANN's max-norm constraint is off."""
    built = network(rng=np.random.RandomState(0), verbose=0)
    built.add_module(type="datastream", params={"id": "data", "dataset": dataset})
    built.add_module(type="optimizer", params={
        "id": "sgd", "optimizer_type": "sgd", "momentum_type": "false", "max_norm": None})
    built.add_layer(type="input", id="input", origin="data")
    return built


def add(built, layer, id, prefix, norms):
    """Add the layer that `layer` describes."""
    if isinstance(layer, Recurrent):
        built.add_layer(type="sequence", id=f"{id}_rows", steps="rows")
        built.add_layer(type="bn_lstm" if norms["batch_norm"] else prefix + "lstm", id=id,
                        num_neurons=layer.units)
    elif isinstance(layer, Conv):
        built.add_layer(
            type=prefix + "conv_pool", id=id, num_neurons=layer.maps,
            filter_size=(layer.size, layer.size), border_mode=layer.padding,
            pool_size=(layer.pool, layer.pool), pool_type=layer.pool_type,
            activation=("relu", layer.slope) if layer.slope else "relu", **norms)
    else:
        built.add_layer(type=prefix + "dot_product", id=id, num_neurons=layer.units,
                        activation="relu", **norms)


def steps(net, arms):
    """Return for each arm the function that takes a training step, and returns the cost."""
    return {arm: stepper(build(net, arm)) for arm in arms}


def stepper(built):
    """Return the step of a cooked network; its mini batches come in turn."""
    return lambda number: built.mini_batch_train(index=number % 2, epoch=0)


def epochs(net, arm, mini_batches=100, count=3):
    """Return the milliseconds a step of whole epochs, loading of data included, but the first."""
    built, times = build(net, arm, noise(net, mini_batches)), []
    for epoch in range(1 + count):
        begin = time.perf_counter()
        built.run_epoch(epoch)
        times.append(1e3 * (time.perf_counter() - begin) / mini_batches)
    return times[1:]


def program():
    """Return what this side runs on, in words."""
    import theano  # not before the package has prepared it
    chosen = blas.choice()
    return {"versions": {"yann_weightnorm": yann_weightnorm.__version__,
                         "Theano": theano.__version__, "NumPy": np.__version__},
            "kernels": "Theano's own choice" if chosen is None else blas.describe(chosen),
            "off": [measure.name for measure in theano_setup.applied() if not measure.on]}
