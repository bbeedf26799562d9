"""The computational graph of a compiled function as files: a listing, a picture, a page."""

import io
import pathlib

import theano
from theano.d3viz import d3viz

from yann_weightnorm.files import write_atomically
from yann_weightnorm.toolbox.printing import say

__all__ = ["draw_computation"]


def draw_computation(function, name, folder, format="pdf", short_variable_names=False, verbose=2):
    """Write the graph of `function` to ``<folder>/static`` and ``<folder>/dynamic``.

    There is always ``static/<name>.txt``, which lists the operations as an indented tree. The
    picture ``static/<name>.<format>`` and the page ``dynamic/<name>.html``, which one moves about
    in, need Graphviz and the package pydot; where they cannot be drawn, a line says why.

    Parameters
    ----------
    function : theano.compile.Function
    name : str
    folder : str or path
    format : str, default 'pdf'
        Any that Graphviz writes.
    short_variable_names : bool, default False
        Label a variable that has a name with that alone.
    verbose : int, default 2
        At 1 and more the line is printed.
    """
    static, dynamic = pathlib.Path(folder) / "static", pathlib.Path(folder) / "dynamic"
    for each in (static, dynamic):
        each.mkdir(parents=True, exist_ok=True)
    # The graph itself: a function may be wrapped, and Theano's printers take none but their own.
    graph = function.maker.fgraph
    _write_listing(graph, static / f"{name}.txt")
    try:
        picture = theano.printing.pydotprint(
            graph, format=format, return_image=True, print_output_file=False,
            var_with_name_simple=short_variable_names)
        write_atomically(static / f"{name}.{format}", picture)
        d3viz(graph, str(dynamic / f"{name}.html"))
    # Theano, pydot and Graphviz have an error each for what is missing, of many kinds.
    except Exception as error:
        say(1, f"The graph of {name!r} is listed in {static / name}.txt but not drawn: "
               f"{' '.join(str(error).split())}", verbose)


def _write_listing(graph, path):
    listing = io.StringIO()
    theano.printing.debugprint(graph, file=listing, print_type=True)
    write_atomically(path, listing.getvalue())
