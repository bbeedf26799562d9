"""Write the files beside this one, as upstream YANN does, with Python 2.7 and NumPy 1.16.

Run: python2.7 tests/toolbox/datasets/python2/make.py
"""

import collections
import cPickle  # noqa
import os

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


def dump(value, *parts):
    folder = os.path.join(HERE, *parts[:-1])
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(os.path.join(folder, parts[-1]), "wb") as stream:
        cPickle.dump(value, stream, protocol=2)


def block(start, rows):
    x = numpy.arange(start, start + 12 * rows).reshape(rows, 12) / 256.
    y = numpy.arange(start, start + rows) % 3
    return x.astype("float32"), y.astype("float32")


dump({"location": "_datasets/_dataset_12345", "mini_batch_size": 2, "cache_batches": (2, 1, 1),
      "batches2train": 2, "batches2test": 1, "batches2validate": 1, "height": 2, "width": 3,
      "channels": numpy.int64(2), "cache": True,
      "splits": {"base": [0, 1], "shot": [2], "p": long(0)}}, "data_params.pkl")  # noqa
dump(block(0, 4), "train", "batch_0.pkl")
dump(block(100, 4), "train", "batch_1.pkl")
dump(block(200, 2), "valid", "batch_0.pkl")
dump(block(300, 2), "test", "batch_0.pkl")

# What upstream writes of a network: layer id -> parameters.
dump(collections.OrderedDict([
    ("fc", [numpy.arange(6.).reshape(2, 3), numpy.zeros(3, "float32")]), ("pool", []),
    ("a", [numpy.ones((1, 2, 3), "float32")])]), "params.pkl")
