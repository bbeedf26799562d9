"""The series of patches for upstream YANN, without a checkout of it: form, grammar, mathematics."""

import ast
import contextlib
import functools
import importlib.util
import io
import json
import pathlib
import re
import subprocess
import tempfile
import unittest
from unittest import mock

import numpy as np
import theano
import theano.tensor as T
from fissix import pygram
from fissix.pgen2 import driver
from fissix.pytree import convert

from patches import check, make, outcomes, side_by_side, steps, upstream
from tests.small import begin, finish, floatx, temporary_folder
from yann_weightnorm import initialization, initialize_from_data, network, normalization
from yann_weightnorm.ops import least_length
from yann_weightnorm.toolbox.layers import batch_normalization

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = sorted(make.SOURCE.rglob("*.py"))
HUNK = re.compile(r"@@ -(\d+),0 \+(\d+),(\d+) @@")


def source(name):
    """Return the path of the one new file of the series that is called `name`."""
    found, = make.SOURCE.glob(f"*/files/{name}")
    return found


@functools.lru_cache(maxsize=None)
def mathematics():
    """Return the series' module of mathematics, which needs no YANN."""
    spec = importlib.util.spec_from_file_location("series_mathematics",
                                                  source("yann/core/weight_norm.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestForm(unittest.TestCase):
    """What the files say, and where git puts it."""

    def test_the_patches_are_what_make_writes(self):
        self.assertEqual({path.name: path.read_text(encoding="utf-8") for path in make.series()},
                         make.made(), "run: python -m patches.make")

    def test_they_only_add_and_carry_nothing_of_upstream(self):
        for path in make.series():
            _, *files = path.read_text(encoding="utf-8").split("\ndiff --git ")
            self.assertTrue(files, path)
            for text in files:
                _, *lines = text.splitlines()
                while not lines[0].startswith("@@"):  # names of files, and no object of git's
                    self.assertRegex(lines.pop(0), r"^(--- a/|--- /dev|\+\+\+ b/|new file mode)")
                self.check_hunks(lines)

    def check_hunks(self, lines):
        shift = 0
        while lines:
            place, new, count = map(int, HUNK.fullmatch(lines.pop(0)).groups())
            added, lines = lines[:count], lines[count:]
            self.assertTrue(count and len(added) == count)
            self.assertEqual([line for line in added if not line.startswith("+")], [])
            self.assertEqual(new, place + shift + 1)
            shift += count

    def test_git_puts_every_line_where_it_belongs_and_takes_it_off_again(self):
        with made_up_yann() as folder:
            before = contents(folder)
            upstream.apply(folder)
            after = contents(folder)
            for name, places in insertions().items():
                lines = after[name].splitlines()
                for place, added in places:
                    start = lines.index(f"line {place}") + 1
                    self.assertEqual(lines[start:start + len(added)], added)
            for path in make.SOURCE.glob("*/files/**/*.py"):
                name = path.as_posix().split("/files/")[1]
                self.assertEqual(after[name], path.read_text(encoding="utf-8"))
            upstream.undo(folder)
            self.assertEqual(contents(folder), before)

    def test_the_commands_of_the_readme_apply_and_undo(self):
        text = (make.HERE / "README.md").read_text(encoding="utf-8")
        text = text.replace("/path/to/yann_weightnorm/patches", str(make.HERE))
        apply, undo = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[:2]
        self.assertIn(f"git checkout -q {upstream.COMMIT}\n", apply)
        with made_up_yann() as folder:
            before = contents(folder)
            for commands in (apply.replace(upstream.COMMIT, "HEAD"), undo):
                subprocess.run(["bash", "-e", "-c", commands], check=True, cwd=folder)
                self.assertEqual(contents(folder) == before, commands is undo)

    def test_lines_without_a_place_or_out_of_order_are_refused(self):
        for text, said in (("x = 1\n", "'x = 1'"), ("@@ after 3\nx\n@@ after 2\ny\n", r"\[3, 2\]")):
            with temporary_folder() as folder:
                (folder / "message.txt").write_text("Subject\n")
                (folder / "lines").mkdir()
                (folder / "lines" / "a.py.lines").write_text(text)
                with self.assertRaisesRegex(ValueError, said):
                    make.patch_text(folder)


def insertions():
    """Return the lines that the series puts into upstream's files: name -> [(place, lines)]."""
    return {path.as_posix().split("/lines/")[1][:-len(make.ENDING)]:
            make._hunks(path.name, path.read_text(encoding="utf-8"))
            for path in make.SOURCE.glob("*/lines/**/*" + make.ENDING)}


def git(folder, *arguments):
    """Run git in `folder`, as nobody in particular."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def made_up_yann():
    """Give a repository whose files have the names of upstream's, and lines of no content."""
    with temporary_folder() as folder:
        git(folder, "init", "-q")
        for name in insertions():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("".join(f"line {n}\n" for n in range(1, 3202)))
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "made up")
        yield folder


def contents(folder):
    """Return the texts of the files below `folder`, without git's."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


# -- grammar ----------------------------------------------------------------------------------

# What Python 2.7 can't read, as the syntax tree of Python 3 has it.
NEWER = (ast.AnnAssign, ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await, ast.JoinedStr,
         ast.MatMult, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom)


def newer(node):
    """Return whether `node` of a syntax tree is something that Python 2.7 does not have."""
    if isinstance(node, ast.arguments):
        return bool(node.kwonlyargs or node.posonlyargs)
    if isinstance(node, ast.arg):
        return node.annotation is not None
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return any(isinstance(part, ast.Starred) for part in node.elts)
    if isinstance(node, ast.Dict):
        return None in node.keys
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", None)
        return name == "super" and not node.args or \
            name == "print" and (len(node.args) != 1 or bool(node.keywords))
    return isinstance(node, NEWER) or (isinstance(node, ast.Raise) and node.cause is not None)


def test_python_2_7_and_3_read_every_file():
    grammar = driver.Driver(pygram.python_grammar, convert=convert)
    for path in [*PYTHON, pathlib.Path(steps.__file__)]:
        text = path.read_text(encoding="ascii")  # Python 2.7 wants a coding line for more
        found = [ast.dump(node) for node in ast.walk(ast.parse(text)) if newer(node)]
        assert found == [], (path, found)
        grammar.parse_string(text)


def test_what_python_2_7_lacks_is_found():
    for text in ("f'{x}'", "def f(*, a): 0", "def f(a: int): 0", "print(1, 2)", "super().f()",
                 "[*a]", "raise A from b", "x: int = 1", "{**a}", "a @ b"):
        assert any(newer(node) for node in ast.walk(ast.parse(text))), text


# -- mathematics ------------------------------------------------------------------------------

class TestMathematics(unittest.TestCase):
    """The series' functions and the plugin's, in float64: they must not drift apart."""

    def setUp(self):
        self.v = np.random.RandomState(0).normal(size=(4, 3, 2, 2))
        self.weights = np.random.RandomState(1).normal(size=self.v.shape)

    def both(self, v, axis):
        """Return (weight, gradient of v, gradient of g) of the series, then of the plugin."""
        axes = tuple(n for n in range(v.ndim) if n != axis)
        g = np.random.RandomState(2).uniform(0.5, 2, v.shape[axis])
        x = T.TensorType("float64", [False] * v.ndim)("v")
        length = T.dvector("g")
        spread = length.dimshuffle(*[0 if n == axis else "x" for n in range(v.ndim)])
        outputs = []
        for w in (mathematics().compose(x, length, axis),
                  normalization.compose(x, spread, axes if v.ndim > 2 else axes[0])):
            cost = T.sum(T.sqr(w) * self.weights.reshape(-1)[:v.size].reshape(v.shape))
            outputs += [w, *T.grad(cost, [x, length])]
        found = theano.function([x, length], outputs)(v, g)
        return found[:3], found[3:]

    def test_weights_and_gradients_agree(self):
        for v, axis in ((self.v.reshape(4, 12), 1), (self.v, 0), (self.v, 1)):
            for theirs, ours in zip(*self.both(v, axis)):
                np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-14)

    def test_no_direction_has_the_plugin_s_weight_and_gradient(self):
        self.v[1] = 0
        theirs, ours = self.both(self.v, 0)
        for one, other in zip(theirs, ours):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
        self.assertTrue((theirs[0][1] == 0).all() and np.isfinite(theirs[1]).all())

    def test_weights_are_taken_apart_alike(self):
        for axis in (0, 1):
            axes = tuple(n for n in range(4) if n != axis)
            theirs, ours = mathematics().decompose(self.v, axis), \
                normalization.decompose(self.v, axes)
            self.assertIs(theirs[0], self.v)
            np.testing.assert_allclose(theirs[1], ours[1].ravel(), rtol=1e-15)
        self.v[2] = 0
        for function, place in ((mathematics().decompose, 0),
                                (normalization.decompose, (1, 2, 3))):
            with self.assertRaisesRegex(ValueError, "2.* no direction|2.* direction to learn"):
                function(self.v, place)

    def test_what_is_too_short_is_so_in_both(self):
        for dtype in ("float32", "float64"):
            self.assertEqual(mathematics().least_length(dtype), least_length(dtype))

    def test_the_start_from_data_is_the_plugin_s(self):
        with floatx("float64"):
            net = begin()
            net.add_layer("weightnorm_dot", id="fc", num_neurons=4)
            finish(net, cook=False)
            net.cook(resultor=None)
            layer = net.dropout_layers["fc"]
            x = net.cooked_datastream.load_data("train", 0)[0][:4]
            linear = x.dot(layer.weight_value())
            mean, deviation = theano.function([], mathematics().moments(T.constant(linear)))()
            g, b = mathematics().standardize(layer.g.get_value(), mean, deviation)
            initialize_from_data(net, redraw=False)
        np.testing.assert_allclose(g, layer.g.get_value(), rtol=1e-10)
        np.testing.assert_allclose(b, layer.b.get_value(), rtol=1e-10)

    def test_constants_are_the_plugin_s(self):
        special, layers = (constants(source(name)) for name in (
            "yann/special/weight_norm.py", "yann/layers/weight_norm.py"))
        self.assertEqual(special["start_deviation"], initialization.DEVIATION)
        self.assertEqual(layers["new_share"], batch_normalization.NEW_SHARE)


def constants(path):
    """Return the constants that the module at `path` names."""
    return {node.targets[0].id: node.value.value
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)}


# -- the check --------------------------------------------------------------------------------

class TestCheckout(unittest.TestCase):
    """Whether a checkout is the right one, and the copy of it."""

    def test_another_commit_is_refused_by_name(self):
        with made_up_yann() as folder:
            head = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"],
                                  capture_output=True, text=True).stdout.strip()
            with self.assertRaisesRegex(ValueError, f"at commit {head}.*{upstream.COMMIT}"):
                check.check(folder, "python2.7", folder)
            for command in (check, side_by_side):
                with contextlib.redirect_stderr(io.StringIO()) as said:
                    status = command.main(["--yann", str(folder), "--python", "python2.7"])
                self.assertEqual(status, 2)
                self.assertIn(head, said.getvalue())

    def test_what_is_no_checkout_is_refused(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(
                ValueError, "a git checkout of ragavvenkatesan/yann"):
            with mock.patch.dict("os.environ", GIT_CEILING_DIRECTORIES=str(
                    pathlib.Path(folder).parent)):
                upstream.examine(folder)

    def test_changes_are_refused_by_name_and_missing_files_are_not(self):
        with made_up_yann() as folder:
            head = subprocess.run(["git", "-C", str(folder), "rev-parse", "HEAD"],
                                  capture_output=True, text=True).stdout.strip()
            with mock.patch.object(upstream, "COMMIT", head):
                (folder / "docs/source/tutorial.rst").unlink()
                upstream.examine(folder)
                (folder / "yann/network.py").write_text("other\n")
                with self.assertRaisesRegex(ValueError, "yann/network.py"):
                    upstream.examine(folder)

    def test_a_copy_has_what_git_knows_and_what_is_there(self):
        with made_up_yann() as folder, tempfile.TemporaryDirectory() as place:
            (folder / "docs/source/tutorial.rst").unlink()
            (folder / "notes.txt").write_text("of the user's own\n")
            copy = upstream.copy(folder, pathlib.Path(place) / "copy")
            self.assertEqual(sorted(contents(copy)),
                             sorted(set(insertions()) - {"docs/source/tutorial.rst"}))


CASE = '<testcase classname="tests.a" name="{}">{}</testcase>'


class TestOutcomes(unittest.TestCase):
    """Tests before and after."""

    def outcomes(self, **tests):
        with temporary_folder() as folder:
            cases = "".join(CASE.format(name, f"<{end}/>" if end else "")
                            for name, end in tests.items())
            (folder / "report.xml").write_text(f"<testsuite>{cases}</testsuite>")
            return outcomes.read(folder / "report.xml")

    def test_outcomes_are_read_and_counted(self):
        found = self.outcomes(a="", b="failure", c="skipped", d="error")
        self.assertEqual(found, {"tests.a.a": "passed", "tests.a.b": "failed",
                                 "tests.a.c": "skipped", "tests.a.d": "failed"})
        self.assertEqual(outcomes.count(found), "1 passed, 2 failed, 1 skipped")

    def test_what_passed_must_pass_and_what_is_new_too(self):
        before = self.outcomes(a="", b="failure", c="")
        self.assertEqual(outcomes.compare(before, self.outcomes(a="", b="failure", c="", d="")), [])
        wrong = outcomes.compare(before, self.outcomes(a="failure", b="", d="failure"))
        self.assertEqual(wrong, ["tests.a.a passed before, and failed now",
                                 "tests.a.c passed before, and is gone now",
                                 "tests.a.d is new, and failed"])
        self.assertEqual(outcomes.compare(before, before), ["the series brought no tests"])


# -- side by side -----------------------------------------------------------------------------

def test_the_script_for_both_trains_here():
    with temporary_folder() as folder:
        data = check.small_data(folder / "digits")
        task = side_by_side.task("softmax regression, SGD", data, folder, "here")
        task = steps.plain(json.loads(json.dumps(dict(task, rate=0.5, epochs=1, steps=30))))
        found = steps.train(steps.build(task, network), task)
    assert len(found["costs"]) == 30 and found["costs"][-1] < 0.7 * found["costs"][0], found
    assert found["seconds"] > 0


def test_the_page_has_a_row_for_every_recipe():
    text = (ROOT / "docs" / "upstream.md").read_text(encoding="utf-8")
    section = text.split("## Side by side\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| [\d.]+ to [\d.]+ \|", section, re.MULTILINE)
    assert rows == list(side_by_side.RECIPES), rows
    for name in ("STEPS", "GENTLE", "BRISK", "SCALE", "EPOCHS"):
        assert str(getattr(side_by_side, name)) in section, name
