"""SVHN, street view house numbers: the cropped digits, read from their Matlab files.

Source: http://ufldl.stanford.edu/housenumbers/, format 2.
"""

import numpy as np

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.download import ready
from yann_weightnorm.toolbox.datasets.mat_file import read_mat
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out

__all__ = ["read_svhn", "svhn"]

FILE = "{}_32x32.mat"
ZERO = 10   # Matlab counts from 1: the label of the digit 0


def svhn(folder=None, *, extra=False, mini_batch_size=100, valid_rows=None, train_rows=None,
         test_rows=None, normalize=True):
    """Return SVHN: 73,257 images of 32x32 in colour of one digit to train, 26,032 to test.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds ``svhn/train_32x32.mat`` and ``svhn/test_32x32.mat``. None reads
        $YANN_WEIGHTNORM_DATA. Files that are nowhere are fetched, see
        :func:`~yann_weightnorm.toolbox.datasets.download.ready`.
    extra : bool, default False
        Train also on the 531,131 easier images of ``extra_32x32.mat`` (1.3 GB; 1.9 GB in memory),
        which come before the others.
    mini_batch_size : int, default 100
        Rows in a mini batch.
    valid_rows : int or None, default None
        Training images held out, from the end, to validate; 0 for none. None holds out a tenth of
        those in train_32x32.mat.
    train_rows, test_rows : int or None, default None
        Use only so many rows, from the start; None uses all.
    normalize : bool, default True
        Divide the bytes by 255.

    Returns
    -------
    Dataset
        With label 0 for the digit 0, which the files call 10.

    Raises
    ------
    FileNotFoundError
        If a file is missing and can't be fetched; says which, and where it may be put.
    ValueError
        If a file is damaged, or a limit doesn't fit its rows.
    """
    who, place = "dataset 'svhn'", ready("svhn", folder)
    rows = read_svhn(place / FILE.format("train"))
    valid_rows = len(rows[1]) // 10 if valid_rows is None else valid_rows
    if extra:
        more = read_svhn(ready("svhn-extra", folder) / FILE.format("extra"))
        rows = tuple(np.concatenate(pair) for pair in zip(more, rows))
    train, valid = hold_out(who, rows, train_rows=train_rows, valid_rows=valid_rows)
    test = first_rows(who, "test_rows", read_svhn(place / FILE.format("test")), test_rows)
    return dataset_from_arrays(train, valid, test, name="svhn", mini_batch_size=mini_batch_size,
                               normalize=normalize)


def read_svhn(path):
    """Return the images (n, 32, 32, 3) and labels (n,), 0 to 9, of the file at `path`, uint8.

    Raises
    ------
    ValueError
        If the file is damaged or another one; its name is in the message.
    """
    images, labels = read_mat(path, ("X", "y"))
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[:3] != (32, 32, 3):
        raise ValueError(f"{path}: wanted bytes X of shape (32, 32, 3, n), got {images.dtype} of "
                         f"shape {images.shape}; it is another kind of file.")
    rows = images.shape[3]
    if labels.shape != (rows, 1):
        raise ValueError(f"{path}: wanted labels y of shape ({rows}, 1), one an image, got "
                         f"{labels.shape}; it is another kind of file.")
    if not np.isin(labels, range(1, ZERO + 1)).all():
        raise ValueError(f"{path}: wanted labels from 1 to {ZERO}, got {labels.min()} to "
                         f"{labels.max()}; it is damaged.")
    return np.ascontiguousarray(images.transpose(3, 0, 1, 2)), (labels[:, 0] % ZERO).astype("uint8")
