"""Images that Matlab saved: ``<folder>/<split>/batch_<k>.mat`` with the variables x and y.

A row of x is an image as Matlab's ``image(:)'`` gives it: the first index runs fastest. Source of
the layout: YANN's ``pantry/matlab``.
"""

from pathlib import Path

import numpy as np

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.datasets.mat_file import read_mat
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.making.sources import Source

__all__ = ["MatlabSource", "from_matlab_order", "load_data_mat"]


def load_data_mat(height, width, channels, location, batch=0, type_set="train", load_z=False):
    """Return the images and labels of one file that Matlab saved.

    Values are divided by the largest one of the file if that is above 1. Prints a line that says
    what is loaded.

    Parameters
    ----------
    height, width, channels : int
        Of an image.
    location : str or path-like
        Folder that holds ``train/batch_0.mat``, ...
    batch : int, default 0
        Number of the file.
    type_set : {'train', 'valid', 'test'}, default 'train'
    load_z : bool, default False
        Return the variable `z` too.

    Returns
    -------
    x : (rows, height * width * channels), float32
        A row is an image flattened in the order (height, width, channels).
    y : (rows,), int32
    z : float32
        As it is, without axes of length 1; only if `load_z`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or doesn't hold such variables.
    """
    path = _path(location, one_of(type_set, SPLITS, "type_set", "load_data_mat"), batch)
    say(3, f"Loading {type_set} batch {batch} of {location}", verbose=3)
    x, y, *z = _read(path, ("x", "y", "z") if load_z else ("x", "y"))
    x = _images(path, x, (height, width, channels))
    x = x / x.max() if x.max() > 1 else x
    y = _labels(path, y, len(x))
    return (x, y, np.squeeze(z[0]).astype("float32")) if load_z else (x, y)


def from_matlab_order(x, height, width, channels):
    """Return rows whose first image index runs fastest as rows whose last one does."""
    images = x.reshape(len(x), channels, width, height).transpose(0, 3, 2, 1)
    return np.ascontiguousarray(images).reshape(len(x), -1)


class MatlabSource(Source):
    """The files of a folder, each a piece.

    Values are divided by the largest one of all training files if that is above 1, so that the
    same grey is the same number in every file; YANN takes each file's own.

    Parameters
    ----------
    location : str or path-like
    shape : (int, int, int)
        Height, width and channels of an image.
    files : (int, int, int)
        Files to read of train, valid and test, from ``batch_0.mat`` on.
    """

    def __init__(self, location, shape, files):
        self.location, self.shape = Path(location), shape
        if not self.location.is_dir():
            raise FileNotFoundError(f"source 'matlab' reads the folder {location}, which doesn't "
                                    f"exist; give the one that holds train/batch_0.mat.")
        pieces = {split: [self._count(split, number) for number in range(count)]
                  for split, count in zip(SPLITS, files)}
        super().__init__(self.location.resolve().name, shape, pieces)
        self.scale = 1.0
        self.scale = max(1.0, *(self.read("train", number)[0].max() for number in range(files[0])))

    def _count(self, split, number):
        return _read(_path(self.location, split, number), ("y",))[0].size

    def read(self, split, piece):
        path = _path(self.location, split, piece)
        x, y = _read(path, ("x", "y"))
        x = _images(path, x, self.shape)
        return (x / np.float32(self.scale) if self.scale > 1 else x), _classes(path, y, len(x))

    def labels(self, split, piece):
        """Return the labels of a file; its images are left unread."""
        path = _path(self.location, split, piece)
        return _classes(path, _read(path, ("y",))[0], self.pieces[split][piece])


def _path(location, split, number):
    return Path(location) / split / f"batch_{number}.mat"


def _read(path, names):
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; Matlab files lie in train/, valid/ and test/ "
                                f"as batch_0.mat, batch_1.mat, ...")
    return read_mat(path, names)


def _images(path, x, shape):
    """Return the variable x as float32 rows in the order (height, width, channels)."""
    columns = int(np.prod(shape))
    if x.ndim != 2 or x.shape[1] != columns:
        raise ValueError(f"{path}: x must be (rows, {columns}) for images of "
                         f"{'x'.join(map(str, shape))}, got {'x'.join(map(str, x.shape))}; change "
                         f"height, width and channels, or the file.")
    checks.finite(str(path), x)
    return from_matlab_order(x.astype("float32"), *shape)


def _classes(path, y, rows):
    return checks.checked_labels(str(path), _labels(path, y, rows), rows)


def _labels(path, y, rows):
    if y.size != rows:
        raise ValueError(f"{path}: x has {rows} rows but y {y.size} labels; give one a row.")
    if y.dtype.kind == "f" and not (np.isfinite(y).all() and (y == np.floor(y)).all()):
        raise ValueError(f"{path}: y must hold whole class numbers; number the classes 0, 1, 2, "
                         f"... and save the file again.")
    return y.reshape(-1).astype("int32")
