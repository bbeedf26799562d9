"""What the same words meant in Python 2, put into a syntax tree that Python 3 runs.

fissix changes how things are written; here is what is written alike and means something else.
"""

import ast
import warnings

from yann_weightnorm.toolbox.as_yann.division import Divisor, divide

__all__ = ["HELPERS", "give_meaning"]

# What the changed tree calls; the names are put into the module that runs it.
HELPERS = {"__divide__": divide, "__Divisor__": Divisor}

# A function that a tutorial of YANN calls, which nobody defines -> the one that it means (Q61).
MISNAMED = {"autoencoder": "shallow_autoencoder"}


def give_meaning(tree, path):
    """Change `tree`, a converted script of Python 2 at `path`, to do what it did there.

    * ``/`` and ``/=`` of whole numbers round down, unless the script imports ``division`` from
      ``__future__``.
    * ``pickle.load`` reads the files of Python 2, whose texts are bytes.
    * ``time.clock``, which is gone, is ``time.process_time``.
    """
    if not _has_true_division(tree):
        _Division().visit(tree)
    _Calls(tree).visit(tree)
    _mend_names(tree, path)
    ast.fix_missing_locations(tree)


def _has_true_division(tree):
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__"
               and any(alias.name == "division" for alias in node.names) for node in tree.body)


class _Division(ast.NodeTransformer):
    """Hands every division to :mod:`~yann_weightnorm.toolbox.as_yann.division`."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.copy_location(_call("__divide__", [node.left, node.right]), node)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Div):
            node.op = ast.LShift()
            node.value = ast.copy_location(_call("__Divisor__", [node.value]), node.value)
        return node


def _call(name, arguments):
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=arguments, keywords=[])


class _Calls(ast.NodeTransformer):
    """Changes calls of the standard library whose meaning or name is another now."""

    def __init__(self, tree):
        self.pickles, self.clocks = _aliases(tree, "pickle"), _aliases(tree, "time")

    def visit_Call(self, node):
        self.generic_visit(node)
        if _is_member(node.func, self.pickles, ("load", "loads")) and not node.keywords:
            node.keywords = [ast.keyword(arg="encoding", value=ast.Constant("latin1", kind=None))]
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if _is_member(node, self.clocks, ("clock",)):
            node.attr = "process_time"
        return node

    def visit_ImportFrom(self, node):
        if node.module == "time":
            for alias in node.names:
                if alias.name == "clock":
                    alias.name, alias.asname = "process_time", alias.asname or "clock"
        return node


def _aliases(tree, module):
    """Return the names under which `tree` imports `module`."""
    return {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
            for alias in node.names if alias.name == module}


def _is_member(node, modules, names):
    return isinstance(node, ast.Attribute) and node.attr in names \
        and isinstance(node.value, ast.Name) and node.value.id in modules


def _mend_names(tree, path):
    """Call what is meant where `tree` calls one of `MISNAMED`, and warn."""
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    bound = functions | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)
                         and not isinstance(node.ctx, ast.Load)}
    for node in ast.walk(tree):
        meant = MISNAMED.get(node.id) if isinstance(node, ast.Name) else None
        if meant in functions and node.id not in bound:
            warnings.warn_explicit(f"there is no function {node.id!r} here; {meant!r} is called.",
                                   UserWarning, path, node.lineno)
            node.id = meant
