"""The data sets that YANN has through the package skdata, read by this toolbox's own readers.

The files come from $YANN_WEIGHTNORM_DATA or from the publishers: see
:func:`yann_weightnorm.toolbox.datasets.load_dataset`.
"""

import numpy as np

from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.datasets.catalogue import dataset_names, load_dataset
from yann_weightnorm.toolbox.datasets.folders import data_folder
from yann_weightnorm.toolbox.datasets.mnist_variants import MNIST_VARIANTS
from yann_weightnorm.toolbox.registry import hint
from yann_weightnorm.toolbox.making.pictures import (
    class_files, picture_block, shuffled_folders)
from yann_weightnorm.toolbox.making.sources import DatasetSource

TABLES = ("mnist", *MNIST_VARIANTS, "cifar10")    # sets that YANN loads whole
CALTECH = ("caltech101", "caltech256")      # folders of pictures, one a class

__all__ = [
    "CALTECH", "TABLES", "known_names", "load_cifar100", "load_skdata_caltech101",
    "load_skdata_caltech256", "load_skdata_cifar10", "load_skdata_mnist",
    "load_skdata_mnist_bg_images", "load_skdata_mnist_bg_rand", "load_skdata_mnist_noise1",
    "load_skdata_mnist_noise2", "load_skdata_mnist_noise3", "load_skdata_mnist_noise4",
    "load_skdata_mnist_noise5", "load_skdata_mnist_noise6", "load_skdata_mnist_rotated",
    "load_skdata_mnist_rotated_bg", "named_source"]


def known_names():
    """Return the names that :func:`named_source` takes: YANN's, then those that are new here."""
    return [*TABLES, *CALTECH, *(name for name in dataset_names() if name not in TABLES)]


def named_source(name, shape, rows, folder=None):
    """Return the source of the data set called `name`.

    Parameters
    ----------
    name : str
        One of :func:`known_names`.
    shape, rows : (int, int, int)
        Of Caltech's pictures: height, width and channels that each is made, and rows of train,
        valid and test. The other sets have their own.
    folder : str, path-like or None, default None
        Folder that holds one folder a data set; None reads $YANN_WEIGHTNORM_DATA.

    Raises
    ------
    ValueError
        If no data set has that name; the nearest one is suggested.
    """
    if name in CALTECH:
        return shuffled_folders(name, data_folder(name, folder), shape, rows)
    if name not in known_names():
        raise ValueError(f"setup_dataset got name {name!r}{hint(name, known_names())}; known: "
                         f"{', '.join(known_names())}.")
    return DatasetSource(_whole(name, folder, normalize=False))


def _whole(name, folder, normalize):
    """Return a data set of mini batches of one row, so that none is left out."""
    options = {} if name in MNIST_VARIANTS else {"normalize": normalize}    # those go from 0 to 1
    return load_dataset(name, folder, mini_batch_size=1, **options)


def _loader(name):
    """Return YANN's function that loads the data set `name` whole."""
    def load():
        return _triples(name, normalize=name == "cifar10")
    scale = "divided by 255" if name == "cifar10" else "as they are published"
    load.__name__ = load.__qualname__ = f"load_skdata_{name}"
    load.__doc__ = f"""Return the data set {name!r} as three triples (x, y, y): train, valid, test.

    x is (n, height, width), with channels last where there are three, pixels {scale}; y is (n,)
    int32. Splits and errors are those of
    :func:`yann_weightnorm.toolbox.datasets.load_dataset`.
    """
    return load


def _triples(name, normalize):
    data = _whole(name, None, normalize)
    shape = (data.height, data.width, data.channels)[:2 if data.channels == 1 else 3]
    pairs = ((x.reshape((len(x),) + shape), y) for x, y in map(data.load, SPLITS))
    return [(x, y, y) for x, y in pairs]


def load_cifar100():
    """Return CIFAR-100 as :func:`load_skdata_cifar10` returns CIFAR-10; in YANN it is a stub."""
    return _triples("cifar100", normalize=True)


def load_skdata_caltech101(batch_size, n_train_images, n_test_images, n_valid_images, rand_perm,
                           batch=1, type_set="train", height=256, width=256, verbose=False):
    """Return one block of Caltech 101, from the folder ``caltech101`` of one folder a class.

    Parameters
    ----------
    rand_perm : sequence of int
        An order of all pictures, by class and then by name.
    batch_size, n_train_images, n_test_images, n_valid_images, batch, type_set, height, width, \
    verbose
        As in :func:`~yann_weightnorm.toolbox.making.pictures.load_images_only`.

    Returns
    -------
    x : (batch_size, height * width * 3), float32
        Values from 0 to 255.
    y : (batch_size,), int32
        Number of the class, by the names of the folders.

    Raises
    ------
    FileNotFoundError
        If the folder isn't there.
    ValueError
        If the block ends behind the split, or a file is damaged.
    """
    return _caltech_block("caltech101", rand_perm, (n_train_images, n_valid_images, n_test_images),
                          batch_size, batch, type_set, (height, width, 3), verbose)


def load_skdata_caltech256(batch_size, n_train_images, n_test_images, n_valid_images, rand_perm,
                           batch=1, type_set="train", height=256, width=256, verbose=False):
    """Return one block of Caltech 256, from the folder ``caltech256`` of one folder a class.

    Parameters, values and errors are those of :func:`load_skdata_caltech101`.
    """
    return _caltech_block("caltech256", rand_perm, (n_train_images, n_valid_images, n_test_images),
                          batch_size, batch, type_set, (height, width, 3), verbose)


def _caltech_block(name, order, *block):
    paths, labels = class_files(data_folder(name))
    order = np.asarray(order)
    return picture_block([paths[k] for k in order], labels[order], *block)


load_skdata_mnist = _loader("mnist")
load_skdata_mnist_noise1 = _loader("mnist_noise1")
load_skdata_mnist_noise2 = _loader("mnist_noise2")
load_skdata_mnist_noise3 = _loader("mnist_noise3")
load_skdata_mnist_noise4 = _loader("mnist_noise4")
load_skdata_mnist_noise5 = _loader("mnist_noise5")
load_skdata_mnist_noise6 = _loader("mnist_noise6")
load_skdata_mnist_bg_images = _loader("mnist_bg_images")
load_skdata_mnist_bg_rand = _loader("mnist_bg_rand")
load_skdata_mnist_rotated = _loader("mnist_rotated")
load_skdata_mnist_rotated_bg = _loader("mnist_rotated_bg")
load_skdata_cifar10 = _loader("cifar10")
