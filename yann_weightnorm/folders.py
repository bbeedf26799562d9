"""Folders that appear whole or not at all, and what killed writers left behind."""

import contextlib
import errno
import os
import re
import shutil
import uuid
import warnings
from pathlib import Path

try:
    import fcntl
except ImportError:     # Windows: nobody can tell there whether a writer is still alive
    fcntl = None

__all__ = ["new_folder", "unfinished"]

UNFINISHED = re.compile(r"\.(.+)-[0-9a-f]{32}\.unfinished")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOCK, BUILT = "lock", "built"


@contextlib.contextmanager
def new_folder(folder):
    """Write a new `folder` in one piece: a reader sees all of it or nothing.

    The block gets a hidden folder beside `folder` to write to. When it ends, the files go to the
    disk and the folder takes its name; when it fails, nothing stays. What a writer that was killed
    left in the same place is removed first, with a warning that says what it was.

    Parameters
    ----------
    folder : str or path-like
        Made here, with its parents; it must not exist.

    Yields
    ------
    pathlib.Path
        Where to write.

    Raises
    ------
    FileExistsError
        If `folder` exists, or another writer made it in the meantime.
    OSError
        If the disk is full; it names `folder`.
    """
    folder = Path(folder)
    _refuse_existing(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(folder.parent)
    with _named(folder), _workshop(folder) as place:
        built = place / BUILT
        built.mkdir()
        yield built
        _to_disk(built)
        _refuse_existing(folder)
        try:
            os.rename(built, folder)
        except OSError:
            _refuse_existing(folder)    # made since: renaming onto a folder that isn't empty
            raise
    _sync(folder.parent)


@contextlib.contextmanager
def _named(folder):
    """Tell of a full disk what was to be written: a failed write doesn't know."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(folder)) from error


def unfinished(parent, name=None):
    """Return the hidden folders in `parent` in which something is or was being written.

    Parameters
    ----------
    parent : path-like
    name : str or None, default None
        Only those that were to get this name.
    """
    parent = Path(parent)
    if not parent.is_dir():
        return []
    found = ((UNFINISHED.fullmatch(path.name), path) for path in sorted(parent.iterdir()))
    return [path for match, path in found if match and name in (None, match.group(1))]


def remove_unfinished(parent):
    """Remove what writers that were killed left in `parent`; warn of each.

    The system drops a writer's lock when it ends, however it ends; what is still locked is left.
    """
    for place in unfinished(parent) if fcntl else ():
        with contextlib.suppress(OSError), _locked(place) as mine:
            if mine:
                _tell(place)
                shutil.rmtree(place)


def _tell(place):
    files = [path for path in (place / BUILT).rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    name = UNFINISHED.fullmatch(place.name).group(1)
    if (place / BUILT).is_dir():        # else it was killed after its folder was complete
        warnings.warn(f"a writer of {place.parent / name} was killed and left {place.name} with "
                      f"{len(files)} file(s), {size / 1e6:.3g} MB; it is removed.", stacklevel=6)


@contextlib.contextmanager
def _workshop(folder):
    """Make a hidden folder beside `folder`, locked by this process; remove it in the end."""
    with contextlib.ExitStack() as stack:
        mine = False
        while not mine:     # until it is locked, another writer may take it for a leftover
            place = folder.parent / f".{folder.name}-{uuid.uuid4().hex}.unfinished"
            place.mkdir()
            stack.callback(shutil.rmtree, place, ignore_errors=True)
            mine = stack.enter_context(_locked(place))
        yield place


@contextlib.contextmanager
def _locked(place):
    """Hold the lock of the folder `place` if nobody else does; yield whether it is held."""
    try:
        file = open(place / LOCK, "a", encoding="ascii")
    except FileNotFoundError:
        yield False
        return
    with file:
        yield _take(file) and (place / LOCK).exists()


def _take(file):
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _refuse_existing(folder):
    if os.path.lexists(folder):
        raise FileExistsError(f"{folder} exists; give a new folder, or remove this one first.")


def _to_disk(folder):
    for place, _, files in os.walk(folder):
        for name in files:
            _sync(os.path.join(place, name))
        _sync(place)


def _sync(path):
    if os.name == "nt" and os.path.isdir(path):
        return                          # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
