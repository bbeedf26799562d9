"""The visualizer by itself: names of files, which rows are drawn, filters, computational graphs."""

import io
from contextlib import redirect_stdout

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_array_equal
from PIL import Image

from tests.small import (
    begin,
    finish,
    message,
    small_network,
    temporary_folder,
    without_c_code,
)
from tests.toolbox.test_mosaics import JPEG_ERROR, assert_same_pixels, expected_mosaic
from yann_weightnorm.toolbox.modules import Visualizer


def read(path):
    with Image.open(path) as image:
        return np.asarray(image)


def test_the_folder_is_below_the_root_and_made_when_it_is_needed():
    with temporary_folder() as folder:
        here, there = Visualizer("a"), Visualizer("b", root="there")
        assert here.root == folder / "visualizer" and str(there.root) == "there/visualizer"
        assert list(folder.iterdir()) == []
        there.visualize_images(np.ones((2, 3, 3, 1)))
        assert (folder / "there" / "visualizer" / "data" / "image_0.jpg").exists()
        here.visualize_images(np.ones((2, 3, 3, 1)), loc=folder / "elsewhere")
        assert (folder / "elsewhere" / "image_0.jpg").exists()


def test_numbers_that_make_no_sense_are_refused():
    for option in ("frequency", "sample_size"):
        for value in (0, -1, 2.5, None):
            said = message(ValueError, Visualizer, "main", **{option: value})
            assert "visualizer 'main'" in said and option in said and "positive" in said, said


def test_a_sample_is_drawn_without_drawing_from_the_generator():
    rng = np.random.RandomState(5)
    visualizer = Visualizer("main", sample_size=4, rng=rng)
    visualizer.initialize(10)
    # The rows that YANN takes: the beginning of a shuffled mini batch.
    order = np.arange(10)
    np.random.RandomState(5).shuffle(order)
    assert_array_equal(visualizer.indices, order[:4])
    assert rng.randint(1000) == np.random.RandomState(5).randint(1000)
    visualizer.initialize(3)
    assert sorted(visualizer.indices) == [0, 1, 2]


def test_numpy_s_own_generator_will_do():
    np.random.seed(3)
    visualizer = Visualizer("main", sample_size=2)
    visualizer.initialize(5)
    assert_array_equal(visualizer.indices, np.random.RandomState(3).permutation(5)[:2])


def test_only_whole_mini_batches_are_sampled():
    images = np.random.RandomState(0).rand(6, 4, 4, 1)
    visualizer = Visualizer("main", sample_size=2, rng=np.random.RandomState(0))
    visualizer.initialize(6)
    with temporary_folder():
        visualizer.visualize_images(images, "whole")
        visualizer.visualize_images(images[:5], "part")
        assert_same_pixels(read("whole/image_0.jpg"),
                           expected_mosaic(images[visualizer.indices][..., 0]), JPEG_ERROR)
        assert_same_pixels(read("part/image_0.jpg"), expected_mosaic(images[:5, ..., 0]),
                           JPEG_ERROR)


def test_as_many_filters_as_a_mini_batch_has_rows_are_drawn_all():
    net = small_network(cook=False)  # three filters
    with temporary_folder() as folder:
        visualizer = Visualizer("main", sample_size=1)
        visualizer.initialize(3)
        visualizer.visualize_filters(net.dropout_layers, 4)
        place = folder / "visualizer" / "filters" / "epoch_4"
        assert sorted(p.name for p in place.iterdir()) == ["layer_conv", "layer_fc",
                                                           "layer_softmax"]
        w = net.layers["conv"].w.get_value()
        assert_same_pixels(read(place / "layer_conv" / "image_0.jpg"), expected_mosaic(w[:, 0]),
                           JPEG_ERROR)


def test_normalised_weights_are_drawn_as_w_and_not_as_v():
    net = small_network("weightnorm_", cook=False)
    g = net.layers["fc"].g
    g.set_value(-g.get_value())
    with temporary_folder() as folder:
        Visualizer("main").visualize_filters(net.layers, 0)
        place = folder / "visualizer" / "filters" / "epoch_0" / "layer_fc" / "transposed"
        v = net.layers["fc"].v.get_value().T
        assert_same_pixels(read(place / "image_0.jpg"),
                           expected_mosaic(-v[:, :9].reshape(4, 3, 3)), JPEG_ERROR)


def test_activities_are_arrays_or_functions_and_what_is_neither_rows_nor_maps_is_left_out():
    rows, asked = np.random.RandomState(0).rand(3, 4), []
    with temporary_folder() as folder:
        Visualizer("main").visualize_activities(
            {"fc": lambda index: asked.append(index) or rows, "D(x)/a": rows,
             "cost": np.float32(3), "cube": np.ones((2, 2, 2))}, epoch=1, index=5)
        place = folder / "visualizer" / "activities" / "epoch_1"
        assert asked == [5]
        assert sorted(p.name for p in place.iterdir()) == ["layer_D(x)%2Fa", "layer_fc"]
        assert_same_pixels(read(place / "layer_fc" / "straight" / "image_0.jpg"),
                           expected_mosaic(rows.reshape(3, 2, 2)), JPEG_ERROR)


def test_colour_is_for_every_three_channels():
    with temporary_folder() as folder:
        Visualizer("main", rgb_filters=True).visualize_images(np.random.rand(4, 5, 5, 4))
        assert sorted(p.name for p in (folder / "visualizer" / "data").iterdir()) == [
            "image_2.jpg", "image_3.jpg"]
        assert read("visualizer/data/image_2.jpg").shape == (12, 12, 3)


# -- computational graphs ---------------------------------------------------------------------

def test_a_graph_is_listed_and_drawn_or_a_line_says_why_not():
    x = T.scalar("x")
    with without_c_code():
        function = theano.function([x], x + 40, name="so/named")
    out = io.StringIO()
    with temporary_folder() as folder, redirect_stdout(out):
        Visualizer("main").theano_function_visualizer(function, format="svg")
        place = folder / "visualizer" / "computational_graphs"
        listing = (place / "static" / "so%2Fnamed.txt").read_text()
        assert "Elemwise{add" in listing and "x [id" in listing, listing
        if theano.printing.pydot_imported:
            assert "<svg" in (place / "static" / "so%2Fnamed.svg").read_text()
            assert "<html" in (place / "dynamic" / "so%2Fnamed.html").read_text()
            assert out.getvalue() == ""
        else:
            said = out.getvalue()
            assert said.startswith(". The graph of 'so%2Fnamed' is listed in ") \
                and "graphviz" in said and said.count("\n") == 1, said


def listed(**options):
    """Return the ids of a network's layers, and the names of the graphs that its cook lists."""
    with without_c_code(), temporary_folder() as folder, redirect_stdout(io.StringIO()):
        net = begin()
        net.add_module("visualizer", dict({"id": "main"}, **options))
        finish(net)
        place = folder / "visualizer" / "computational_graphs" / "static"
        return set(net.layers), {path.stem for path in place.glob("*.txt")}


def test_cook_lists_the_graphs_that_are_asked_for():
    assert listed()[1] == set()
    assert listed(debug_functions=True)[1] == {"test", "train", "posterior", "predict"}
    layers, names = listed(debug_layers=True)
    assert names == {f"layer_activity_{id}" for id in layers}
