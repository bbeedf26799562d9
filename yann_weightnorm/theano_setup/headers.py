"""Compile in half the time: what every module begins with is read once.

A module of Theano's is mostly headers: Python's, NumPy's, the standard library's. gcc can keep
what it made of them and take that up in the next module. It checks that the flags are the same,
and reads the headers as they are otherwise. Debugging symbols, of code that nobody wrote by hand,
are left out; a ``-g`` in the user's ``gcc.cxxflags`` keeps them.
"""

import functools
import hashlib
import os
import sys
import tempfile

from yann_weightnorm.theano_setup import toolchain

__all__ = ["BEGINNING", "NAME", "apply", "mend", "precompiled", "quick"]

NAME = "headers"
FOLDER = "yann_weightnorm_headers"      # in Theano's compile directory

# How Theano's linker begins each module. Others, such as scan's loop, define things before.
BEGINNING = '#include <Python.h>\n#include <iostream>\n#include "theano_mod_helper.h"\n'
OFTEN = ("math.h", "numpy/arrayobject.h", "numpy/arrayscalars.h", "algorithm", "vector")
TEXT = BEGINNING + "".join(f"#include <{header}>\n" for header in OFTEN)
ELSEWHERE = ("-W", "-L", "-l")          # words for warnings and the linker leave headers alone


def apply(flags):
    """Tell whether the compiler can keep what it made of headers."""
    if not toolchain.is_gcc(toolchain.compiler(flags)):
        return False, "needs gcc"
    return True, "headers are compiled once, without debugging symbols"


def mend():
    """Let Theano's compiler take the headers as they were compiled once."""
    from theano.gof.cmodule import GCC_compiler
    original = GCC_compiler.compile_str

    @functools.wraps(original)
    def compile_str(module_name, src_code, location=None, include_dirs=None, lib_dirs=None,
                    libs=None, preargs=None, **options):
        if src_code.startswith(BEGINNING):
            preargs = quick(preargs or [])
        return original(module_name, src_code, location, include_dirs, lib_dirs, libs, preargs,
                        **options)

    GCC_compiler.compile_str = staticmethod(compile_str)


def quick(words):
    """Return the compiler's `words` with those that save time."""
    if not any(word.startswith("-g") for word in words):
        words = [*words, "-g0"]
    header = precompiled(tuple(word for word in words if not word.startswith(ELSEWHERE)))
    return [*words, "-include", header] if header else list(words)


@functools.lru_cache(maxsize=None)
def precompiled(words):
    """Return the path of the header that is compiled with `words`, or None if that fails."""
    import theano
    path = os.path.join(theano.config.compiledir, FOLDER, f"{digest(words)}.h")
    if os.path.exists(path + ".gch"):
        return path
    try:
        return path if compile_header(path, words) else None
    except OSError:                     # a full disk, say
        return None


def digest(words):
    """Return a name for all that a compiled header depends on; the compiler checks the rest."""
    import numpy
    import theano
    from theano.gof.cmodule import gcc_version, std_include_dirs
    facts = [TEXT, *sorted(words), theano.config.cxx, gcc_version(), sys.version, numpy.__version__,
             theano.__version__, *std_include_dirs()]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]


def compile_header(path, words):
    """Compile the header at `path`; return whether the compiler takes it up again.

    All is done beside it: another process may be compiling the same.
    """
    import theano
    from theano.gof.cmodule import std_include_dirs
    command = [theano.config.cxx, *words, "-fvisibility=hidden",
               *(f"-I{folder}" for folder in std_include_dirs())]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
        header = os.path.join(folder, os.path.basename(path))
        with open(header, "w") as file:
            file.write(TEXT)
        made = toolchain.run([*command, "-x", "c++-header", header, "-o", header + ".gch"])
        taken = toolchain.run([*command, "-Werror=invalid-pch", "-include", header,
                               "-fsyntax-only", "-x", "c++", os.devnull])
        if made is None or taken is None:
            return False
        os.replace(header, path)
        os.replace(header + ".gch", path + ".gch")
    return True
