"""Headers are compiled once, and modules come out the same."""

import tempfile
from unittest import mock

from tests.theano_setup.children import child
from yann_weightnorm.theano_setup import headers
from yann_weightnorm.theano_setup.measures import DISABLE

# Functions with and without OpenMP in them, what the compiler was told, and what it left.
COMPILE = """
import glob, json, os
from yann_weightnorm import theano_setup
theano_setup.prepare()
import numpy as np
import theano, theano.tensor as T
from theano.gof import cmodule
told, original = [], cmodule.output_subprocess_Popen
def tell(command, **options):
    told.append(command)
    return original(command, **options)
cmodule.output_subprocess_Popen = tell
x = T.fmatrix()
numbers = theano.function([x], [T.tanh(x) + 1, x.argmax(axis=1)])(np.eye(3, dtype="float32"))
folder = theano.config.compiledir
libraries = [path for path in glob.glob(folder + "/tmp*/*.so")]
print(json.dumps({
    "numbers": [n.tolist() for n in numbers], "told": told,
    "kept": glob.glob(folder + "/*headers/*"),
    "bytes": sum(os.path.getsize(path) for path in libraries), "modules": len(libraries)}))
"""


def compiled(folder, **environ):
    flags = f"base_compiledir={folder},cmodule.warn_no_version=False"
    return child(COMPILE, THEANO_FLAGS=flags, **environ)[0]


def test_modules_are_the_same_and_smaller():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        quick, slow = compiled(folder), compiled(other, **{DISABLE: "headers"})
    assert quick["numbers"] == slow["numbers"] and quick["modules"] == slow["modules"] > 0
    assert quick["bytes"] < slow["bytes"]
    assert slow["kept"] == [] and not any("-include" in command for command in slow["told"])
    of_modules = [command for command in quick["told"] if "-include" in command]
    assert len(of_modules) == quick["modules"]
    for command in of_modules:
        header = command[command.index("-include") + 1]
        assert header in quick["kept"] and header + ".gch" in quick["kept"]


def test_flags_that_the_compiler_refuses_leave_headers_as_they_are():
    assert headers.precompiled(("-fno-such-thing",)) is None
    assert headers.quick(["-fno-such-thing"]) == ["-fno-such-thing", "-g0"]


def asked_for(*words):
    """Return the words that `quick` adds and those it compiles the header with."""
    with mock.patch.object(headers, "precompiled", return_value="header") as compile_header:
        found = headers.quick(list(words))
    assert found[:len(words)] == list(words)
    return found[len(words):], compile_header.call_args[0][0]


def test_a_user_who_wants_debugging_symbols_has_them():
    assert asked_for("-O1") == (["-g0", "-include", "header"], ("-O1", "-g0"))
    assert asked_for("-O1", "-ggdb") == (["-include", "header"], ("-O1", "-ggdb"))


def test_what_is_linked_or_warned_about_makes_no_header_of_its_own():
    assert asked_for("-O1", "-Wl,-rpath,/x", "-L/x", "-Wno-write-strings")[1] == ("-O1", "-g0")
