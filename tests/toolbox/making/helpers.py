"""Small data for the tests of the data set makers, and what they read back."""

import os
from contextlib import contextmanager

import numpy as np
import scipy.io
from PIL import Image

from yann_weightnorm.toolbox.datasets import open_dataset
from yann_weightnorm.toolbox.making import setup_dataset

PLAIN = {"normalize": False, "ZCA": False, "grayscale": False, "zero_mean": False}


@contextmanager
def environment(**values):
    """Set variables of the environment for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def rows(count, shape=(3, 4, 1), classes=10, seed=0):
    """Return `count` images of bytes and their labels, 0, 1, 2, ... again and again."""
    rng = np.random.RandomState(seed)
    return rng.randint(0, 256, (count,) + shape).astype("uint8"), np.arange(count) % classes


def three(counts=(20, 8, 6), **options):
    """Return 'train', 'valid', 'test' with arrays of their own."""
    return {split: rows(count, seed=seed, **options)
            for seed, (split, count) in enumerate(zip(("train", "valid", "test"), counts))}


def make(preprocess=PLAIN, maker=setup_dataset, verbose=0, extra=None, **args):
    """Return what the maker made, and the data set that lies on the disk then."""
    made = maker(args, "made", verbose, preprocess_init_args=preprocess, **(extra or {}))
    return made, open_dataset(made.dataset_location())


def made_folders():
    """Return the names of the data sets in the folder ``made``, hidden ones too."""
    return sorted(os.listdir("made")) if os.path.isdir("made") else []


def flat(images):
    """Return images as rows of float64."""
    return images.reshape(len(images), -1).astype("float64")


def write_mat(location, split, number, images, labels, **more):
    """Write images, (n, height, width, channels), as Matlab's image(:)' has them, by the loop."""
    os.makedirs(os.path.join(location, split), exist_ok=True)
    x = np.array([image.ravel(order="F") for image in images], "float64")
    scipy.io.savemat(os.path.join(location, split, f"batch_{number}.mat"),
                     dict({"x": x, "y": np.asarray(labels, "float64")[:, None]}, **more))


def write_picture(path, image):
    """Write an array, (height, width) or with channels last, as a picture."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray(image).save(path)
