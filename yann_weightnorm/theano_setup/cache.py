"""A second process finds what a first one has compiled.

Theano files a compiled module under the versions and the signature of its operations, and two
slips keep a later process from finding it:

* For operations written in C files the version is Python's hash of the source text, which is
  salted anew in every process.
* An operation without parameters (``__props__ = ()``: the matrix product, the cross-entropy of a
  softmax) counts as one without a version, which is never shared.
"""

import functools
import hashlib

__all__ = ["NAME", "apply", "mend", "stable_version", "versions", "with_versions"]

NAME = "cache"


def apply(flags):
    """Wait for another process's compilation in short naps: Theano takes five to ten seconds."""
    if not flags.late:
        # The time after which a process that says nothing counts as dead stays two minutes.
        if flags.offer("compile.wait", "1"):
            flags.offer("compile.timeout", "120")
    return True, "compiled modules are shared by processes"


def mend():
    """Give each compiled module a key that is the same in every process."""
    from theano.gof.cc import CLinker
    from theano.gof.op import COp
    COp.c_code_cache_version = stable_version
    CLinker.cmodule_key_ = with_versions(CLinker.cmodule_key_)


def stable_version(op):
    """Return what ``COp.c_code_cache_version`` does, with a digest in place of ``hash``."""
    text = "\0".join(op.func_codes).encode("utf-8")
    version = (int(hashlib.sha256(text).hexdigest()[:15], 16),)
    if hasattr(op, "params_type"):
        version += (op.params_type.c_code_cache_version(),)
    return version


def with_versions(original):
    """Return ``CLinker.cmodule_key_``, mended for operations without parameters."""
    @functools.wraps(original)
    def cmodule_key_(linker, fgraph, *args, **kwargs):
        key = original(linker, fgraph, *args, **kwargs)
        if key is None or key[0]:               # can't be cached; or has a version
            return key
        return versions(linker.schedule(fgraph)), key[1]

    return cmodule_key_


def versions(nodes):
    """Return the versions of all operations and types in `nodes`; () if one has none."""
    found = []
    for node in nodes:
        if hasattr(node.op, "c_code_cache_version_apply"):
            found.append(node.op.c_code_cache_version_apply(node))
        found += [variable.type.c_code_cache_version() for variable in node.inputs + node.outputs]
    return tuple(found) if all(found) else ()
