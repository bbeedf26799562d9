"""The public face: every module says what is public, every public thing says what it does."""

import ast
import importlib
import inspect
import pathlib
import pkgutil
import statistics

import yann_weightnorm

ROOT = pathlib.Path(yann_weightnorm.__file__).parent
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 400, 40, 10
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def modules():
    """Yield every module of the package, imported; `__main__` would run the command."""
    yield yann_weightnorm
    for _, name, _ in pkgutil.walk_packages([str(ROOT)], "yann_weightnorm."):
        if not name.endswith("__main__"):
            yield importlib.import_module(name)


def public():
    """Yield (name, object) of every public class, its public methods, and every function."""
    for module in modules():
        for name in getattr(module, "__all__", ()):
            thing, path = getattr(module, name), f"{module.__name__}.{name}"
            if inspect.isclass(thing):
                yield path, thing
                yield from ((f"{path}.{member}", value) for member, value in vars(thing).items()
                            if not member.startswith("_") and is_documentable(value))
            elif inspect.isfunction(thing):
                yield path, thing


def is_documentable(member):
    return inspect.isfunction(member) or isinstance(member, (property, classmethod, staticmethod))


def doc(thing):
    """Return the docstring, also of what a class method wraps."""
    return inspect.getdoc(getattr(thing, "__func__", thing)) or ""


def files():
    return sorted(ROOT.rglob("*.py"))


def function_lengths():
    """Yield (lines of the body without its docstring, where) of every function."""
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                yield body_length(node), f"{path.relative_to(ROOT)}: {node.name}"


def body_length(function):
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_every_module_has_a_docstring_and_says_what_is_public():
    bare = [m.__name__ for m in modules() if not m.__doc__]
    assert bare == [], bare
    # A package of which nothing is imported from its __init__ has nothing to list.
    silent = [m.__name__ for m in modules()
              if not hasattr(m, "__all__") and not is_empty_package(m)]
    assert silent == [], f"no __all__ in {silent}"


def is_empty_package(module):
    nodes = ast.parse(pathlib.Path(module.__file__).read_text(encoding="utf-8")).body
    return hasattr(module, "__path__") and len(nodes) == 1


def test_every_public_name_exists_once_and_is_not_private():
    for module in modules():
        names = list(getattr(module, "__all__", ()))
        assert len(names) == len(set(names)), module.__name__
        wrong = [n for n in names if not hasattr(module, n) or n.startswith("_")]
        assert wrong == [], f"{module.__name__}.__all__ has {wrong}"


def test_everything_public_is_documented():
    bare = sorted({path for path, thing in public() if not doc(thing).strip()})
    assert bare == [], f"without a docstring: {bare}"


def test_a_docstring_begins_with_one_summary_line():
    torn = sorted({path for path, thing in public() if doc(thing).strip()
                   and not summary_is_whole(doc(thing))})
    assert torn == [], f"the first line of these is no sentence followed by a blank line: {torn}"


def summary_is_whole(text):
    lines = text.splitlines() + [""]
    return lines[0].rstrip().endswith((".", ":", "?")) and not lines[1].strip()


def test_modules_are_short():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
               for path in files()}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE}
    assert long == {}, f"longer than {LONGEST_MODULE} lines: {long}"


def test_functions_are_short():
    long = [(lines, where) for lines, where in function_lengths() if lines > LONGEST_FUNCTION]
    assert long == [], f"longer than {LONGEST_FUNCTION} lines: {long}"
    middle = statistics.median(lines for lines, _ in function_lengths())
    assert middle <= MEDIAN_FUNCTION, f"the median function has {middle} lines"


def test_every_public_name_is_on_a_page():
    """By a directive that names it or its module: what a page doesn't name isn't found there."""
    docs = (ROOT.parent / "docs").rglob("*.md")
    named = {word for page in docs for word in page.read_text(encoding="utf-8").split()
             if word.startswith("yann_weightnorm.")}
    missing = [path for module in modules() for name in getattr(module, "__all__", ())
               for path in [f"{module.__name__}.{name}"]
               if getattr(getattr(module, name), "__module__", None) == module.__name__
               and not {path, module.__name__} & named]
    assert missing == [], f"docs/reference.md is to name the modules of these: {missing}"
