"""Runs a script as ``python SCRIPT`` would, with YANN there."""

import builtins
import contextlib
import importlib.util
import os
import sys
import types

from yann_weightnorm.toolbox.as_yann import division
from yann_weightnorm.toolbox.as_yann.finding import imports_of_a_script
from yann_weightnorm.toolbox.as_yann.language import compiled
from yann_weightnorm.toolbox.as_yann.meaning import HELPERS

__all__ = ["CannotRun", "run_script"]

FAILED, INTERRUPTED = 1, 130
OURS = {__file__, division.__file__}  # whose frames no traceback shows


class CannotRun(ValueError):
    """There is no script to run at the path that was given."""


def run_script(path, arguments=(), python=None):
    """Run the script at `path` and return its exit code.

    Within it, ``import yann`` gives the bundled toolbox. A script of Python 2 is converted in
    memory. What it raises is printed as Python prints it, on the lines of the file.

    Parameters
    ----------
    path : str
    arguments : sequence of str
        What follows the script's name in ``sys.argv``.
    python : {2, 3}, optional
        Which Python the script is written for; found out by default.

    Returns
    -------
    int
        That of ``sys.exit``, 0 at the end, 1 after an error, 130 after an interruption.

    Raises
    ------
    CannotRun
        If there is no such script, or it is no text.
    """
    text = _read(path)
    try:
        code, python = compiled(text, path, python)
    except SyntaxError as error:
        _show(error.with_traceback(None))
        return FAILED
    with _as_main(path, arguments) as module, \
            imports_of_a_script(os.path.dirname(os.path.realpath(path)), python):
        return _exit_code(code, vars(module))


def _read(path):
    if os.path.isdir(path):
        raise CannotRun(f"{path} is a folder; name the script in it.")
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise CannotRun(f"cannot read the script {path}: {error.strerror}.") from error
    try:
        text = importlib.util.decode_source(content)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise CannotRun(f"{path} is no Python script: its text cannot be decoded ({error}); if "
                         f"it is one, its first line may name the encoding.") from error
    if "\0" in text:
        raise CannotRun(f"{path} is no Python script: it holds binary data.")
    return text


@contextlib.contextmanager
def _as_main(path, arguments):
    """Make a module ``__main__`` of the script at `path`, and its ``sys.argv``."""
    module = types.ModuleType("__main__")
    vars(module).update(HELPERS, __file__=path, __builtins__=builtins)
    before = sys.argv, sys.modules.get("__main__")
    sys.argv, sys.modules["__main__"] = [path, *arguments], module
    try:
        yield module
    finally:
        sys.argv, sys.modules["__main__"] = before


def _exit_code(code, names):
    try:
        exec(code, names)
    except SystemExit as end:
        return _code_of(end)
    except KeyboardInterrupt as error:
        _show(error)
        return INTERRUPTED
    except BaseException as error:
        _show(error)
        return FAILED
    return 0


def _code_of(end):
    if end.code is None or isinstance(end.code, int):
        return int(end.code or 0)
    print(end.code, file=sys.stderr)
    return FAILED


def _show(error):
    sys.stdout.flush()
    error = error.with_traceback(_without_ours(error.__traceback__))
    sys.excepthook(type(error), error, error.__traceback__)


def _without_ours(trace):
    """Return `trace` without the frames of this module and of the division."""
    kept = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename not in OURS:
            kept.append(trace)
        trace = trace.tb_next
    for above, below in zip(kept, kept[1:] + [None]):
        above.tb_next = below
    return kept[0] if kept else None
