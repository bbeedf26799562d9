"""Where the nodes of a directed graph without cycles go when it is drawn from left to right.

The steps are those of Sugiyama, Tagawa and Toda (1981): columns, points on the way where an edge
passes a column, an order within each column, positions.
"""

import networkx as nx

__all__ = ["arrange", "columns_of"]

SWEEPS = 8          # over the columns, there and back; the order settles long before
PASSING = 0.5       # height that an edge takes where it passes a column


def columns_of(graph):
    """Return the column of each node, from 0: as far left as its edges allow.

    A node that nothing leads to stands just before the first one that it leads to.

    Parameters
    ----------
    graph : networkx.DiGraph

    Returns
    -------
    dict
    """
    columns = {}
    for node in nx.topological_sort(graph):
        columns[node] = 1 + max((columns[below] for below in graph.predecessors(node)), default=-1)
    for node in graph:
        if not graph.in_degree(node) and graph.out_degree(node):
            columns[node] = min(columns[above] for above in graph.successors(node)) - 1
    return columns


def arrange(graph, heights):
    """Return where the nodes and edges of `graph` go.

    Parameters
    ----------
    graph : networkx.DiGraph
        Without cycles.
    heights : dict
        Node -> the height that it takes.

    Returns
    -------
    places : dict
        Node -> (column, height of its middle); heights grow upwards. Parts of the graph that are
        not connected lie below each other.
    routes : dict
        Edge -> the places between its ends, one for each column that it passes.
    """
    columns, routes = columns_of(graph), {}
    whole, sizes = nx.DiGraph(), dict(heights)
    whole.add_nodes_from(graph)
    whole.add_edges_from(graph.edges)
    for low, high in graph.edges:
        points = [(low, high, column) for column in range(columns[low] + 1, columns[high])]
        if points:
            whole.remove_edge(low, high)
            nx.add_path(whole, [low, *points, high])
        columns.update((point, point[2]) for point in points)
        sizes.update((point, PASSING) for point in points)
        routes[low, high] = points
    ys = _stacked(whole, columns, sizes)
    places = {node: (columns[node], ys[node]) for node in whole}
    return ({node: places[node] for node in graph},
            {edge: [places[point] for point in points] for edge, points in routes.items()})


def _stacked(graph, columns, sizes):
    """Return the height of each node, the parts of the graph below each other."""
    ys, floor = {}, 0.0
    rank = {node: number for number, node in enumerate(graph)}
    parts = [sorted(part, key=rank.get) for part in nx.weakly_connected_components(graph)]
    for part in sorted(parts, key=lambda part: (-len(part), rank[part[0]])):
        found = _settled(graph, part, columns, sizes)
        top = max(y + sizes[node] / 2 for node, y in found.items())
        ys.update({node: y - top + floor for node, y in found.items()})
        floor = min(ys[node] - sizes[node] / 2 for node in found)
    return ys


def _settled(graph, nodes, columns, sizes):
    """Return heights that bring each node near those it is joined to, without overlap."""
    ys = dict.fromkeys(nodes, 0.0)
    order = {}
    for node in nodes:
        order.setdefault(columns[node], []).append(node)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = graph.predecessors if forward else graph.successors
        for column in sorted(order, reverse=not forward):
            wanted = {node: _mean([ys[other] for other in neighbours(node)], ys[node])
                      for node in order[column]}
            order[column].sort(key=lambda node: -wanted[node])
            ys.update(_apart(order[column], wanted, sizes))
    return ys


def _apart(nodes, wanted, sizes):
    """Return the wanted heights moved apart, from the highest down, their mean kept."""
    placed, below = {}, float("inf")
    for node in nodes:
        placed[node] = min(wanted[node], below - sizes[node] / 2)
        below = placed[node] - sizes[node] / 2
    shift = _mean([wanted[node] - placed[node] for node in nodes])
    return {node: y + shift for node, y in placed.items()}


def _mean(values, default=0.0):
    return sum(values) / len(values) if values else default
