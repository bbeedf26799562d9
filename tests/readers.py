"""Every reader of files, with small files that it reads: the table that `test_fuzz` walks."""

import contextlib
import gzip
import io
import os
import pickle
import tarfile
import zipfile
from typing import Callable, NamedTuple

import numpy as np
import scipy.io
import theano
from PIL import Image

from tests.small import begin, finish
from tests.toolbox.datasets.helpers import idx_bytes, image_rows
from tests.toolbox.datasets.test_mapped import Blocks
from yann_weightnorm import network
from yann_weightnorm.toolbox import checkpoint
from yann_weightnorm.toolbox.datasets import (
    SPLITS, open_dataset, read_idx, save_dataset, save_yann_dataset)
from yann_weightnorm.toolbox.datasets.cifar10 import read_cifar10
from yann_weightnorm.toolbox.datasets.cifar100 import read_cifar100
from yann_weightnorm.toolbox.datasets.mnist_variants import MnistVariant, read_mnist_variant
from yann_weightnorm.toolbox.datasets.safe_pickle import read_pickle
from yann_weightnorm.toolbox.datasets.svhn import read_svhn
from yann_weightnorm.toolbox.making.celeba import download_celebA
from yann_weightnorm.toolbox.making.matlab import load_data_mat
from yann_weightnorm.toolbox.making.pictures import class_files, read_picture
from yann_weightnorm.toolbox.storage import load_params, save_params

__all__ = ["READERS", "Reader", "tar", "zipped"]


class Reader(NamedTuple):
    """How the files of a reader are made in a folder, and how they are read there."""

    make: Callable
    read: Callable
    unpacks: bool = False       # writes into the folder, and may do so


def put(files):
    """Return a function that writes `files`, name -> bytes, into a folder."""
    def make(folder):
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return make


def tar(mode, members):
    """Return an archive of `members`: name -> bytes, or (type, target) of a link."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            facts = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                facts.type, facts.linkname = content
                archive.addfile(facts)
            else:
                facts.size = len(content)
                archive.addfile(facts, io.BytesIO(content))
    return stream.getvalue()


def zipped(members):
    """Return a zip file of `members`, name -> bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def picture(kind):
    stream = io.BytesIO()
    Image.fromarray(image_rows(1, (9, 7, 3))[0][0]).save(stream, format=kind)
    return stream.getvalue()


def mat(compressed, **arrays):
    stream = io.BytesIO()
    scipy.io.savemat(stream, arrays, do_compression=compressed)
    return stream.getvalue()


def cifar(labels, rows=1):
    return (bytes(labels) + bytes(range(256)) * 12) * rows


def params_file(folder):
    save_params([theano.shared(np.ones((3, 2)), name="fc.v"),
                 theano.shared(np.ones(2), name="fc.b")], folder / "some.safetensors")


def network_folder(folder):
    checkpoint.write(folder, {"calls": [], "class": "network"},
                     {"parameters": {"fc.v": np.ones((3, 2))}, "state": {"m": np.ones(3)}})


def whole_network(folder):
    net = begin()
    net.add_layer("dot_product", id="fc", num_neurons=4)
    finish(net).save(folder)


def bytes_dataset(folder):
    """Make a data set of bytes as one of three blocks would be."""
    save_dataset(Blocks(kind="uint8"), folder / "set")


def read_all(folder):
    """Read every block of a data set, and its labels alone."""
    data = open_dataset(folder / "set")
    for split in SPLITS:
        data.labels(split)
        for block in range(data.blocks(split)):
            data.load(split, block)


def read_matlab(folder):
    with contextlib.redirect_stdout(io.StringIO()):
        load_data_mat(2, 3, 1, folder, load_z=True)


def read_classes(folder):
    for path in class_files(folder)[0]:
        read_picture(path, 4, 4, 3)


def unpack_celeba(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            download_celebA("faces")
    finally:
        os.chdir(before)


CIFAR10 = {"cifar-10-batches-bin/data_batch_1.bin": cifar([3], 2),
           "cifar-10-batches-bin/test_batch.bin": cifar([9])}
CIFAR100 = {"cifar-100-binary/train.bin": cifar([1, 99]),
            "cifar-100-binary/test.bin": cifar([19, 0])}
AMAT = b"".join(b"%s %d\n" % (b" ".join([b"0.5"] * 784), digit) for digit in range(3))
VARIANT = MnistVariant("some.archive", (("some.amat", 3),), (slice(0, 3),) * 3, True)
MATLAB = {"x": np.arange(24.0).reshape(4, 6), "y": np.arange(4)[:, None], "z": np.ones((2, 2))}
SVHN = {"X": image_rows(3, (32, 32, 3))[0].transpose(1, 2, 3, 0),
        "y": np.array([[1], [10], [3]], "uint8")}
IDX = idx_bytes(image_rows(5)[0])
PARAMETERS = {"fc": [np.arange(6.0).reshape(2, 3), np.zeros(3, "float32")], "pool": []}

READERS = {
    "idx": Reader(put({"some": IDX}), lambda f: read_idx(f / "some")),
    "idx, gzip": Reader(put({"some": gzip.compress(IDX)}), lambda f: read_idx(f / "some")),
    "CIFAR-10": Reader(put(CIFAR10), read_cifar10),
    "CIFAR-10, archive": Reader(put({"cifar-10-binary.tar.gz": tar("w:gz", CIFAR10)}),
                                read_cifar10),
    "CIFAR-100, archive": Reader(put({"cifar-100-binary.tar.gz": tar("w:gz", CIFAR100)}),
                                 read_cifar100),
    "amat": Reader(put({"some.amat": AMAT}), lambda f: read_mnist_variant(f, VARIANT)),
    "amat, zip": Reader(put({"some.archive": zipped({"some.amat": AMAT})}),
                        lambda f: read_mnist_variant(f, VARIANT)),
    "amat, tar": Reader(put({"some.archive": tar("w:gz", {"some.amat": AMAT})}),
                        lambda f: read_mnist_variant(f, VARIANT)),
    "SVHN": Reader(put({"some.mat": mat(True, **SVHN)}), lambda f: read_svhn(f / "some.mat")),
    "Matlab": Reader(put({"train/batch_0.mat": mat(False, **MATLAB)}), read_matlab),
    "Matlab, compressed": Reader(put({"train/batch_0.mat": mat(True, **MATLAB)}), read_matlab),
    "pictures": Reader(put({"a/x.png": picture("PNG"), "b/x.jpg": picture("JPEG")}), read_classes),
    "CelebA": Reader(put({"_data/img_align_celeba.zip": zipped({
        "faces/1.jpg": picture("JPEG"), "faces/2.jpg": b"second"})}), unpack_celeba, True),
    "pickle": Reader(put({"some.pkl": pickle.dumps(PARAMETERS, 2)}),
                     lambda f: read_pickle(f / "some.pkl")),
    "YANN's data set": Reader(lambda f: save_yann_dataset(Blocks(), f / "set"), read_all),
    "mapped data set": Reader(lambda f: save_dataset(Blocks(), f / "set"), read_all),
    "mapped data set of bytes": Reader(bytes_dataset, read_all),
    "parameters": Reader(params_file, lambda f: load_params(f / "some.safetensors")),
    "checkpoint": Reader(network_folder, checkpoint.read),
    "network": Reader(whole_network, lambda f: network.load(f, verbose=0)),
}
