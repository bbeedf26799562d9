"""From the text of a Python 2 script to Python 3's syntax tree, every node on its own old line.

fissix converts the text. Its fixers may add a line (an import of `reduce`) or take one away, so
the new lines say nothing to the one who wrote the script. But what a fixer leaves in place knows
where it came from: from that follows, for each new line, the old one.
"""

import ast
import functools
import io

from fissix import refactor
from fissix.pgen2 import token, tokenize
from fissix.pgen2.parse import ParseError

__all__ = ["python3_tree"]

TAB = 8  # columns from one tab stop to the next, as Python 2 counts

# It takes `from __future__ import division` away, which is needed to tell what / means.
UNWANTED = {"fissix.fixes.fix_future"}


def python3_tree(text, path):
    """Return the syntax tree of the Python 2 source `text`, converted.

    Parameters
    ----------
    text : str
        Lines end with a line feed.
    path : str
        Where the text lies: error messages name it, and modules beside it are found.

    Returns
    -------
    ast.Module
        Its nodes have the line numbers of `text`.

    Raises
    ------
    SyntaxError
        If `text` is not Python 2; it points to the line.
    """
    old = _with_spaces(text, path)
    converted = _convert(old, path)
    new, lines = str(converted), _old_lines(converted)
    try:
        tree = ast.parse(new, path)
    except SyntaxError as error:
        raise _error(error.msg, path, text, lines[min(error.lineno or 1, len(lines)) - 1]) \
            from error
    _Relocation(lines, new.split("\n"), text.split("\n")).visit(tree)
    return tree


def _convert(text, path):
    try:
        return _tool().refactor_string(text + "\n", path)
    except ParseError as error:
        raise _error("invalid syntax", path, text, error.context[1][0]) from error


@functools.lru_cache(maxsize=None)
def _tool():
    fixers = set(refactor.get_fixers_from_package("fissix.fixes")) - UNWANTED
    return refactor.RefactoringTool(sorted(fixers))


def _error(message, path, text, line, kind=SyntaxError):
    lines = text.split("\n")
    line = max(1, min(line, len(lines)))
    return kind(message, (path, line, None, lines[line - 1]))


# -- tabs -------------------------------------------------------------------------------------

def _with_spaces(text, path):
    """Return `text` indented by spaces: Python 3 refuses the mixtures that Python 2 took."""
    lines, inside = text.split("\n"), _lines_inside_strings(text, path)
    for number, line in enumerate(lines, start=1):
        if number not in inside and "\t" in line:
            code = line.lstrip(" \t\f")
            lines[number - 1] = line[:len(line) - len(code)].expandtabs(TAB) + code
    return "\n".join(lines)


def _lines_inside_strings(text, path):
    """Return the numbers of the lines that begin within a string."""
    return {line for kind, _, start, end, _ in _tokens(text, path) if kind == token.STRING
            for line in range(start[0] + 1, end[0] + 1)}


def _tokens(text, path):
    """Yield the tokens; where one is wrong or left open, a SyntaxError points there."""
    opened = []
    try:
        for found in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            kind, value, (line, _) = found[:3]
            if kind == token.ERRORTOKEN:
                raise _error("invalid syntax", path, text, line)
            if kind == token.OP and value in "([{":
                opened.append(line)
            elif kind == token.OP and value in ")]}" and opened:
                opened.pop()
            yield found
    except tokenize.TokenError as error:
        line = opened[-1] if opened else error.args[1][0]
        raise _error("this is never closed", path, text, line) from error
    except IndentationError as error:  # it knows the line, not the file
        raise _error(error.msg, path, text, error.lineno, IndentationError) from error


# -- lines ------------------------------------------------------------------------------------

def _old_lines(converted):
    """Return, for each line of the converted source, the line of the old one it stands for."""
    known, line = {}, 1
    for leaf in converted.leaves():
        line += leaf.prefix.count("\n")
        length = leaf.value.count("\n")
        if leaf.lineno and leaf.value.strip():
            for step in range(length + 1):
                known.setdefault(line + step, leaf.lineno + step)
        line += length
    lines, last = [], 1
    for number in range(1, line + 1):
        last = known.get(number, last)
        lines.append(last)
    return lines


class _Relocation(ast.NodeVisitor):
    """Sets each node's place to the one it has in the old text.

    On a line that the conversion changed columns mean nothing: there the node has none, and a
    traceback marks no part of the line.
    """

    def __init__(self, lines, new, old):
        self.lines, self.new, self.old = lines, new, old

    def visit(self, node):
        if hasattr(node, "lineno"):
            self._relocate(node)
        self.generic_visit(node)

    def _relocate(self, node):
        first, last = node.lineno, node.end_lineno
        node.lineno = self.lines[first - 1]
        node.end_lineno = max(node.lineno, self.lines[last - 1])
        if not (self._kept(first, node.lineno) and self._kept(last, node.end_lineno)):
            node.col_offset = node.end_col_offset = -1

    def _kept(self, new, old):
        return self.new[new - 1] == self.old[old - 1]
