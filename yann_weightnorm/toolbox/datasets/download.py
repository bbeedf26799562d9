"""Published data sets on this machine: found in a folder, or fetched into one.

A data set is read from one folder, never half from one and half from another. Files that somebody
put there are read as they are, whatever their checksum, but only a folder whose files are the
published ones is completed from the web: others need not belong to the rest.
"""

import contextlib
import contextvars
import os

from yann_weightnorm.toolbox.datasets.folders import HOW, cache_folder, root_folder
from yann_weightnorm.toolbox.datasets.part_file import tell
from yann_weightnorm.toolbox.datasets.published import published_set
from yann_weightnorm.toolbox.datasets.transfer import fetch

__all__ = ["OFFLINE", "NotThereYet", "download_dataset", "is_published", "nothing_fetched", "ready"]

OFFLINE = "YANN_WEIGHTNORM_OFFLINE"
_only_looking = contextvars.ContextVar("_only_looking", default=False)


class NotThereYet(FileNotFoundError):
    """A data set would have to be fetched, within :func:`nothing_fetched`."""


@contextlib.contextmanager
def nothing_fetched():
    """Fetch nothing in the block: a set that isn't there raises :class:`NotThereYet` instead."""
    token = _only_looking.set(True)
    try:
        yield
    finally:
        _only_looking.reset(token)


def ready(name, folder=None, has=None):
    """Return the folder that holds the files of a published set, fetched if they are nowhere.

    They are looked for in the named folder, then in the cache folder. What is missing goes to where
    the others are; if there are none, to the named folder if it can be written to, else to the
    cache folder.

    Parameters
    ----------
    name : str
        A key of `SETS` in :mod:`yann_weightnorm.toolbox.datasets.published`.
    folder : str, path-like or None, default None
        Folder that holds one folder a dataset; None reads $YANN_WEIGHTNORM_DATA.
    has : callable or None, default None
        ``has(place, file_name)`` says whether the folder `place` holds the file, or what stands for
        it, such as what is packed in it. None looks for a file of that name.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileNotFoundError
        If the folder that was named does not exist, or files are missing and can't be fetched; says
        which, their addresses, and where they may be put by hand.
    """
    wanted, has = published_set(name), has or _has_file
    place = _place(wanted, root_folder(folder), has)
    missing = [file for file in wanted.files if not has(place, file.name)]
    if missing:
        _check_company(place, [file for file in wanted.files if file not in missing], missing)
        if _only_looking.get():
            raise NotThereYet(f"{name} is not there yet ({place} lacks {_names(missing)}): what "
                              f"trains on it fetches it first, and so does: yann-weightnorm "
                              f"download {name}")
        _fetch_all(missing, place)
    return place


def download_dataset(name, folder=None):
    """Fetch the files of a published set that a folder lacks.

    Parameters
    ----------
    name : str
        'mnist', 'fashion-mnist', 'cifar10', 'cifar100', 'svhn' or 'svhn-extra'.
    folder : str, path-like or None, default None
        Folder that gets one folder a dataset, made if need be. None takes $YANN_WEIGHTNORM_DATA, or
        the cache folder where that is not set.

    Returns
    -------
    pathlib.Path
        The folder of the set, which now holds all of it.

    Raises
    ------
    ValueError
        If no set that can be fetched has that name; the nearest one is suggested.
    FileNotFoundError
        If a file can't be fetched; says its addresses, and where it may be put by hand.
    OSError
        If the disk is full, or can't be written to.
    """
    wanted = published_set(name)
    place = (root_folder(folder) or cache_folder()) / wanted.folder
    there = [file for file in wanted.files if _has_file(place, file.name)]
    missing = [file for file in wanted.files if file not in there]
    for file in there:
        what = ("the published file" if is_published(file, place)
                else "not the published file, but it is left as it is, and read")
        tell(f"{place / file.name}: there already, {what}.")
    if missing:
        _check_company(place, there, missing)
        _fetch_all(missing, place)
    return place


def is_published(file, place):
    """Say whether `place` holds the very `file`, a :class:`PublishedFile`."""
    import pooch
    path = place / file.name
    return (path.is_file() and path.stat().st_size == file.size
            and pooch.file_hash(str(path), alg="sha256") == file.sha256)


def _has_file(place, name):
    return (place / name).is_file()


def _place(wanted, root, has):
    """Return the one folder to read from, and to complete."""
    cache = cache_folder() / wanted.folder
    if root is None:
        return cache
    place = root / wanted.folder
    if not root.is_dir():
        raise FileNotFoundError(f"{wanted.folder} is read from {place}, but {root} is not a "
                                f"folder; make it, or {HOW}.")
    anything = [any(has(where, file.name) for file in wanted.files) for where in (place, cache)]
    if anything[0] or (not anything[1] and os.access(place if place.is_dir() else root, os.W_OK)):
        return place
    return cache


def _check_company(place, there, missing):
    """Refuse to fetch files that need not belong to those that are there."""
    strange = [file.name for file in there if not is_published(file, place)]
    if strange:
        raise FileNotFoundError(
            f"{place} lacks {_names(missing)}, and what it has ({', '.join(strange)}) is not what "
            f"is published, so the rest need not belong to it; put the missing there yourself, "
            f"take the others away and all are fetched, or {HOW}.")


def _fetch_all(missing, place):
    """Fetch the files into `place`, or say where they may be had."""
    if os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise FileNotFoundError(f"{place} lacks {_names(missing)}, and ${OFFLINE} forbids "
                                f"fetching; {_by_hand(missing, place)}.")
    for file in missing:
        tell(f"{file.name}: fetching {file.size} bytes into {place}.")
        _fetch(file, place, missing)


def _fetch(file, place, missing):
    try:
        fetch(file, place)
    except ConnectionError as error:
        raise FileNotFoundError(f"{file.name} could not be fetched ({error}); what came of it "
                                f"stays; {_by_hand(missing, place)}.") from error
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, f"{error.strerror} while {file.name} was written; what came "
                                   f"of it stays", str(place)) from error


def _by_hand(missing, place):
    addresses = ", ".join(file.addresses[0] for file in missing)
    return f"put what these addresses give into {place} by hand: {addresses}; if you have it, {HOW}"


def _names(files):
    return ", ".join(file.name for file in files)
