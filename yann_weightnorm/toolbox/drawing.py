"""The picture of a network: its layers from left to right, a few neurons of each."""

import itertools

import networkx as nx
from matplotlib.collections import LineCollection

from yann_weightnorm.toolbox.arrangement import arrange
from yann_weightnorm.toolbox.figures import new_figure

__all__ = ["network_figure"]

# Inches, as all lengths here.
NEURON, STEP, GAP = 0.17, 0.24, 0.3     # size of a neuron, from one to the next, and left out ones
LINE, LETTER = 0.14, 0.075              # of the text
MARGIN, LEAST_WIDTH = 0.3, 1.2          # around all, and of a column
POINTS = 72                             # to the inch
TEXT = 7                                # points
EDGES, NO_TYPE = "#9fb8dc", "#e4572e"
COLOURS = ("#bab0ab", "#4e79a7", "#59a14f", "#edc948", "#b07aa1", "#ff9da7", "#76b7b2", "#9c755f",
           "#f28e2b", "#86bcb6", "#d37295", "#a0cbe8")


class Group:
    """A layer's neurons in a column, with what is written above and below them.

    Parameters
    ----------
    name : str
    neurons : list of str
        Names of nodes, ``<layer>-<number>``.
    facts : dict
        Attributes of the nodes.
    """

    def __init__(self, name, neurons, facts):
        self.name, self.neurons = name, neurons
        self.is_map = facts.get("shape") == "square"
        self.type, self.captions = facts.get("type"), _captions(facts)
        self.skips = _skips(neurons)
        self.offsets = list(itertools.accumulate(
            (STEP + GAP * skip for skip in self.skips), initial=0.0))
        self.length = self.offsets[-1]
        # As much above as below, so that the neurons of neighbours are in line.
        self.height = self.length + 2 * (LINE * (len(self.captions) + 1) + 1.5 * STEP)
        self.width = max(LEAST_WIDTH, LETTER * (4 + max(map(len, [name, *self.captions]))))

    def place(self, x, y):
        """Put the middle of the group at x, y."""
        self.x, self.ys = x, [y + self.length / 2 - offset for offset in self.offsets]
        self.bottom, self.top = y - self.height / 2, y + self.height / 2

    def points(self):
        """Return the (x, y) of each neuron."""
        return [(self.x, y) for y in self.ys]


def network_figure(graph):
    """Return a matplotlib figure of a network's graph.

    Parameters
    ----------
    graph : networkx.DiGraph
        ``net.graph``; any without cycles will do. Nodes with one `id` among their attributes make
        a layer, squares if their `shape` is that.

    Raises
    ------
    ValueError
        If the graph has no nodes, or has cycles.
    """
    if not len(graph) or not nx.is_directed_acyclic_graph(graph):
        raise ValueError(f"draw_network got a graph of {len(graph)} nodes that it cannot draw from "
                         f"left to right; give net.graph of a network with layers.")
    groups = _groups(graph)
    owner = {neuron: group.name for group in groups.values() for neuron in group.neurons}
    layers = nx.DiGraph()
    layers.add_nodes_from(groups)
    layers.add_edges_from((owner[low], owner[high]) for low, high in graph.edges)
    places, routes = arrange(layers, {name: group.height for name, group in groups.items()})
    xs = _column_middles(groups, places)
    for name, (column, y) in places.items():
        groups[name].place(xs[column], y)
    axes = _axes(groups.values(), [y for points in routes.values() for _, y in points])
    _draw_edges(axes, graph, groups, owner,
                {edge: [(xs[column], y) for column, y in points]
                 for edge, points in routes.items()})
    _draw_groups(axes, groups.values())
    return axes.figure


# -- what is drawn ----------------------------------------------------------------------------

def _groups(graph):
    neurons, facts = {}, {}
    for node, attributes in graph.nodes(data=True):
        name = attributes.get("id", node)
        neurons.setdefault(name, []).append(node)
        facts[name] = attributes
    return {name: Group(str(name), nodes, facts[name]) for name, nodes in neurons.items()}


def _captions(facts):
    """Return the lines below a layer: its type, the shape that it gives, what it does."""
    lines = [str(facts.get("type", "data"))]
    shape = facts.get("output_shape")
    if isinstance(shape, (tuple, list)) and len(shape) > 1:
        lines.append(" x ".join(map(str, shape[1:])))
    if facts.get("activation", "identity") != "identity":
        lines.append(str(facts["activation"]))
    if facts.get("batch_norm"):
        lines.append("batch norm")
    if facts.get("dropout_rate"):
        lines.append(f"dropout {facts['dropout_rate']:g}")
    return lines


def _skips(neurons):
    """Return, for each neuron but the first, whether others before it are left out."""
    numbers = [str(neuron).rpartition("-")[2] for neuron in neurons]
    return [low.isdigit() and high.isdigit() and int(high) - int(low) > 1
            for low, high in zip(numbers, numbers[1:])]


def _column_middles(groups, places):
    widths = {}
    for name, (column, _) in places.items():
        widths[column] = max(widths.get(column, LEAST_WIDTH), groups[name].width)
    edges = list(itertools.accumulate(widths[column] for column in sorted(widths)))
    return {column: edge - widths[column] / 2 for column, edge in zip(sorted(widths), edges)}


# -- how it is drawn --------------------------------------------------------------------------

def _axes(groups, passing):
    """Return axes of a new figure, in inches, that just hold everything."""
    left, right = min(g.x - g.width / 2 for g in groups), max(g.x + g.width / 2 for g in groups)
    bottom = min([g.bottom for g in groups] + passing) - MARGIN
    top = max([g.top for g in groups] + passing) + MARGIN
    figure = new_figure(right - left + 2 * MARGIN, top - bottom)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left - MARGIN, right + MARGIN)
    axes.set_ylim(bottom, top)
    axes.set_axis_off()
    return axes


def _draw_edges(axes, graph, groups, owner, routes):
    where = {neuron: point for group in groups.values()
             for neuron, point in zip(group.neurons, group.points())}
    lines = [[where[low], where[high]] for low, high in graph.edges
             if not routes[owner[low], owner[high]]]
    for (low, high), route in routes.items():  # an edge that passes layers is one line on its way
        if route:
            lines += [[point, route[0]] for point in groups[low].points()]
            lines += [[route[-1], point] for point in groups[high].points()] + [route]
    axes.add_collection(LineCollection(lines, colors=EDGES, linewidths=0.5, zorder=1))


def _draw_groups(axes, groups):
    types = list(dict.fromkeys(group.type for group in groups if group.type))
    colours = dict(zip(types, itertools.cycle(COLOURS)))
    for group in groups:
        axes.scatter(*zip(*group.points()), s=(NEURON * POINTS) ** 2, zorder=2,
                     marker="s" if group.is_map else "o", linewidths=0.6, edgecolors="#333333",
                     color=colours.get(group.type, NO_TYPE))
        for y, skip in zip(group.ys[1:], group.skips):
            if skip:
                middle = y + (STEP + GAP) / 2
                axes.scatter([group.x] * 3, [middle - 0.06, middle, middle + 0.06], s=3,
                             color="#333333", zorder=2)
        _write(axes, group.x, group.ys[0] + STEP, [group.name], va="bottom", weight="bold")
        _write(axes, group.x, group.ys[-1] - STEP * 0.8, group.captions, va="top", color="#444444")


def _write(axes, x, y, lines, **looks):
    # A dollar sign would begin a formula.
    text = "\n".join(lines).replace("$", r"\$")
    axes.text(x, y, text, ha="center", fontsize=TEXT, zorder=3, linespacing=1.3,
              bbox={"boxstyle": "square,pad=0.1", "color": "white"}, **looks)
