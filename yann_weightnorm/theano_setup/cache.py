"""A second process finds what a first one has compiled.

Theano names a compiled module by a key that, for operations written in C files, holds Python's hash
of the source text. That hash is salted anew in every process, so each compiled them again.
"""

import hashlib

__all__ = ["NAME", "apply", "mend", "stable_version"]

NAME = "cache"


def apply(flags):
    """Wait for another process's compilation in short naps: Theano takes five to ten seconds."""
    if not flags.late:
        # The time after which a process that says nothing counts as dead stays two minutes.
        if flags.offer("compile.wait", "1"):
            flags.offer("compile.timeout", "120")
    return True, "compiled modules are shared by processes"


def mend():
    """Let the key hold a digest of the source text, the same in every process."""
    from theano.gof.op import COp
    COp.c_code_cache_version = stable_version


def stable_version(op):
    """Return what ``COp.c_code_cache_version`` does, with a digest in place of ``hash``."""
    text = "\0".join(op.func_codes).encode("utf-8")
    version = (int(hashlib.sha256(text).hexdigest()[:15], 16),)
    if hasattr(op, "params_type"):
        version += (op.params_type.c_code_cache_version(),)
    return version
