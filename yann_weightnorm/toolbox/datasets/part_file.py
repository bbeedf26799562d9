"""The unfinished file of a download: one process a file, and nothing else left behind."""

import contextlib
import os
import sys

__all__ = ["part_file", "tell"]

ENDING = ".part"


def tell(text):
    """Print `text` to standard error, above a progress bar if there is one."""
    from tqdm import tqdm
    tqdm.write(text, file=sys.stderr)


@contextlib.contextmanager
def part_file(target):
    """Hold ``<target>.part`` open, to add to its end, for this process alone.

    The system drops the lock when a process ends, however it ends, so what was left behind locks
    nothing. If another process has the file, this one says so and waits. What is in it stays for
    the next attempt, but an empty file is removed.

    Parameters
    ----------
    target : pathlib.Path
        Where the whole file goes; its folder is there.
    """
    path = target.with_name(target.name + ENDING)
    with _held(path) as file:
        try:
            yield file
        finally:
            # If the file has taken its name, there is nothing at `path`.
            if _is_at(file, path) and not os.fstat(file.fileno()).st_size:
                path.unlink()


@contextlib.contextmanager
def _held(path):
    """Open `path` once it is this process's, and is still what lies there.

    Whoever had it before may have given it the final name or removed it: then there is another.
    """
    while True:
        with open(path, "a+b") as file:
            _lock(file, path)
            if _is_at(file, path):
                yield file
                return


def _is_at(file, path):
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    return False


def _lock(file, path):
    try:
        import fcntl
    except ImportError:  # Windows: two downloads of one file are the user's to avoid
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell(f"{path.name}: another process is at it; waiting.")
        fcntl.flock(file, fcntl.LOCK_EX)
