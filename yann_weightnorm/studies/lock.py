"""One study process a folder."""

import contextlib
import os
from pathlib import Path

__all__ = ["FolderInUse", "locked"]

NAME = ".lock"


class FolderInUse(RuntimeError):
    """Another process runs a study in the folder."""


@contextlib.contextmanager
def locked(folder):
    """Hold `folder`, made if need be, for this process alone.

    The system drops the lock when the process ends, however it ends: a file that was left behind
    locks nothing.

    Raises
    ------
    FolderInUse
        If another process has it; says which.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / NAME, "a+", encoding="ascii") as file:
        _take(file, folder)
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _take(file, folder):
    try:
        import fcntl
    except ImportError:  # Windows: two studies in one folder are the user's to avoid
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip() or "unknown"
        raise FolderInUse(f"{folder} is in use by another study, process {pid}; wait for it, end "
                          f"it, or choose another folder with --out.") from None
