"""What is installed: the metadata, the files, the commands; and the script that makes .venv."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from importlib import metadata

import yann_weightnorm

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "yann_weightnorm"


def run(command, **settings):
    """Return the finished process of `command`; it gets no standard input."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300, **settings)


def requirement(name, lines):
    """Return what `lines`, the metadata's requirements, say of package `name`."""
    return [line for line in lines if re.split(r"[^\w-]", line)[0].lower() == name.lower()]


class TestMetadata(unittest.TestCase):
    """What pip knows of the installed package."""

    def setUp(self):
        try:
            self.package = metadata.distribution("yann_weightnorm")
        except metadata.PackageNotFoundError:
            self.skipTest("the package is not installed; pip install -e .")

    def test_version_and_licence(self):
        self.assertEqual(self.package.version, yann_weightnorm.__version__)
        said = self.package.metadata
        self.assertEqual(said.get("License-Expression") or said.get("License"), "MIT")

    def test_pythons(self):
        self.assertEqual(set(self.package.metadata["Requires-Python"].split(",")),
                         {">=3.8", "<3.12"})

    def test_theano_and_numpy_are_pinned(self):
        self.assertIn("==1.0.5", requirement("theano", self.package.requires)[0])
        self.assertIn("<1.24", requirement("numpy", self.package.requires)[0])

    def test_it_does_not_depend_on_the_other_project_called_yann(self):
        self.assertEqual(requirement("yann", self.package.requires), [])

    def test_extras(self):
        self.assertEqual(set(self.package.metadata.get_all("Provides-Extra")),
                         {"all", "docs", "onnx", "oracle", "peers", "study",
                          "reinforcement", "tensorboard", "test"})

    def test_command(self):
        points = {point.name: point.value for point in self.package.entry_points}
        self.assertEqual(points["yann-weightnorm"], "yann_weightnorm.cli:main")


class TestBuild(unittest.TestCase):
    """What setup.py packs."""

    def test_every_file_of_the_package_is_packed(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run([sys.executable, "setup.py", "-q", "build", "--build-base", folder],
                       cwd=ROOT)
            self.assertEqual(done.returncode, 0, done.stderr)
            packed = files(pathlib.Path(folder, "lib", "yann_weightnorm"))
        self.assertEqual(packed, files(PACKAGE))


def files(folder):
    """Return the paths of the files below `folder`, without what Python compiled."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}


class TestCommand(unittest.TestCase):
    """Both ways to call it."""

    def test_module(self):
        done = run([sys.executable, "-m", "yann_weightnorm", "--help"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("study", done.stdout)

    def test_script(self):
        script = pathlib.Path(sys.executable).with_name("yann-weightnorm")
        if not script.exists():
            self.skipTest("the package is not installed; pip install -e .")
        self.assertIn("usage: yann-weightnorm", run([str(script), "--help"]).stdout)


class TestVenv(unittest.TestCase):
    """`.ci/venv` on machines that lack something: it says what, and makes nothing."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.programs = self.folder / "bin"
        self.programs.mkdir()

    def program(self, name, script):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def refused(self, **variables):
        environment = dict({"PATH": str(self.programs)}, **variables)
        done = run([str(ROOT / ".ci" / "venv")], cwd=self.folder, env=environment)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse((self.folder / ".venv").exists())
        return done.stderr

    def test_no_compiler(self):
        self.assertIn("needs a C++ compiler", self.refused())

    def test_no_python(self):
        self.program("g++", "exit 0")
        self.assertIn("needs Python 3.8 to 3.11", self.refused())

    def test_only_a_newer_python(self):
        self.program("g++", "exit 0")
        # The Python that runs this test, as the version that it isn't.
        self.program("python3", f'{sys.executable} -c \'import sys\nsys.version_info = (3, 12, 1)\n'
                                'exec(sys.stdin.read())\'')
        said = self.refused()
        self.assertIn("python3 is Python 3.12", said)
        self.assertIn("PYTHON=/path/to/python3.11", said)

    def test_a_shim_that_does_not_run_is_passed_over(self):
        self.program("g++", "exit 0")
        self.program("python3.11", "echo 'command not found' >&2; exit 127")
        self.assertNotIn("python3.11 ", self.refused().split("Install")[0])

    def test_the_named_python_is_the_only_one_tried(self):
        self.program("g++", "exit 0")
        os.symlink(sys.executable, str(self.programs / "python3"))
        self.assertIn("needs Python 3.8 to 3.11", self.refused(PYTHON="/nowhere/python"))


class TestMakefile(unittest.TestCase):
    """The two commands, as make would run them."""

    def test_study_is_the_command(self):
        done = run(["make", "--dry-run", "study"], cwd=ROOT)
        self.assertIn("yann-weightnorm study run --out study", done.stdout)

    def test_test_runs_nose(self):
        self.assertIn("nosetests", run(["make", "--dry-run", "test"], cwd=ROOT).stdout)
