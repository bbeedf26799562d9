"""Where the files of published datasets lie."""

import os
from pathlib import Path

__all__ = ["VARIABLE", "cache_folder", "data_folder", "find_file", "root_folder"]

VARIABLE = "YANN_WEIGHTNORM_DATA"
HOW = f"set ${VARIABLE} to the folder above it, or pass --data on the command line or folder="


def root_folder(folder=None):
    """Return the folder of all datasets that was named, or None.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds one folder a dataset; None reads $YANN_WEIGHTNORM_DATA.
    """
    folder = os.environ.get(VARIABLE) if folder is None else folder
    return Path(folder) if folder else None


def cache_folder():
    """Return the folder of datasets that were fetched when no folder was named.

    On Linux ``~/.cache/yann_weightnorm``. It need not exist.
    """
    import pooch
    return Path(pooch.os_cache("yann_weightnorm"))


def data_folder(dataset, folder=None):
    """Return the folder of the files of `dataset`, ``<folder>/<dataset>``.

    Parameters
    ----------
    dataset : str
        Name of the subfolder, such as 'mnist'.
    folder : str, path-like or None, default None
        Folder that holds one folder a dataset; None reads $YANN_WEIGHTNORM_DATA.

    Raises
    ------
    FileNotFoundError
        If neither names a folder, or the folder of the dataset doesn't exist.
    """
    root = root_folder(folder)
    if root is None:
        raise FileNotFoundError(f"{dataset} is read from a folder {dataset!r}, and nothing says "
                                f"where it is; {HOW}.")
    place = root / dataset
    if not place.is_dir():
        raise FileNotFoundError(f"{dataset} is read from {place}, which is not a folder; {HOW}.")
    return place


def find_file(place, names):
    """Return the first of `names` that is a file in `place`.

    Raises
    ------
    FileNotFoundError
        If none is; the message says which were wanted.
    """
    for name in names:
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(f"{place} has no file {' or '.join(names)}; put it there, or {HOW}.")
