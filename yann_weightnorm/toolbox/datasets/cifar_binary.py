"""The binary versions of CIFAR-10 and CIFAR-100: an archive, or the files in it.

A record is one or two label bytes, then 32x32 red, green and blue bytes.
Source: https://www.cs.toronto.edu/~kriz/cifar.html
"""

import re
import tarfile
import zlib
from typing import NamedTuple

import numpy as np

from yann_weightnorm.toolbox.datasets.download import ready
from yann_weightnorm.toolbox.datasets.idx import read_exactly

__all__ = ["CifarLayout", "cifar_folder", "read_cifar"]

PIXELS = 3 * 32 * 32
MOST_RECORDS = 60000    # a whole set; no single file of it holds more


class CifarLayout(NamedTuple):
    """What a set is called and how many classes it has.

    Parameters
    ----------
    name : str
        The set's name, also of its subfolder.
    title : str
        The name for messages.
    archive, folder : str
        The published archive, and the folder in it.
    files : str
        Regular expression of the files' names without ``.bin``.
    classes : tuple of int
        For each label byte, how many values it has.
    """

    name: str
    title: str
    archive: str
    folder: str
    files: str
    classes: tuple

    def file_of(self, path):
        """Return the name, without folders and ``.bin``, if `path` is a file of the set."""
        found = re.fullmatch(rf"(?:.*/)?({self.files})\.bin", path)
        return found.group(1) if found else None


def cifar_folder(layout, folder=None):
    """Return the folder of the set, which holds files of it or its archive; fetch it if need be.

    Parameters and errors are those of :func:`~yann_weightnorm.toolbox.datasets.download.ready`.
    """
    def has(place, _archive):
        return (place / layout.archive).is_file() or bool(
            [*_paths(place, layout), *_paths(place / layout.folder, layout)])
    return ready(layout.name, folder, has)


def read_cifar(place, layout):
    """Return what the files in `place` hold: in it, in its subfolder, or in the archive.

    Returns
    -------
    dict
        For each file, by its name without ``.bin``, images (n, 32, 32, 3) and labels (n, label
        bytes), both uint8.

    Raises
    ------
    ValueError
        If one is damaged; its name is in the message.
    """
    return (_from_folder(place, layout) or _from_folder(place / layout.folder, layout)
            or _from_archive(place / layout.archive, layout))


def _paths(place, layout):
    return [path for path in sorted(place.glob("*.bin")) if layout.file_of(path.name)]


def _from_folder(place, layout):
    files = {}
    for path in _paths(place, layout):
        with open(path, "rb") as stream:
            files[layout.file_of(path.name)] = _records(path, stream, path.stat().st_size, layout)
    return files


def _from_archive(path, layout):
    """Read the members in memory: nothing is extracted, so their paths can do no harm."""
    if not path.is_file():
        return {}
    try:
        with tarfile.open(path) as archive:
            return dict(_members(path, archive, layout))
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if getattr(error, "errno", None) is not None:
            raise
        raise ValueError(f"{path}: damaged archive ({error}); fetch it again.") from error


def _members(path, archive, layout):
    for member in archive:
        name = layout.file_of(member.name)
        # Of links and devices there is nothing to read; a sparse member could promise zeros
        # without end.
        if name and member.isreg() and not member.issparse():
            stream = archive.extractfile(member)
            yield name, _records(f"{path}, {member.name}", stream, member.size, layout)


def _records(who, stream, size, layout):
    record = len(layout.classes) + PIXELS
    rows, rest = divmod(size, record)
    if rest or not 0 < rows <= MOST_RECORDS:
        raise ValueError(f"{who}: wanted 1 to {MOST_RECORDS} records of {record} bytes, got "
                         f"{size} bytes; it is damaged or not the binary version.")
    table = np.frombuffer(read_exactly(who, stream, size), "uint8").reshape(rows, record)
    labels = table[:, :len(layout.classes)].copy()
    for column, classes in zip(labels.T, layout.classes):
        if column.max() >= classes:
            raise ValueError(f"{who}: a label is {column.max()}, but {layout.title} has 0 to "
                             f"{classes - 1}; it is damaged or not the binary version.")
    images = table[:, len(layout.classes):].reshape(rows, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels
