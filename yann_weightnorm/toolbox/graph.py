"""The network as YANN draws it: a few neurons of each layer, joined layer to layer."""

import webbrowser

import networkx as nx

from yann_weightnorm.toolbox.activations import activation_name
from yann_weightnorm.toolbox.printing import say

__all__ = ["add_to_graph", "draw_network"]

SHOWN = 7  # neurons of a layer; of a larger one the first five and the last two


def add_to_graph(network, view):
    """Add nodes for `view`'s layer to ``network.graph`` and ``network.layer_graph``, and edges."""
    nodes = _nodes(view)
    attributes = dict(_attributes(view), size=300,
                      shape="square" if len(view.output_shape) == 4 else "circle")
    network.layer_graph[view.id] = nx.DiGraph(name=view.id)
    for graph in (network.layer_graph[view.id], network.graph):
        graph.add_nodes_from(nodes, **attributes)
    for origin in view.origin:
        below = _nodes(network.layers[origin]) if origin in network.layers else [origin]
        network.graph.add_edges_from((low, high) for low in below for high in nodes)


def _attributes(view):
    return {"id": view.id, "type": view.type, "output_shape": view.output_shape,
            "num_neurons": view.num_neurons or "N/A", "origin": view.origin,
            "activation": activation_name(view.activation), "batch_norm": view.batch_norm,
            "dropout_rate": view.dropout_rate}


def _nodes(view):
    count = view.output_shape[1] if len(view.output_shape) == 4 else view.output_shape[-1]
    numbers = list(range(count)) if count <= SHOWN else [*range(5), count - 2, count - 1]
    return [f"{view.id}-{number}" for number in numbers]


def draw_network(graph, filename="network.pdf", show=False, verbose=2):
    """Draw a network's graph to a file: layers from left to right, a few neurons of each.

    Parameters
    ----------
    graph : networkx.DiGraph
        ``net.graph``.
    filename : str or path, default 'network.pdf'
        Its ending says in which format: eps, jpg, pdf, png, svg, ...
    show : bool, default False
        Also open the file with what the system opens such files with.
    verbose : int, default 2

    Raises
    ------
    ValueError
        If the ending names no format, or the graph is empty or has cycles.
    """
    # Not at the top: they bring Matplotlib, which a network that is not drawn need not load.
    from yann_weightnorm.toolbox.drawing import network_figure
    from yann_weightnorm.toolbox.figures import check_ending, save_figure
    path = check_ending(filename, "draw_network")
    save_figure(network_figure(graph), path)
    say(2, f"Drew the network to {path}", verbose)
    if show:
        webbrowser.open(path.resolve().as_uri())
