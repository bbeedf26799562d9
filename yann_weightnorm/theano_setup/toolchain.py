"""The C++ compiler that Theano will call."""

import shutil
import subprocess

__all__ = ["compiler", "is_gcc", "run"]


def compiler(flags):
    """Return the path of the compiler, as Theano finds it, or None."""
    named = flags.user("cxx")
    return shutil.which("g++" if named is None else named) if named != "" else None


def is_gcc(path):
    """Return whether the compiler at `path` is gcc, and not clang under its name."""
    if path is None:
        return False
    done = run([path, "-dM", "-E", "-x", "c++", "/dev/null"])
    return done is not None and "__GNUC__" in done and "__clang__" not in done


def run(command, timeout=120):
    """Return the standard output of `command`, or None if it failed."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=timeout, universal_newlines=True)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
