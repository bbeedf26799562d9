"""Writers of data sets that are killed, or find the disk full: nothing half-written is read.

The writers are forked from the test, so that a hundred of them take little time.
"""

import os
import random
import signal
import sys
import tempfile
import traceback
import unittest
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import SEED, raises
from tests.toolbox.datasets.test_mapped import Blocks, same
from yann_weightnorm import folders
from yann_weightnorm.toolbox.datasets import open_dataset, save_dataset, save_yann_dataset

with_forks = unittest.skipUnless(hasattr(os, "fork"), "the system has no fork")
DATA = Blocks(blocks=(3, 1, 0))
WRITERS = {"mapped": save_dataset, "YANN's": save_yann_dataset}
TIMES = 40          # each writer is killed, at as many moments of its work


def child(work, *args):
    """Run `work` in a process of its own; return how it ended: a signal below 0, or its status."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work(*args)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    status = os.waitpid(pid, 0)[1]
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


class Moments:
    """Counts calls and returns of functions, C functions among them; at one of them, it kills."""

    def __init__(self, last=None):
        self.count, self.last = 0, last

    def __call__(self, frame, event, argument):
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def write(save, place, last):
    sys.setprofile(Moments(last))
    save(DATA, place)
    sys.setprofile(None)


def moments(save):
    """Return how many moments there are in writing `DATA`."""
    for _ in range(2):      # the first time, modules are imported and caches filled
        counter = Moments()
        with tempfile.TemporaryDirectory() as folder:
            sys.setprofile(counter)
            try:
                save(DATA, Path(folder) / "set")
            finally:
                sys.setprofile(None)
    return counter.count


@contextmanager
def told():
    """Collect what is warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def kill_at(save, last):
    """Kill a writer, look at what it left, let another one follow; return what that one says."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "set"
        ended, whole = child(write, save, place, last), place.exists()
        # The moments differ by a few from run to run: the last may come too late to kill.
        assert ended == -signal.SIGKILL or ended == 0 and whole
        if whole:       # the folder took its name first
            same(open_dataset(place), DATA)
        else:
            left = " One was begun" if folders.unfinished(folder) else "wrote."
            with raises(FileNotFoundError, "neither dataset.json nor data_params.pkl", left):
                open_dataset(place)
        with told() as caught:
            other = place.parent / ("other" if whole else "set")
            save(DATA, other)
        same(open_dataset(other), DATA)
        assert sorted(os.listdir(folder)) == (["other", "set"] if whole else ["set"])
    return [str(one.message) for one in caught]


@with_forks
def test_killed_at_any_moment():
    rng = random.Random(SEED)
    for save in WRITERS.values():
        count = moments(save)
        said = [kill_at(save, last) for last in sorted(rng.sample(range(1, count), TIMES))]
        assert all(len(words) <= 1 for words in said), said
        spoken = [words[0] for words in said if words]
        assert len(spoken) > TIMES // 2, spoken
        for text in spoken:
            assert "a writer of " in text and "was killed and left .set-" in text, text
            assert "MB; it is removed" in text, text


@with_forks
def test_killed_at_the_moments_that_matter():
    """Just before and just after the folder gets its name, and while the files go to the disk."""
    for name, before in (("rename", True), ("rename", False), ("fsync", True), ("fsync", False)):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "set"
            assert child(write_and_die_at, place, name, before) == -signal.SIGKILL
            assert place.exists() == ((name, before) == ("rename", False))
            with told() as caught:
                save_dataset(DATA, Path(folder) / "other")
            assert len(caught) == (0 if place.exists() else 1)
            assert folders.unfinished(folder) == []


def write_and_die_at(place, name, before):
    plain = getattr(os, name)

    def deadly(*args):
        if not before:
            plain(*args)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(os, name, deadly)
    save_dataset(DATA, place)


@with_forks
def test_a_writer_that_is_alive_is_left_alone():
    with tempfile.TemporaryDirectory() as folder:
        with folders.new_folder(Path(folder) / "slow") as place:
            (place / "file").write_text("begun")
            for name in ("fast", "faster"):
                assert child(save_quietly, Path(folder) / name) == 0
            assert [one.name[:6] for one in folders.unfinished(folder)] == [".slow-"]
            assert folders.unfinished(folder, "fast") == []
        assert sorted(os.listdir(folder)) == ["fast", "faster", "slow"]
        assert (Path(folder) / "slow" / "file").read_text() == "begun"


def save_quietly(place):
    with told() as caught:
        save_dataset(DATA, place)
    assert not caught, caught


def test_of_two_writers_of_one_folder_the_first_wins():
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "set"
        with raises(FileExistsError, f"{place} exists", "give a new folder"):
            with folders.new_folder(place) as built:
                (built / "late").write_text("")
                save_dataset(DATA, place)
        same(open_dataset(place), DATA)
        assert os.listdir(folder) == ["set"]


def test_a_writer_that_fails_leaves_nothing():
    for error in (ValueError, KeyboardInterrupt):
        with tempfile.TemporaryDirectory() as folder:
            try:
                with folders.new_folder(Path(folder) / "deep" / "set") as place:
                    (place / "sub").mkdir()
                    (place / "sub" / "file").write_text("x")
                    raise error
            except error:
                assert os.listdir(Path(folder) / "deep") == []


def test_what_is_no_leftover_is_not_touched():
    with tempfile.TemporaryDirectory() as folder:
        names = [".set-abc.unfinished", ".set.unfinished", "set-" + "0" * 32 + ".unfinished",
                 ".hidden"]
        for name in names:
            (Path(folder) / name).mkdir()
        save_quietly(Path(folder) / "set")
        assert sorted(os.listdir(folder)) == sorted([*names, "set"])


# -- a full disk --------------------------------------------------------------------------------

@with_forks
def test_a_full_disk_is_told_and_leaves_nothing():
    """No file may grow beyond a limit, which the system refuses as it does a full disk."""
    for save in WRITERS.values():
        for limit in (0, 1, 64, 128, 200, 300):
            with tempfile.TemporaryDirectory() as folder:
                assert child(write_below, limit, save, Path(folder) / "set") == 0
                assert os.listdir(folder) == []


def write_below(limit, save, place):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with raises(OSError, "File too large", str(place)):
        save(DATA, place)


@with_forks
def test_enough_room_is_enough():
    with tempfile.TemporaryDirectory() as folder:
        assert child(write_with_room, Path(folder) / "set") == 0
        np.testing.assert_array_equal(open_dataset(Path(folder) / "set").load("train", 2)[0],
                                      DATA.load("train", 2)[0])


def write_with_room(place):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    save_dataset(DATA, place)
