"""Small data, small networks and settings that the tests share."""

import contextlib
import functools
import os
import pathlib
import tempfile
from unittest import mock

import numpy as np
import theano
from theano.tensor.nnet.corr import BaseCorrMM
from theano.tensor.signal.pool import Pool, PoolGrad

from yann_weightnorm import dataset_from_arrays, network

IN_C_ALONE = BaseCorrMM, Pool, PoolGrad
ROWS, SIDE, CLASSES = 12, 6, 3


@contextlib.contextmanager
def floatx(dtype):
    """Build networks in `dtype`."""
    before, theano.config.floatX = theano.config.floatX, dtype
    try:
        yield
    finally:
        theano.config.floatX = before


@contextlib.contextmanager
def temporary_folder():
    """Work in an empty folder that goes away."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield pathlib.Path(folder)
        finally:
            os.chdir(before)


def arrays(rows=ROWS, seed=0, channels=1, classes=CLASSES):
    """Return images and labels that a small network can learn: the class shifts the mean."""
    rng = np.random.RandomState(seed)
    labels = rng.randint(classes, size=rows)
    images = rng.normal(size=(rows, SIDE, SIDE, channels)) + labels[:, None, None, None]
    return images, labels


def dataset(rows=ROWS, mini_batch_size=4, channels=1, seed=0):
    """Return a data set of three splits; the last two have a short mini batch at the end."""
    return dataset_from_arrays(
        arrays(rows, seed, channels), arrays(6, seed + 1, channels), arrays(7, seed + 2, channels),
        mini_batch_size=mini_batch_size)


def begin(seed=0, optimizer=None, channels=1, data=None, stream=None, **options):
    """Return a network with a datastream, an optimizer and an input layer."""
    net = network(rng=np.random.RandomState(seed), verbose=0, **options)
    data = dataset(channels=channels) if data is None else data
    net.add_module("datastream", dict({"dataset": data, "id": "data"}, **(stream or {})))
    net.add_module("optimizer", dict({"id": "opt"}, **(optimizer or {})))
    net.add_layer("input", id="input", origin="data")
    return net


def finish(net, prefix="", cook=True, **options):
    """Add a classifier and an objective, and cook."""
    net.add_layer(prefix + "classifier", id="softmax", num_classes=CLASSES)
    net.add_layer("objective", id="obj", **options)
    if cook:
        net.cook(resultor=None)
    return net


def small_network(prefix="", seed=0, optimizer=None, cook=True, **options):
    """Return a cooked network of a convolution, a dense layer and a classifier.

    `prefix` is '' or 'weightnorm_'; `options` go to the first two.
    """
    net = begin(seed, optimizer)
    net.add_layer(prefix + "conv_pool", id="conv", num_neurons=3, pool_size=(2, 2), **options)
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=4, activation="tanh", **options)
    return finish(net, prefix, cook)


def message(error, call, *args, **kwargs):
    """Return what `call` says when it raises `error`."""
    try:
        call(*args, **kwargs)
    except error as raised:
        return str(raised)
    raise AssertionError(f"{call} raised no {error}")


def values(net):
    """Return a copy of all parameter values, by name."""
    return {p.name: p.get_value().copy() for p in net.params}


@contextlib.contextmanager
def without_c_code():
    """Compile functions without C code: slower to run, much faster to make, the same graph.

    Convolutions and pooling can't do without: they alone are compiled.
    """
    before = theano.config.mode
    _set_mode("FAST_COMPILE")
    with contextlib.ExitStack() as stack:
        stack.callback(_set_mode, before)
        for op in IN_C_ALONE:
            stack.enter_context(mock.patch.object(op, "make_thunk", functools.partialmethod(
                _make_thunk_in_c, base=op)))
        yield


def _make_thunk_in_c(op, node, storage_map, compute_map, no_recycling, impl=None, base=None):
    return super(base, op).make_thunk(node, storage_map, compute_map, no_recycling, "c")


def _set_mode(mode):
    # Theano keeps its first default mode, and takes one name for another of the same class.
    theano.config.mode, theano.compile.mode.instantiated_default_mode = mode, None
