"""The graph of a network and its drawing: attributes, arrangement, formats."""

import contextlib
import io
import webbrowser

import networkx as nx
import numpy as np
from PIL import Image

from tests.small import begin, finish, message, small_network, temporary_folder
from yann_weightnorm.toolbox.arrangement import PASSING, arrange, columns_of
from yann_weightnorm.toolbox.drawing import network_figure
from yann_weightnorm.toolbox.graph import draw_network

HEADS = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml", "eps": b"%!PS-Adobe",
         "jpg": b"\xff\xd8\xff", "PNG": b"\x89PNG"}


def graph(*edges, nodes=()):
    made = nx.DiGraph()
    made.add_nodes_from(nodes)
    made.add_edges_from(edges)
    return made


def autoencoder():
    """Return a network whose input also goes past three layers to the last but one."""
    net = begin()
    net.add_layer("dot_product", id="code", num_neurons=9)
    net.add_layer("dot_product", id="decoder", num_neurons=36)
    net.add_layer("unflatten", id="image", shape=(6, 6, 1))
    net.add_layer("merge", id="merge", origin=("input", "image"))
    net.add_layer("objective", id="obj", origin="merge", layer_type="value")
    return net


def written(figure):
    return [line for text in figure.axes[0].texts for line in text.get_text().split("\n")]


# -- attributes -------------------------------------------------------------------------------

def test_the_nodes_of_layers_have_their_attributes_q44():
    net = small_network(cook=False, batch_norm=True, dropout_rate=0.25)
    node = net.graph.nodes["conv-1"]
    assert node == net.layer_graph["conv"].nodes["conv-1"]
    expected = {"id": "conv", "type": "conv_pool", "output_shape": (4, 3, 2, 2), "num_neurons": 3,
                "activation": "relu", "batch_norm": True, "dropout_rate": 0.25,
                "origin": ["input"], "shape": "square", "size": 300}
    assert node == expected, node
    assert net.graph.nodes["fc-0"]["shape"] == "circle"
    assert net.graph.nodes["data"] == {"shape": "square", "size": 1000, "style": "filled",
                                       "fillcolor": "red"}


# -- arrangement ------------------------------------------------------------------------------

def test_columns_follow_the_longest_way():
    assert columns_of(graph("ab", "bc", "ac", "cd")) == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_a_node_that_nothing_leads_to_stands_before_the_first_it_leads_to():
    found = columns_of(graph("ab", "bc", "cd", "zd", "yb", "yd", nodes="x"))
    assert (found["z"], found["y"], found["x"]) == (2, 0, 0)


def test_nothing_overlaps_and_each_part_has_its_own_height():
    rng = np.random.RandomState(0)
    made = graph(*[(low, high) for low in range(14) for high in range(low + 1, 14)
                   if rng.rand() < 0.25], ("a", "b"), nodes=range(14))
    heights = {node: 0.5 + rng.rand() for node in made}
    places, routes = arrange(made, heights)
    boxes = [(*place, heights[node]) for node, place in places.items()]
    boxes += [(*point, PASSING) for points in routes.values() for point in points]
    for number, (column, y, height) in enumerate(boxes):
        for other, y2, height2 in boxes[:number]:
            assert column != other or abs(y - y2) >= (height + height2) / 2 - 1e-9
    lowest = min(places[node][1] - heights[node] / 2 for node in range(14) if made.degree(node))
    assert places["a"][1] == places["b"][1] < lowest


def test_a_chain_is_straight_and_what_passes_it_goes_round():
    places, routes = arrange(graph("ab", "bc", "cd", "ad"), dict.fromkeys("abcd", 1.0))
    assert [places[node][0] for node in "abcd"] == [0, 1, 2, 3]
    assert abs(places["b"][1] - places["c"][1]) < 1e-9
    assert [column for column, _ in routes["a", "d"]] == [1, 2]
    assert routes["a", "b"] == [] and len(routes) == 4


# -- drawing ----------------------------------------------------------------------------------

def test_the_ending_says_the_format_q45():
    net = small_network(cook=False)
    with temporary_folder() as folder:
        for ending, head in HEADS.items():
            path = folder / "new" / f"net.{ending}"
            draw_network(net.graph, path, verbose=0)
            assert path.read_bytes().startswith(head), ending
        draw_network(net.graph, verbose=0)
        assert (folder / "network.pdf").read_bytes().startswith(b"%PDF")
        with Image.open(folder / "new" / "net.png") as image:
            pixels = np.asarray(image.convert("RGB"))
        assert pixels.shape[1] > 2 * pixels.shape[0] and len(np.unique(pixels)) > 50


def test_an_unknown_ending_is_refused_before_anything_is_written():
    net = small_network(cook=False)
    with temporary_folder() as folder:
        for name in ("net.pgn", "net", "net.", ".png"):
            said = message(ValueError, draw_network, net.graph, name)
            assert repr(name) in said and "eps, jpeg, jpg, pdf" in said, said
        assert "perhaps you meant 'png'" in message(ValueError, draw_network, net.graph, "a.pgn")
        assert list(folder.iterdir()) == []


def test_what_cannot_be_drawn_from_left_to_right_is_refused():
    for made in (nx.DiGraph(), graph("ab", "ba")):
        said = message(ValueError, draw_network, made, "net.png")
        assert f"a graph of {len(made)} nodes" in said and "net.graph" in said, said


def test_it_says_what_it_drew_and_opens_it_if_told():
    opened = []

    class Noted(webbrowser.BaseBrowser):
        def open(self, url, new=0, autoraise=True):
            opened.append(url)
            return True

    webbrowser.register("noted", None, Noted("noted"), preferred=True)
    out = io.StringIO()
    with temporary_folder() as folder, contextlib.redirect_stdout(out):
        draw_network(small_network(cook=False).graph, "net.svg", show=True)
        assert opened == [(folder / "net.svg").resolve().as_uri()]
    assert out.getvalue() == ".. Drew the network to net.svg\n"


def test_layers_are_named_and_described():
    net = small_network("weightnorm_", cook=False, dropout_rate=0.5)
    lines = written(network_figure(net.graph))
    for line in ("conv", "weightnorm_conv_pool", "3 x 2 x 2", "relu", "dropout 0.5", "fc", "tanh",
                 "softmax", "obj", "data", "1 x 6 x 6"):
        assert line in lines, line
    assert "identity" not in lines


def test_an_id_with_a_dollar_sign_is_no_formula():
    net = begin()
    net.add_layer("dot_product", id="a$b$c_{", num_neurons=3)
    with temporary_folder() as folder:
        draw_network(net.graph, "net.png", verbose=0)
        assert (folder / "net.png").exists()


def test_of_a_large_layer_seven_neurons_and_a_gap_are_drawn():
    net = begin()
    net.add_layer("dot_product", id="fc", num_neurons=100)
    axes = network_figure(net.graph).axes[0]
    sizes = sorted(len(each.get_offsets()) for each in axes.collections[1:])
    assert sizes == [1, 1, 3, 3, 7, 7]  # data, input; the gaps of and the layers flatten and fc
    ys = [each.get_offsets()[:, 1] for each in axes.collections[1:]
          if len(each.get_offsets()) == 7][-1]
    steps = -np.diff(ys)
    assert steps[4] > 2 * steps[0] and np.allclose(np.delete(steps, 4), steps[0])


def test_an_edge_that_passes_layers_is_one_line_below_or_above_them():
    axes = network_figure(autoencoder().graph).axes[0]
    lines = axes.collections[0].get_segments()
    routes = [line for line in lines if len(line) > 2]
    assert len(routes) == 1
    xs = {round(x, 6) for each in axes.collections[1:] for x, _ in each.get_offsets()}
    assert {round(x, 6) for x, _ in routes[0]} <= xs
    neurons = np.concatenate([each.get_offsets() for each in axes.collections[1:]])
    for x, y in routes[0]:
        here = neurons[abs(neurons[:, 0] - x) < 1e-6, 1]
        assert y < here.min() or y > here.max()


def test_a_finished_network_ends_on_the_right():
    net = finish(begin(), cook=False)
    axes = network_figure(net.graph).axes[0]
    places = {text.get_text(): text.get_position()[0] for text in axes.texts}
    assert places["data"] < places["input"] < places["softmax"] < places["obj"]
