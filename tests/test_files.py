"""Files that are written whole or not at all."""

import os

from tests.small import message, temporary_folder
from yann_weightnorm.files import write_atomically


def test_a_failed_write_leaves_the_old_file_and_no_other():
    with temporary_folder() as folder:
        path = write_atomically(folder / "page.html", "old")
        message(UnicodeEncodeError, write_atomically, path, "\ud800")
        message(TypeError, write_atomically, path, 3)
        message(OSError, write_atomically, folder / "no folder" / "x", b"")
        assert path.read_bytes() == b"old" and os.listdir(str(folder)) == ["page.html"]


def test_a_write_replaces_the_whole_file():
    with temporary_folder() as folder:
        write_atomically(folder / "x", "a longer text")
        assert write_atomically(folder / "x", b"short").read_bytes() == b"short"
