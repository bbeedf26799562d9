"""Folders of picture files: unlabelled ones, and one folder a class."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.making.sources import Source

__all__ = ["PictureSource", "class_files", "load_images_only", "picture_block", "picture_files",
           "read_picture", "shuffled_folders"]

ENDINGS = (".jpg", ".jpeg", ".png")
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}     # Pillow's names, by channels
PIECE = 256     # pictures decoded at a time


def picture_files(folder):
    """Return the paths of the JPEG and PNG files in `folder`, sorted by name.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or none in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"pictures are read from {folder}, which is not a folder.")
    paths = _pictures_in(folder)
    if not paths:
        raise FileNotFoundError(f"{folder} holds no picture; wanted files that end in "
                                f"{', '.join(ENDINGS)}.")
    return paths


def class_files(folder):
    """Return the paths of the pictures in the subfolders of `folder`, and their classes.

    Classes are numbered from 0 in the order of the subfolders' names; those without a picture are
    no classes. Caltech's archives hold one folder ``..._ObjectCategories`` above them, which may
    stay.

    Returns
    -------
    paths : list of pathlib.Path
        By class, then by name.
    labels : (len(paths),), int32

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or no picture in a subfolder.
    """
    folder = Path(folder)
    inner = sorted(folder.glob("*_ObjectCategories"))
    place = inner[0] if inner else folder
    subfolders = sorted(path for path in place.glob("*") if path.is_dir())
    classes = [paths for paths in map(_pictures_in, subfolders) if paths]
    if not classes:
        raise FileNotFoundError(f"{folder} must hold one folder of pictures a class, with files "
                                f"that end in {', '.join(ENDINGS)}; it has none.")
    labels = np.repeat(np.arange(len(classes)), [len(paths) for paths in classes])
    return [path for paths in classes for path in paths], labels.astype("int32")


def _pictures_in(folder):
    # Names that begin with a dot are not pictures: macOS puts "._x.jpg" beside "x.jpg".
    return sorted(path for path in folder.iterdir()
                  if path.suffix.lower() in ENDINGS and not path.name.startswith("."))


def read_picture(path, height, width, channels):
    """Return a picture of a file, made `height` by `width` with bilinear interpolation.

    Parameters
    ----------
    path : str or path-like
        A JPEG or PNG file.
    height, width : int
        Wanted; where a picture is made smaller, every pixel of the file counts.
    channels : {1, 2, 3, 4}
        Wanted: grey, grey and opacity, colour, colour and opacity. A grey file gives equal
        channels; colour becomes grey as 0.299 R + 0.587 G + 0.114 B.

    Returns
    -------
    (height, width, channels), uint8

    Raises
    ------
    ValueError
        If the file isn't such a picture, is damaged, or would unfold to more pixels than Pillow's
        ``Image.MAX_IMAGE_PIXELS``; or if `channels` is another number.
    """
    if channels not in MODES:
        raise ValueError(f"pictures can be made of 1, 2, 3 or 4 channels, got channels "
                         f"{channels!r}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG")) as image:
                image = _bytes_a_channel(image).convert(MODES[channels])
                image = image.resize((width, height), Image.BILINEAR)
    # Pillow raises OSError, SyntaxError, zlib.error, ... of files that are not as they should be.
    except Exception as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ValueError(f"{path}: not a JPEG or PNG picture, or a damaged one ({error}); remove "
                         f"it, or save it again.") from error
    return np.asarray(image).reshape(height, width, channels)


def _bytes_a_channel(image):
    """Return the image with 8 bits a channel: Pillow cuts 16 bits off at 255 instead."""
    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype("uint8"))


class PictureSource(Source):
    """Picture files, read when it is their turn: rows from the start train, then validate, test.

    Parameters
    ----------
    name : str
    paths : list of path-like
    labels : (len(paths),), int32, or None
        None for unlabelled pictures, whose labels are 0.
    shape : (int, int, int)
        Height, width and channels that every picture is made.
    rows : (int, int, int)
        Rows of train, valid and test.

    Raises
    ------
    ValueError
        If there are fewer pictures.
    """

    def __init__(self, name, paths, labels, shape, rows):
        if sum(rows) > len(paths):
            raise ValueError(
                f"dataset {name!r}: train, valid and test want {' + '.join(map(str, rows))} = "
                f"{sum(rows)} pictures, but there are {len(paths)}; lower mini_batch_size, "
                f"mini_batches_per_batch or batches2train, batches2validate, batches2test.")
        super().__init__(name, shape, {split: _in_pieces(count)
                                       for split, count in zip(SPLITS, rows)})
        self.paths = paths
        self._labels = np.zeros(len(paths), "int32") if labels is None else labels
        self.starts = dict(zip(SPLITS, (0, rows[0], rows[0] + rows[1])))

    def read(self, split, piece):
        return _rows(self.paths[self._chosen(split, piece)], self.shape), self.labels(split, piece)

    def labels(self, split, piece):
        """Return the labels of a piece; no picture is read."""
        return self._labels[self._chosen(split, piece)]

    def _chosen(self, split, piece):
        start = self.starts[split] + piece * PIECE
        return slice(start, start + self.pieces[split][piece])


def shuffled_folders(name, folder, shape, rows):
    """Return the source of the pictures in the subfolders of `folder`, in random order.

    Else the first classes would train and the last ones test. The order is drawn by NumPy's global
    generator, as in YANN: ``numpy.random.seed`` sets it.
    """
    paths, labels = class_files(folder)
    order = np.random.permutation(len(paths))
    return PictureSource(name, [paths[k] for k in order], labels[order], shape, rows)


def _in_pieces(count):
    whole, rest = divmod(count, PIECE)
    return [PIECE] * whole + ([rest] if rest else [])


def _rows(paths, shape):
    x = np.zeros((len(paths), int(np.prod(shape))), "float32")
    for row, path in zip(x, paths):
        row[:] = read_picture(path, *shape).ravel()
    return x


def load_images_only(batch_size, location, n_train_images, n_test_images, n_valid_images,
                     rand_perm=None, batch=1, type_set="train", height=218, width=178, channels=3,
                     verbose=False):
    """Return one block of the pictures in a folder, which have no labels.

    Files are taken in the order of their names: the first train, the next validate, then test.

    Parameters
    ----------
    batch_size : int
        Rows in a block.
    location : str or path-like
        Folder of JPEG and PNG files.
    n_train_images, n_test_images, n_valid_images : int
        Pictures in each split.
    rand_perm : sequence of int or None, default None
        An order of the files in place of that of their names.
    batch : int, default 1
        Number of the block; the first is 0.
    type_set : {'train', 'valid', 'test'}, default 'train'
    height, width, channels : int, default 218, 178, 3
        That every picture is made.
    verbose : bool, default False
        Print the number of the first picture.

    Returns
    -------
    x : (batch_size, height * width * channels), float32
        Values from 0 to 255.
    y : (batch_size,), float32
        Zeros.

    Raises
    ------
    ValueError
        If the block ends behind the split, or a file is damaged.
    """
    paths = picture_files(location)
    paths = paths if rand_perm is None else [paths[k] for k in rand_perm]
    x, y = picture_block(
        paths, None, (n_train_images, n_valid_images, n_test_images), batch_size, batch, type_set,
        (height, width, channels), verbose)
    return x, y.astype("float32")


def picture_block(paths, labels, rows, size, batch, split, shape, verbose):
    """Return block `batch`, of `size` rows, of one split of the files `paths`.

    `rows` are those of train, valid and test, which follow each other in that order.
    """
    split = one_of(split, SPLITS, "type_set", "pictures")
    held = dict(zip(SPLITS, rows))[split]
    start = sum(rows[:SPLITS.index(split)]) + batch * size
    if not 0 <= batch * size <= held - size or start + size > len(paths):
        raise ValueError(f"pictures, split {split!r}: block {batch} of {size} rows ends behind "
                         f"the {held} of the split, or the {len(paths)} files; blocks count from "
                         f"0.")
    if verbose:
        print(f"Reading pictures from number {start} on")
    chosen = slice(start, start + size)
    return (_rows(paths[chosen], shape),
            np.zeros(size, "int32") if labels is None else labels[chosen])
