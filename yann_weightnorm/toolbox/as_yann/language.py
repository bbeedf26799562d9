"""Which Python a source was written for, and its code."""

import ast
import linecache

from yann_weightnorm.toolbox.as_yann.converting import python3_tree
from yann_weightnorm.toolbox.as_yann.meaning import give_meaning

__all__ = ["compiled", "is_python2"]

BUILTINS = {"apply", "basestring", "buffer", "cmp", "coerce", "execfile", "file", "intern", "long",
            "raw_input", "reduce", "reload", "unichr", "unicode", "xrange"}
METHODS = {"has_key", "iteritems", "iterkeys", "itervalues"}
MODULES = {"__builtin__", "ConfigParser", "HTMLParser", "Queue", "StringIO", "Tkinter", "cPickle",
           "cStringIO", "commands", "copy_reg", "httplib", "urllib2", "urlparse"}
ONLY_PYTHON_3 = (ast.AnnAssign, ast.AsyncFunctionDef, ast.JoinedStr, ast.NamedExpr, ast.Nonlocal,
                 ast.YieldFrom)

def compiled(text, path, python=None, unless=3):
    """Return the code of the source `text`, and the Python (2 or 3) that it was taken for.

    Parameters
    ----------
    text : str
    path : str
        The file's name in tracebacks. They show the lines of `text`, even if the file changes.
    python : {2, 3}, optional
        Which Python it is written for; found out by default.
    unless : {2, 3}, default 3
        What a source is taken for that might be either.

    Raises
    ------
    SyntaxError
        If it is neither, from the reading that came furthest.
    """
    linecache.cache[path] = len(text), None, text.splitlines(True), path
    if python is None:
        python, tree = _find_out(text, path, unless)
    else:
        tree = _python2(text, path) if python == 2 else ast.parse(text, path)
    return compile(tree, path, "exec", dont_inherit=True), python


def _find_out(text, path, unless):
    try:
        tree = ast.parse(text, path)
    except SyntaxError as error:
        return 2, _python2_or(error, text, path)
    if is_python2(tree) or (unless == 2 and not _is_python3(tree)):
        return 2, _python2(text, path)
    return 3, tree


def _python2_or(error, text, path):
    """Return the tree of Python 2, or raise the error that stands further below."""
    try:
        return _python2(text, path)
    except SyntaxError as other:
        raise max(error, other, key=lambda e: e.lineno or 0) from None


def _python2(text, path):
    tree = python3_tree(text, path)
    give_meaning(tree, path)
    return tree


def is_python2(tree):
    """Return whether a source that Python 3 can read was written for Python 2.

    It was if it uses a built-in name, a method or a module that only Python 2 has, or if Python 3
    would do something with what `print` returns. What stands within a ``try`` does not count: a
    source for both asks there what it has. Nor does anything count beside syntax that Python 2
    does not have.
    """
    if _is_python3(tree):
        return False
    nodes = list(_outside_try(tree))
    bound = {name for node in ast.walk(tree) for name in _bound(node)}
    return any(_is_old(node, bound) for node in nodes)


def _is_python3(tree):
    return any(isinstance(node, ONLY_PYTHON_3) for node in ast.walk(tree))


def _outside_try(node):
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Try):
            yield from _outside_try(child)


def _bound(node):
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.arg):
        yield node.arg


def _is_old(node, bound):
    if isinstance(node, ast.Expr):
        return _is_print_statement(node.value)
    if isinstance(node, ast.Name):
        return node.id in BUILTINS - bound
    if isinstance(node, ast.Attribute):
        return node.attr in METHODS
    if isinstance(node, ast.Import):
        return any(alias.name in MODULES for alias in node.names)
    return isinstance(node, ast.ImportFrom) and node.module in MODULES


def _is_print_statement(value):
    """Return whether the expression is one of ``print >>file, x``, ``print (a).b``, ``print``."""
    for name in ast.walk(value):
        if isinstance(name, ast.Name) and name.id == "print" and _place(name) == _place(value):
            return getattr(value, "func", None) is not name
    return False


def _place(node):
    return node.lineno, node.col_offset
