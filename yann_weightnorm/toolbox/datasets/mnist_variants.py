"""Variants of MNIST: rotated digits, digits on backgrounds, digits under noise.

Source: Larochelle, Erhan, Courville, Bergstra and Bengio (2007), "An empirical evaluation of deep
architectures on problems with many factors of variation", ICML. The files were published at
http://www.iro.umontreal.ca/~lisa/icml2007data/ and are put into the folder by hand.
"""

import contextlib
import tarfile
import zipfile
import zlib
from typing import NamedTuple

import numpy as np

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets.amat import read_amat
from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.folders import HOW, cache_folder, root_folder
from yann_weightnorm.toolbox.datasets.splitting import first_rows
from yann_weightnorm.toolbox.datasets.zip_file import check_member, open_zip

__all__ = ["MNIST_VARIANTS", "MnistVariant", "mnist_variant", "read_mnist_variant"]

FOLDER = "mnist-variants"
ADDRESS = "http://www.iro.umontreal.ca/~lisa/icml2007data/"
SIDE = 28
COLUMNS = SIDE * SIDE + 1   # the pixels, then the label


class MnistVariant(NamedTuple):
    """What a variant is made of.

    Parameters
    ----------
    archive : str
        The published archive.
    tables : tuple of (str, int)
        Files in it and their rows, in the order in which the rows are counted.
    splits : tuple of slice
        Rows that train, validate and test.
    sideways : bool
        Whether the images were saved by columns.
    """

    archive: str
    tables: tuple
    splits: tuple
    sideways: bool


def _noise(level):
    return MnistVariant("mnist_noise_variation.tar.gz",
                        ((f"mnist_noise_variations_all_{level}.amat", 14000),),
                        (slice(0, 10000), slice(12000, 14000), slice(10000, 12000)), True)


def _pair(archive, train, test, sideways):
    return MnistVariant(archive, ((train, 12000), (test, 50000)),
                        (slice(0, 40000), slice(40000, 50000), slice(50000, 62000)), sideways)


# Splits and sideways as in YANN, which takes the sets from the package skdata.
MNIST_VARIANTS = {
    **{f"mnist_noise{level}": _noise(level) for level in range(1, 7)},
    "mnist_bg_images": _pair(
        "mnist_background_images.zip", "mnist_background_images_train.amat",
        "mnist_background_images_test.amat", True),
    "mnist_bg_rand": _pair(
        "mnist_background_random.zip", "mnist_background_random_train.amat",
        "mnist_background_random_test.amat", True),
    "mnist_rotated": _pair(
        "mnist_rotation_new.zip", "mnist_all_rotation_normalized_float_train_valid.amat",
        "mnist_all_rotation_normalized_float_test.amat", False),
    "mnist_rotated_bg": _pair(
        "mnist_rotation_back_image_new.zip",
        "mnist_all_background_images_rotation_normalized_train_valid.amat",
        "mnist_all_background_images_rotation_normalized_test.amat", False),
}


def mnist_variant(name, folder=None, *, mini_batch_size=100, train_rows=None, valid_rows=None,
                  test_rows=None):
    """Return a variant of MNIST: 28x28 images of digits, made harder.

    Parameters
    ----------
    name : str
        'mnist_noise1' to 'mnist_noise6' (10,000 train, 2,000 validate, 2,000 test),
        'mnist_bg_images', 'mnist_bg_rand', 'mnist_rotated' or 'mnist_rotated_bg' (40,000, 10,000
        and 12,000).
    folder : str, path-like or None, default None
        Folder that holds, in ``mnist-variants/``, the published archive or the ``.amat`` files of
        it. None reads $YANN_WEIGHTNORM_DATA, or the cache folder where that is not set. Nothing is
        fetched.
    mini_batch_size : int, default 100
        Rows in a mini batch.
    train_rows, valid_rows, test_rows : int or None, default None
        Use only so many rows, from the start; None uses all.

    Returns
    -------
    Dataset
        The pixels are floats from 0 to 1, as in the files.

    Raises
    ------
    FileNotFoundError
        If the files are missing; says which, and where they may be had and put.
    ValueError
        If a file is damaged, a limit doesn't fit its rows, or there is no such variant.

    Notes
    -----
    The splits are YANN's: its rows 0 to 40,000 are the 12,000 published to train and the first
    28,000 of those published to test. Larochelle et al. train on 10,000, validate on 2,000 and test
    on 50,000.
    """
    variant = MNIST_VARIANTS[one_of(name, tuple(MNIST_VARIANTS), "name", "mnist_variant")]
    images, labels = read_mnist_variant(_place(folder), variant)
    who = f"dataset {name!r}"
    options = ("train_rows", train_rows), ("valid_rows", valid_rows), ("test_rows", test_rows)
    splits = [first_rows(who, option, (images[rows], labels[rows]), limit)
              for rows, (option, limit) in zip(variant.splits, options)]
    return dataset_from_arrays(*splits, name=name, mini_batch_size=mini_batch_size)


def _place(folder):
    return (root_folder(folder) or cache_folder()) / FOLDER


def read_mnist_variant(place, variant):
    """Return the images (n, 28, 28), float32, and labels (n,), int32, of a :class:`MnistVariant`.

    Raises
    ------
    FileNotFoundError
        If `place` has neither the archive nor the files of it.
    ValueError
        If a file is damaged; its name is in the message.
    """
    parts = []
    for name, rows in variant.tables:
        with _opened(place, variant, name) as (who, stream):
            parts.append(_checked(who, read_amat(who, stream, rows, COLUMNS)))
    table = np.concatenate(parts) if len(parts) > 1 else parts[0]
    images = table[:, :-1].reshape(-1, SIDE, SIDE)
    if variant.sideways:
        images = images.transpose(0, 2, 1)
    return np.ascontiguousarray(images), table[:, -1].astype("int32")


def _checked(who, table):
    labels, pixels = table[:, -1], table[:, :-1]
    if not np.isin(labels, range(10)).all():
        raise ValueError(f"{who}: the last column must be digits, 0 to 9, got "
                         f"{labels.min():g} to {labels.max():g}; it is another table.")
    if pixels.min() < 0 or pixels.max() > 1:
        raise ValueError(f"{who}: pixels must be from 0 to 1, got {pixels.min():g} to "
                         f"{pixels.max():g}; it is another table.")
    return table


@contextlib.contextmanager
def _opened(place, variant, name):
    """Open a table, a file or a member of the archive, and say what it is called."""
    archive = place / variant.archive
    if (place / name).is_file():
        with open(place / name, "rb") as stream:
            yield place / name, stream
    elif archive.is_file():
        with _member(archive, name) as stream:
            yield f"{archive}, {name}", stream
    else:
        raise FileNotFoundError(f"{place} must hold {variant.archive}, or {name} out of it; it was "
                                f"published as {ADDRESS}{variant.archive}; put it there, or {HOW}.")


@contextlib.contextmanager
def _member(path, name):
    """Open a file of an archive, to be read in memory: nothing is extracted."""
    try:
        with _zip_member(path, name) if zipfile.is_zipfile(path) else _tar_member(path, name) as it:
            yield it
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError,
            RuntimeError, UnicodeError, zlib.error) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ValueError(f"{path}: damaged archive ({error}); fetch it again.") from error


@contextlib.contextmanager
def _zip_member(path, name):
    with open_zip(path) as archive:
        found = [each for each in archive.infolist() if _called(each.filename, name)]
        member = _only(path, name, found)
        check_member(path, member)
        with archive.open(member) as stream:
            yield stream


@contextlib.contextmanager
def _tar_member(path, name):
    with tarfile.open(path) as archive:
        found = (each for each in archive
                 if each.isreg() and not each.issparse() and _called(each.name, name))
        # Found without a look at what comes after it: these archives are large.
        yield archive.extractfile(_only(path, name, [each for each in [next(found, None)] if each]))


def _called(path, name):
    return path.rsplit("/", 1)[-1] == name


def _only(path, name, found):
    if not found:
        raise ValueError(f"{path}: has no {name}; it is another archive.")
    return found[0]
