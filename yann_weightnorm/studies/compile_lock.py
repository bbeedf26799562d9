"""Workers that compile at the same time without standing in each other's way.

Theano lets one process compile at a time in a folder: from the first module of a function to its
last the others wait, asleep for seconds at a time. Here the lock is the system's, which wakes those
who wait, and it is off while the C++ compiler runs. That is safe: the compiler works in a folder of
its own, which Theano leaves alone until the module's key is written, under the lock. Should two
processes compile the same module, Theano takes either.
"""

import functools
import os

from theano.gof import cmodule, compilelock

__all__ = ["share_compiler"]

NAME = "studies.lock"  # beside Theano's modules

_held = []


def share_compiler():
    """Replace Theano's lock in this process; a second call does nothing."""
    try:
        import fcntl  # noqa: F401
    except ImportError:  # Windows: Theano's own lock stays
        return
    if compilelock.lock is not acquire:
        compilelock.lock = acquire
        compilelock.Unlocker.unlock = release
        cmodule.output_subprocess_Popen = unlocked(cmodule.output_subprocess_Popen)


def acquire(lock_folder, **unread):
    """Wait for the lock; in place of ``compilelock.lock``."""
    import fcntl
    folder = os.path.dirname(lock_folder)
    os.makedirs(folder, exist_ok=True)
    file = open(os.path.join(folder, NAME), "a")  # noqa: SIM115  (held until release)
    fcntl.flock(file, fcntl.LOCK_EX)
    _held.append(file)


def release(unlocker, force=False):
    """Let go of the lock, if it is held; in place of ``Unlocker.unlock``."""
    while _held:
        _held.pop().close()


def unlocked(call):
    """Return `call`, which runs the compiler, made to let go of the lock meanwhile."""
    @functools.wraps(call)
    def wrapper(*args, **options):
        was_held = bool(_held)
        release(None)
        try:
            return call(*args, **options)
        finally:
            if was_held:
                acquire(compilelock.get_lock.lock_dir)
    return wrapper
