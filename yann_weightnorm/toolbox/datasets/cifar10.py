"""CIFAR-10, read from its binary version: cifar-10-binary.tar.gz or the files in it."""

import numpy as np

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.cifar_binary import CifarLayout, cifar_folder, read_cifar
from yann_weightnorm.toolbox.datasets.folders import HOW
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out

__all__ = ["cifar10", "read_cifar10"]

ARCHIVE = "cifar-10-binary.tar.gz"
LAYOUT = CifarLayout("cifar10", "CIFAR-10", ARCHIVE, "cifar-10-batches-bin",
                     "data_batch_[1-9]|test_batch", (10,))


def cifar10(folder=None, *, mini_batch_size=100, valid_rows=None, train_rows=None, test_rows=None,
            normalize=True):
    """Return CIFAR-10: 50,000 images of 32x32 in colour to train, 10,000 to test.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds ``cifar10/cifar-10-binary.tar.gz``, or the files extracted from it, in
        ``cifar10/`` or ``cifar10/cifar-10-batches-bin/``. None reads $YANN_WEIGHTNORM_DATA. Those
        of data_batch_1.bin ... data_batch_5.bin that are there make the training images. Where
        nothing is, the archive is fetched, see
        :func:`~yann_weightnorm.toolbox.datasets.download.ready`.
    mini_batch_size : int, default 100
        Rows in a mini batch.
    valid_rows : int or None, default None
        Training images held out, from the end, to validate; 0 for none. None holds out a fifth:
        10,000 of the full set, as many as in YANN.
    train_rows, test_rows : int or None, default None
        Use only so many rows, from the start; None uses all.
    normalize : bool, default True
        Divide the bytes by 255.

    Returns
    -------
    Dataset

    Raises
    ------
    FileNotFoundError
        If a file is missing and can't be fetched; says which, and where it may be put.
    ValueError
        If a file is damaged, or a limit doesn't fit its rows.

    Notes
    -----
    YANN permutes all 60,000 images and draws its own splits; here the published test images stay
    the test images.
    """
    who, parts = "dataset 'cifar10'", read_cifar10(cifar_folder(LAYOUT, folder))
    rows = len(parts["train"][1])
    train, valid = hold_out(who, parts["train"], train_rows=train_rows,
                            valid_rows=rows // 5 if valid_rows is None else valid_rows)
    test = first_rows(who, "test_rows", parts["test"], test_rows)
    return dataset_from_arrays(train, valid, test, name="cifar10",
                               mini_batch_size=mini_batch_size, normalize=normalize)


def read_cifar10(place):
    """Return the images and labels that lie in the folder `place`.

    Returns
    -------
    dict
        'train' and 'test', each (images, labels): (n, 32, 32, 3) and (n,), uint8.
    """
    files = read_cifar(place, LAYOUT)
    train = [files[name] for name in sorted(files) if name != "test_batch"]
    if not train or "test_batch" not in files:
        raise FileNotFoundError(
            f"{place} must hold {ARCHIVE}, or data_batch_1.bin (to data_batch_5.bin) and "
            f"test_batch.bin; got {', '.join(sorted(files)) or 'none of them'}; {HOW}.")
    images, labels = (np.concatenate(part) for part in zip(*train))
    test_images, test_labels = files["test_batch"]
    return {"train": (images, labels[:, 0]), "test": (test_images, test_labels[:, 0])}
