"""One study process a folder."""

import pathlib
import subprocess
import sys
from tempfile import TemporaryDirectory

from yann_weightnorm.studies.lock import NAME, FolderInUse, locked

HOLD = """\
import sys
sys.path.insert(0, {path!r})
from yann_weightnorm.studies.lock import locked
with locked({folder!r}):
    print("held", flush=True)
    sys.stdin.readline()
"""


def hold(folder):
    """Return a process that holds `folder` until it gets a line."""
    root = str(pathlib.Path(__file__).resolve().parents[2])
    child = subprocess.Popen([sys.executable, "-c", HOLD.format(path=root, folder=str(folder))],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline().strip() == b"held"
    return child


def test_a_second_process_is_refused_and_told_which_has_it():
    with TemporaryDirectory() as folder:
        child = hold(folder)
        try:
            with locked(folder):
                raise AssertionError("two processes hold one folder")
        except FolderInUse as error:
            assert str(child.pid) in str(error) and folder in str(error) and "--out" in str(error)
        finally:
            child.communicate(b"\n")
        with locked(folder):
            pass


def test_what_a_killed_process_leaves_locks_nothing():
    with TemporaryDirectory() as folder:
        child = hold(folder)
        child.kill()
        child.communicate()
        assert (pathlib.Path(folder) / NAME).exists()
        with locked(folder):
            pass


def test_the_folder_is_made():
    with TemporaryDirectory() as folder, locked(pathlib.Path(folder) / "a" / "b"):
        assert (pathlib.Path(folder) / "a" / "b").is_dir()
