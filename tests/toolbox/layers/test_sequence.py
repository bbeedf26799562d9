"""Images and rows as sequences, and what else meets sequences, against NumPy."""

import contextlib
import io

import numpy as np
import theano
from numpy.testing import assert_array_equal

from tests.small import (
    CLASSES,
    ROWS,
    SIDE,
    arrays,
    begin,
    dataset,
    finish,
    message,
    temporary_folder,
    without_c_code,
)
from yann_weightnorm import network
from yann_weightnorm.toolbox.graph import draw_network

PIXELS = SIDE * SIDE
SHUFFLED = np.random.RandomState(3).permutation(PIXELS)


def output(net, id, images):
    """Return what the layer `id` gives for images (rows, height, width, channels)."""
    x = net.datastream["data"].x
    with without_c_code():
        show = theano.function([x], net.inference_layers[id].output)
    return show(images.reshape(len(images), -1).astype("float32"))


def check_sequence(channels, options, wanted):
    net = begin(channels=channels)
    net.add_layer("sequence", id="it", **options)
    images = arrays(5, channels=channels)[0].astype("float32")
    found = output(net, "it", images)
    assert net.layers["it"].output_shape == (4,) + found.shape[1:]
    assert_array_equal(found, wanted(images))


def test_steps_are_rows_of_pixels_in_all_channels():
    check_sequence(1, {}, lambda x: x[..., 0])
    check_sequence(2, {"steps": "rows"}, lambda x: np.concatenate([x[..., 0], x[..., 1]], axis=2))


def test_steps_are_pixels():
    check_sequence(2, {"steps": "pixels"}, lambda x: x.reshape(len(x), PIXELS, 2))


def test_steps_are_pieces_of_the_line_of_pixels():
    check_sequence(1, {"steps": 4}, lambda x: x.reshape(len(x), 4, 9))


def test_an_order_moves_pixels_before_they_are_cut_into_steps():
    def moved(x):
        return x.reshape(len(x), PIXELS, -1)[:, SHUFFLED]

    check_sequence(2, {"steps": "pixels", "order": SHUFFLED}, moved)
    check_sequence(1, {"order": list(SHUFFLED)}, lambda x: moved(x).reshape(-1, SIDE, SIDE))


def test_rows_become_a_sequence():
    net = begin()
    net.add_layer("flatten", id="rows")
    net.add_layer("sequence", id="it", origin="rows", steps=9, order=SHUFFLED)
    images = arrays(3)[0].astype("float32")
    assert_array_equal(output(net, "it", images),
                       images.reshape(3, PIXELS)[:, SHUFFLED].reshape(3, 9, 4))


def test_what_is_no_permutation_is_refused():
    drawn = np.random.RandomState(0).randint(PIXELS, size=PIXELS)  # with replacement
    for order in (drawn, SHUFFLED[1:], SHUFFLED + 1, SHUFFLED * 1.0, [[0], [1, 2]], np.array(3),
                  "01"):
        said = message(ValueError, begin().add_layer, "sequence", id="it", order=order)
        assert "sequence 'it'" in said and "no permutation of its 36 pixels" in said, said
        assert "0 to 35 once" in said, said


def test_steps_that_do_not_divide_the_pixels_are_refused():
    for steps in (5, 0, -1, True, 2.0, None, "row"):
        said = message(ValueError, begin().add_layer, "sequence", id="it", steps=steps)
        assert f"sequence 'it' got steps {steps!r}" in said, said
        assert "must be 'rows' or 'pixels', or a number" in said, said
    net = begin()
    net.add_layer("flatten")
    said = message(ValueError, net.add_layer, "sequence", id="it")
    assert "got steps 'rows'" in said and "must be 'pixels', or a number" in said, said


# -- other layers -----------------------------------------------------------------------------

def check_refusal(type, **options):
    net = begin()
    net.add_layer("sequence")
    said = message(ValueError, net.add_layer, type, id="it", **options)
    assert f"{type} 'it'" in said and "got shape (4, 6, 6)" in said or \
        "an input of shape (4, 6, 6)" in said, said


def test_layers_of_maps_or_rows_refuse_sequences_by_name():
    yield check_refusal, "conv_pool"
    yield check_refusal, "weightnorm_conv_pool"
    yield lambda: check_refusal("deconv", output_shape=(6, 6, 1))
    yield check_refusal, "rotate"
    yield check_refusal, "batch_norm"
    yield check_refusal, "sequence"
    yield lambda: check_refusal("unflatten", shape=(6, 6))


def check_maps_are_refused(type):
    said = message(ValueError, begin().add_layer, type, id="it")
    assert f"{type} 'it' takes a sequence (batch, steps, features)" in said, said
    assert "got shape (4, 1, 6, 6)" in said and "'sequence' layer before it" in said, said


def test_recurrent_layers_refuse_maps_by_name():
    for type in ("rnn", "lstm", "bn_lstm", "weightnorm_rnn", "weightnorm_lstm"):
        yield check_maps_are_refused, type


def test_a_sequence_is_flattened_below_what_takes_rows():
    images = arrays(4)[0].astype("float32")
    for type, options in (("dot_product", {}), ("classifier", {"num_classes": CLASSES})):
        net = begin()
        net.add_layer("sequence", order=SHUFFLED)
        net.add_layer(type, id="it", **options)
        below, = net.layers["it"].origin
        assert net.layers[below].type == "flatten" and net.layers[below].output_shape == (4, 36)
    assert_array_equal(output(net, below, images), images.reshape(4, PIXELS)[:, SHUFFLED])


def test_sequences_are_added_and_put_side_by_side():
    net = begin()
    net.add_layer("sequence", id="one")
    net.add_layer("sequence", id="two", origin="input", order=SHUFFLED)
    for kind, shape in (("sum", (4, 6, 6)), ("concatenate", (4, 6, 12)), ("batch", (8, 6, 6))):
        net.add_layer("merge", id=kind, origin=("one", "two"), layer_type=kind)
        assert net.layers[kind].output_shape == shape
    images = arrays(4)[0].astype("float32")
    one, two, both = (output(net, id, images) for id in ("one", "two", "concatenate"))
    assert_array_equal(both, np.concatenate([one, two], axis=2))


def recurrent_network(type="weightnorm_lstm", seed=0, rng=None, **modules):
    net = begin(seed, {"optimizer_type": "adam", "clip_norm": 1.0})
    for name, params in modules.items():
        net.add_module(name, params)
    net.add_layer("sequence", id="steps", order=SHUFFLED)
    net.add_layer(type, id="first", num_neurons=3, return_sequences=True)
    net.add_layer(type, id="last", num_neurons=3, dropout_rate=0.1)
    return net


def test_a_network_of_sequences_is_drawn_printed_and_shown():
    with temporary_folder() as folder, without_c_code():
        net = finish(recurrent_network("lstm", visualizer={"root": folder}))
        net.train(epochs=1, learning_rates=(0, 0.01))
        written = {path.parent.name for path in (folder / "visualizer" / "filters").rglob("*.jpg")}
        assert written == {"straight", "transposed"}
        draw_network(net.graph, "net.png", verbose=0)
        assert (folder / "net.png").stat().st_size > 1000
    assert net.graph.nodes["first-2"]["output_shape"] == (4, 6, 3)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        net.pretty_print()
    assert "output shape: (4, 6, 3)" in printed.getvalue()
    assert "parameters: w_x, w_h, b" in printed.getvalue()


def check_training_goes_on_from_a_checkpoint(type):
    with temporary_folder() as folder, without_c_code():
        net = finish(recurrent_network(type))
        net.train(epochs=2, learning_rates=(0, 0.01))
        net.save(folder / "net")
        twin = network.load(folder / "net", dataset=dataset(ROWS), verbose=0)
        assert twin.layers["steps"].order == tuple(SHUFFLED)
        histories = [n.train(epochs=2, learning_rates=(0, 0.01)) for n in (net, twin)]
    costs = [history.column("cost") for history in histories]
    assert costs[0] == costs[1] and np.all(np.isfinite(costs[0]))
    for p, other in zip(net.params, twin.params):
        assert p.name == other.name
        assert_array_equal(p.get_value(), other.get_value())


def test_training_goes_on_from_a_checkpoint():
    yield check_training_goes_on_from_a_checkpoint, "weightnorm_lstm"
    yield check_training_goes_on_from_a_checkpoint, "bn_lstm"
