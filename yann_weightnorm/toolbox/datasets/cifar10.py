"""CIFAR-10, read from its binary version: cifar-10-binary.tar.gz or the files in it.

A record is one label byte, then 32x32 red, green and blue bytes.
Source: https://www.cs.toronto.edu/~kriz/cifar.html
"""

import re
import tarfile
import zlib

import numpy as np

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.folders import HOW, data_folder
from yann_weightnorm.toolbox.datasets.idx import read_exactly
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out

__all__ = ["cifar10", "read_cifar10"]

ARCHIVE, FOLDER = "cifar-10-binary.tar.gz", "cifar-10-batches-bin"
WANTED = re.compile(r"(?:.*/)?(data_batch_[1-9]|test_batch)\.bin")
RECORD = 1 + 3 * 32 * 32
MOST_RECORDS = 60000    # the whole set; no single file of it holds more


def cifar10(folder=None, *, mini_batch_size=100, valid_rows=None, train_rows=None, test_rows=None,
            normalize=True):
    """Return CIFAR-10: 50,000 images of 32x32 in colour to train, 10,000 to test.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds ``cifar10/cifar-10-binary.tar.gz``, or the files extracted from it, in
        ``cifar10/`` or ``cifar10/cifar-10-batches-bin/``. None reads $YANN_WEIGHTNORM_DATA. Those
        of data_batch_1.bin ... data_batch_5.bin that are there make the training images.
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
        If a file is missing; says which, and how to point at the folder.
    ValueError
        If a file is damaged, or a limit doesn't fit its rows.

    Notes
    -----
    YANN permutes all 60,000 images and draws its own splits; here the published test images stay
    the test images.
    """
    who, parts = "dataset 'cifar10'", read_cifar10(data_folder("cifar10", folder))
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
    files = _from_folder(place) or _from_folder(place / FOLDER) or _from_archive(place / ARCHIVE)
    train = [files[name] for name in sorted(files) if name != "test_batch"]
    if not train or "test_batch" not in files:
        raise FileNotFoundError(
            f"{place} must hold {ARCHIVE}, or data_batch_1.bin (to data_batch_5.bin) and "
            f"test_batch.bin; got {', '.join(sorted(files)) or 'none of them'}; {HOW}.")
    return {"train": tuple(np.concatenate(part) for part in zip(*train)),
            "test": files["test_batch"]}


def _from_folder(place):
    files = {}
    for path in sorted(place.glob("*.bin")):
        name = WANTED.fullmatch(path.name)
        if name:
            with open(path, "rb") as stream:
                files[name.group(1)] = _records(path, stream, path.stat().st_size)
    return files


def _from_archive(path):
    """Read the members in memory: nothing is extracted, so their paths can do no harm."""
    if not path.is_file():
        return {}
    files = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = WANTED.fullmatch(member.name)
                # A sparse member could promise zeros without end.
                if name and member.isreg() and not member.issparse():
                    stream = archive.extractfile(member)
                    who = f"{path}, {member.name}"
                    files[name.group(1)] = _records(who, stream, member.size)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ValueError(f"{path}: damaged archive ({error}); fetch it again.") from error
    return files


def _records(who, stream, size):
    rows, rest = divmod(size, RECORD)
    if rest or not 0 < rows <= MOST_RECORDS:
        raise ValueError(f"{who}: wanted 1 to {MOST_RECORDS} records of {RECORD} bytes, got "
                         f"{size} bytes; it is damaged or not the binary version.")
    records = np.frombuffer(read_exactly(who, stream, size), "uint8").reshape(rows, RECORD)
    labels = records[:, 0].copy()
    if labels.max() > 9:
        raise ValueError(f"{who}: a label is {labels.max()}, but CIFAR-10 has 0 to 9; "
                         f"it is damaged or not the binary version.")
    images = records[:, 1:].reshape(rows, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels
