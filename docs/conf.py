"""How Sphinx builds these pages; the build is strict, and needs no network."""

import re
import sys

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.util.nodes import make_refnode

import yann_weightnorm

project = "yann_weightnorm"
author = "the yann_weightnorm developers"
copyright = "2026, " + author  # noqa: A001  (Sphinx's name)
release = version = yann_weightnorm.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
]
# The first is what autosummary gives its pages, which are reStructuredText.
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build"]
templates_path = ["_templates"]

html_theme = "furo"
html_title = f"yann_weightnorm {release}"
html_show_sourcelink = False
html_use_index = False  # the reference lists every module, and the search finds every name
html_math_renderer = "mathml"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # lessons are kept with what they show; see docs/notebooks.py

autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False

# Whose pages can't be looked up without a network.
OTHERS = ("copy.", "numpy.", "pickletools.", "theano.", "zipfile.")


def skip_tuple_fields(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples: their class's Attributes section tells them."""
    return skip or type(obj).__name__ == "_tuplegetter"


def escape_norms(app, what, name, obj, options, lines):
    """Let docstrings write the norm of v as |v|; reStructuredText has another use for that."""
    lines[:] = [re.sub(r"(``.*?``)|\|(\w+)\|", lambda found: found.group(1)
                       or rf"\|{found.group(2)}\|", line) for line in lines]


def resolve(app, env, node, contnode):
    """Find what a docstring calls by a short name, or by a package that exports it.

    Attributes, which their class's page tells, and other projects' names stay plain text.
    """
    target = node.get("reftarget", "")
    if node.get("reftype") in ("attr", "obj") or target.startswith(OTHERS):
        return contnode
    domain = env.get_domain("py")
    for name in (imported(target, node.get("py:module")), target, target.rpartition(".")[2]):
        found = [known for known in domain.objects if name and f".{known}".endswith(f".{name}")]
        if len(found) == 1:
            place = domain.objects[found[0]]
            return make_refnode(app.builder, node["refdoc"], place.docname, place.node_id, contnode)
    return None


def imported(name, module):
    """Return the full name of what `module` knows as `name`, or None."""
    thing = getattr(sys.modules.get(module), name, None)
    return f"{thing.__module__}.{thing.__qualname__}" if hasattr(thing, "__qualname__") else None


def inline_math(translator, node):
    """Write a formula as MathML, which browsers set without a script from the network."""
    translator.body.append(convert(node.astext()))
    raise SkipNode


def displayed_math(translator, node):
    """Write a formula that stands by itself; too wide a one can be scrolled."""
    translator.body += ['<div style="margin: 1em 0; overflow: auto hidden">',
                        convert(node.astext(), display="block"), "</div>"]
    raise SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (inline_math, None), (displayed_math, None))
    app.connect("autodoc-skip-member", skip_tuple_fields)
    app.connect("autodoc-process-docstring", escape_norms)
    app.connect("missing-reference", resolve)
