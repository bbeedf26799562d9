"""A checkout of upstream YANN: is it the right one, a copy of it, the series on the copy."""

import shutil
import subprocess
from pathlib import Path

from patches.make import series

__all__ = ["COMMIT", "apply", "copy", "examine", "undo"]

COMMIT = "63f970c10578749474fab304726ca1248a2605ad"
REPOSITORY = "ragavvenkatesan/yann"


def examine(checkout):
    """Raise a ValueError unless `checkout` is one of upstream at the series' commit, unchanged.

    A file that lacks is no matter; one that differs is, as patches without context go where they
    are told to, whatever is there.
    """
    found = _git(checkout, "rev-parse", "HEAD", wanted=f"a git checkout of {REPOSITORY}").strip()
    if found != COMMIT:
        raise ValueError(f"{checkout} is at commit {found}, and the series is made for {COMMIT} "
                         f"of {REPOSITORY}; run: git -C {checkout} checkout {COMMIT}")
    changed = _git(checkout, "diff", "HEAD", "--name-only", "--diff-filter=d").split("\n")
    changed = [name for name in changed if name]
    if changed:
        raise ValueError(f"{checkout} has changes of your own in {', '.join(changed)}; check the "
                         f"series on a checkout without them.")


def copy(checkout, folder):
    """Copy the files of `checkout` that git knows and that are there to the new `folder`.

    Files, not git's objects: a shallow or partial checkout lacks some of those. The copy is a
    repository of its own, so that git applies patches to it wherever it lies.
    """
    folder = Path(folder)
    names = _git(checkout, "ls-files", "-z").split("\0")
    for name in filter(None, names):
        if (Path(checkout) / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(Path(checkout) / name, folder / name)
    _git(folder, "init", "-q")
    return folder


def apply(folder):
    """Apply the series to `folder`."""
    for patch in series():
        _git(folder, "apply", "--unidiff-zero", str(patch))


def undo(folder):
    """Take the series off `folder` again."""
    for patch in reversed(series()):
        _git(folder, "apply", "--unidiff-zero", "--reverse", str(patch))


def _git(folder, *arguments, wanted="git to do that"):
    done = subprocess.run(["git", "-C", str(folder), *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{folder}: wanted {wanted}, and git {arguments[0]} says: "
                         f"{done.stderr.strip()}")
    return done.stdout
