"""What a network draws of itself: when, of which images, and that nothing else changes by it."""

import contextlib

import numpy as np
from numpy.testing import assert_array_equal
from PIL import Image

from tests import gans
from tests.small import (
    ROWS,
    SIDE,
    begin,
    dataset,
    finish,
    message,
    temporary_folder,
    values,
    without_c_code,
)
from tests.toolbox.test_mosaics import JPEG_ERROR, assert_same_pixels, expected_mosaic
from yann_weightnorm import network
from yann_weightnorm.toolbox.mosaics import mosaic

_modes = []
EPOCHS = {"epochs": (2, 1), "learning_rates": (0.0, 0.5, 0.1)}


def setup_module():
    _modes.append(without_c_code())
    _modes[-1].__enter__()


def teardown_module():
    _modes.pop().__exit__(None, None, None)


def drawn_network(seed=0, cook=True, stream=None, cls=network, data=None, **options):
    """Return a network of a dense layer and maps of two channels that draws itself."""
    net = begin(seed, optimizer=None, data=data, stream=stream)
    net.__class__ = cls
    net.add_module("visualizer", dict({"id": "main", "sample_size": 3}, **options))
    net.add_layer("dot_product", id="fc", num_neurons=18, activation="tanh", dropout_rate=0.5)
    net.add_layer("unflatten", id="maps", shape=(3, 3, 2))
    finish(net, cook=False)
    if cook:
        net.cook(resultor=None)
    return net


@contextlib.contextmanager
def drawn(**options):
    """Give a network that drew itself in an empty folder, and the folder of its files."""
    with temporary_folder() as folder:
        yield drawn_network(**options), folder / "visualizer"


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def read(path):
    with Image.open(path) as image:
        return np.asarray(image)


def numpy_fc(net, x):
    return np.tanh(x @ net.layers["fc"].w.get_value() + net.layers["fc"].b.get_value())


# -- cook -------------------------------------------------------------------------------------

def test_cook_draws_the_first_mini_batch_and_epoch_0():
    with drawn() as (net, folder):
        dense = [f"layer_{id}/{side}/image_0.jpg" for id in ("2", "fc", "softmax")
                 for side in ("straight", "transposed")]
        flat = [f"layer_{net.layers['softmax'].origin[0]}/{side}/image_0.jpg"
                for side in ("straight", "transposed")]
        maps = ["layer_input/image_0.jpg", "layer_maps/image_0.jpg", "layer_maps/image_1.jpg"]
        assert files(folder) == {"data/image_0.jpg",
                                 *(f"activities/epoch_0/{name}" for name in dense + flat + maps),
                                 *(f"filters/epoch_0/{name}" for name in dense
                                   if not name.startswith("layer_2"))}
        assert net.cooked_visualizer is net.visualizer["main"]
        assert net.visualize_after_epochs == 1


def test_the_pictures_are_of_the_chosen_images_and_what_inference_makes_of_them():
    with drawn() as (net, folder):
        indices = net.cooked_visualizer.indices
        assert sorted(set(indices)) == sorted(indices) and len(indices) == 3
        x = net.datastream["data"].load_data("train", 0)[0][:4]
        images = x[indices].reshape(3, SIDE, SIDE)
        assert_same_pixels(read(folder / "data" / "image_0.jpg"), expected_mosaic(images),
                           JPEG_ERROR)
        found = numpy_fc(net, x)
        place = folder / "activities" / "epoch_0"
        assert_same_pixels(read(place / "layer_fc/straight/image_0.jpg"),
                           expected_mosaic(found[indices][:, :16].reshape(3, 4, 4)), JPEG_ERROR)
        assert_same_pixels(read(place / "layer_fc/transposed/image_0.jpg"),
                           expected_mosaic(found.T.reshape(18, 2, 2)), JPEG_ERROR)
        maps = found.reshape(4, 2, 3, 3)
        for channel in (0, 1):
            assert_same_pixels(read(place / f"layer_maps/image_{channel}.jpg"),
                               expected_mosaic(maps[indices][:, channel]), JPEG_ERROR)
        w = net.layers["fc"].w.get_value()
        place = folder / "filters" / "epoch_0" / "layer_fc"
        assert_same_pixels(read(place / "straight/image_0.jpg"),
                           expected_mosaic(w[:, :16].reshape(36, 4, 4)), JPEG_ERROR)
        assert_same_pixels(read(place / "transposed/image_0.jpg"),
                           expected_mosaic(w.T.reshape(18, 6, 6)), JPEG_ERROR)


def test_without_a_visualizer_nothing_is_drawn():
    with temporary_folder() as folder:
        net = finish(begin())
        assert net.cooked_visualizer is None and list(folder.iterdir()) == []
        for call in (net.visualize, net.visualize_activities, net.visualize_filters):
            said = message(RuntimeError, call)
            assert call.__name__ in said and "add_module('visualizer')" in said, said


def test_a_class_that_always_visualizes_gets_the_default_visualizer_of_yann_q24():
    class scripted(network):
        always_visualizes = True

    with temporary_folder() as folder:
        net = finish(begin(), cook=False)
        net.__class__ = scripted
        net.cook(resultor=None)
        assert net.last_visualizer_created == "1" and list(net.visualizer) == ["1"]
        assert net.cooked_visualizer.root == folder / "visualizer"
        assert (folder / "visualizer" / "data" / "image_0.jpg").exists()


def test_numbers_and_strings_name_a_visualizer_q24():
    with temporary_folder() as folder:
        net = drawn_network(cook=False)
        net.add_module("visualizer", {"root": "second"})
        net.add_module("visualizer", {"root": "third", "id": 3})
        for id, name in ((2, "second"), ("2", "second"), (3, "third"), (None, "third")):
            net.cook(resultor=None, visualizer=id)
            assert net.cooked_visualizer.root.parent.name == name, id
        assert {path.name for path in folder.iterdir()} == {"second", "third"}


def test_an_unknown_visualizer_is_refused_with_the_nearest_one():
    said = message(ValueError, drawn_network(cook=False).cook, visualizer="mian")
    assert "no visualizer 'mian'" in said and "perhaps you meant 'main'" in said, said


def test_a_network_that_is_not_cooked_says_so_q57():
    net = drawn_network(cook=False)
    for call in (net.visualize, net.visualize_activities, net.visualize_filters):
        assert "cook()" in message(RuntimeError, call)


# -- training ---------------------------------------------------------------------------------

def epochs_drawn(folder):
    assert {p.name for p in (folder / "filters").iterdir()} == \
        {p.name for p in (folder / "activities").iterdir()}
    return {path.name for path in (folder / "filters").iterdir()}


def test_training_draws_epochs_as_validation_goes_or_as_told():
    for options, numbers in (({}, (0, 1, 2)), ({"validate_after_epochs": 2}, (0, 2)),
                             ({"visualize_after_epochs": 2}, (0, 2)),
                             ({"visualize_after_epochs": 0}, (0,))):
        with drawn() as (net, folder):
            net.train(**EPOCHS, **options)
            assert epochs_drawn(folder) == {f"epoch_{n}" for n in numbers}, options


def test_frequency_is_honoured_q23():
    with drawn(frequency=2) as (net, folder):
        net.train(**EPOCHS)
        assert epochs_drawn(folder) == {"epoch_0", "epoch_2"}


def test_every_epoch_shows_the_same_images():
    with drawn(stream={"shuffle": True}) as (net, folder):
        net.train(**EPOCHS)
        x = net.datastream["data"].load_data("train", 0)[0][:4]
        place = folder / "activities"
        first = read(place / "epoch_0" / "layer_input" / "image_0.jpg")
        for epoch in (1, 2):
            assert_array_equal(read(place / f"epoch_{epoch}/layer_input/image_0.jpg"), first)
        assert_array_equal(read(folder / "data" / "image_0.jpg"), first)
        indices, found = net.cooked_visualizer.indices, numpy_fc(net, x)
        assert_same_pixels(read(place / "epoch_2/layer_fc/straight/image_0.jpg"),
                           mosaic(found[indices][:, :16].reshape(3, 4, 4)), JPEG_ERROR)


def test_drawing_leaves_the_loaded_block_as_it_is():
    with drawn() as (net, _):
        stream = net.cooked_datastream
        stream.set_data("test", 0)
        x, y = (shared.get_value(borrow=True) for shared in (stream.data_x, stream.data_y))
        net.visualize_activities(7)
        assert stream.data_x.get_value(borrow=True) is x
        assert stream.data_y.get_value(borrow=True) is y


def test_looking_changes_no_number_of_training():
    def trained(draws):
        with temporary_folder():
            net = drawn_network(cook=False, stream={"shuffle": True})
            net.visualizer = net.visualizer if draws else {}
            net.cook(resultor=None)
            history = net.train(**EPOCHS)
        return history.column("cost"), values(net)

    (costs, looked_at), (others, unseen) = trained(True), trained(False)
    assert costs == others
    for name, value in unseen.items():
        assert_array_equal(looked_at[name], value)


def test_the_same_seed_draws_the_same_images_and_another_draws_others():
    chosen = []
    for seed in (0, 0, 1):
        with drawn(seed=seed, data=dataset(rows=ROWS, mini_batch_size=12)) as (net, _):
            chosen.append(list(net.cooked_visualizer.indices))
    assert chosen[0] == chosen[1] != chosen[2]
    with temporary_folder():
        net = drawn_network(data=dataset(rows=ROWS, mini_batch_size=12))
        net.restart(np.random.RandomState(1))
        assert list(net.cooked_visualizer.indices) == chosen[2]


# -- other networks ---------------------------------------------------------------------------

def test_unlabelled_data_and_value_networks_are_drawn():
    with temporary_folder() as folder:
        net = begin(stream={"data_type": "x"})
        net.add_module("visualizer", {"root": "auto", "debug_functions": True})
        net.add_layer("dot_product", id="code", num_neurons=4)
        net.add_layer("dot_product", id="decoder", num_neurons=36)
        net.add_layer("unflatten", id="picture", shape=(6, 6, 1))
        net.add_layer("merge", id="merge", origin=("input", "picture"))
        net.add_layer("objective", id="obj", origin="merge", layer_type="value")
        net.cook(resultor=None, classifier_layer=None)
        names = {path.name for path in (folder / "auto/visualizer/activities/epoch_0").iterdir()}
        assert {"layer_input", "layer_code", "layer_picture"} <= names
        assert not {"layer_merge", "layer_obj"} & names  # a number each
        listed = {p.stem for p in folder.glob("auto/visualizer/computational_graphs/static/*.txt")}
        assert listed == {"test", "train"}


def test_an_adversarial_network_is_drawn_and_its_noise_left_alone():
    def trained(draws):
        with temporary_folder() as folder:
            net = gans.shallow_gan(dataset())
            if draws:
                net.add_module("visualizer", {"id": "main"})
                gans.cook(net, ["D(x)"], ["G(z)"], ("fake", "real"))
                net.visualize_activities(3)
                names = {path.name for path in (folder / "visualizer/activities/epoch_3").iterdir()}
                assert {"layer_z", "layer_G(z)", "layer_fake", "layer_x", "layer_softmax"} <= names
                assert "layer_discriminator_task" not in names
            return net.layer_activity("G(z)")

    assert_array_equal(trained(True), trained(False))


def test_a_network_that_is_loaded_draws_over_nothing_and_can_draw():
    data = dataset()
    with drawn(data=data) as (net, folder):
        net.save("checkpoint")
        picture = folder / "filters" / "epoch_0" / "layer_fc" / "straight" / "image_0.jpg"
        picture.unlink()
        network.load("checkpoint")  # without its data
        twin = network.load("checkpoint", dataset=data)
        assert not picture.exists()
        twin.visualize(0)
        net.visualize(1)
        assert_array_equal(read(picture), read(str(picture).replace("epoch_0", "epoch_1")))
