"""Scripts in a folder of their own, and what running one gives."""

import contextlib
import io
import pathlib
import textwrap
import warnings
from collections import namedtuple

from tests.small import temporary_folder
from yann_weightnorm.cli import main

SCRIPTS = pathlib.Path(__file__).with_name("scripts")

Outcome = namedtuple("Outcome", "code out err")


@contextlib.contextmanager
def folder_with(**texts):
    """Work in a folder with a file ``<name>.py`` for each of `texts`."""
    with temporary_folder() as folder:
        for name, text in texts.items():
            write(folder / f"{name}.py", text)
        yield folder


def write(path, text):
    """Write the indented `text` to `path`, and what folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def run(*words):
    """Return the :class:`Outcome` of ``yann-weightnorm run WORDS``, in this process."""
    # What a script asks of the module `warnings` is not for the other tests.
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()) as out, \
            contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(["run", *map(str, words)])
    return Outcome(code, out.getvalue(), err.getvalue())


def run_text(text, *arguments):
    """Return the outcome of a script with `text`."""
    with folder_with(script=text):
        return run("script.py", *arguments)


def printed(text, *arguments):
    """Return the lines that a script with `text` prints; it must come to its end."""
    outcome = run_text(text, *arguments)
    assert outcome.code == 0, outcome.err
    return outcome.out.splitlines()
