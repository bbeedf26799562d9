"""Weight normalization of recurrent layers: its laws, through time, against NumPy."""

import copy
import functools
import warnings

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from theano.scan_module.scan_op import Scan

from tests import recurrences
from tests.recurrences import check_learning, grown, on_sequence, perturbed, slopes
from tests.small import ROWS, SIDE, finish, floatx, message, without_c_code
from yann_weightnorm import initialize_from_data, ops
from yann_weightnorm.forms import FORMS
from yann_weightnorm.ops.recurrence import States, StatesGradient

ORACLES = {"weightnorm_rnn": recurrences.rnn, "weightnorm_lstm": recurrences.lstm}
GATES = {"weightnorm_rnn": 1, "weightnorm_lstm": 4}
WEIGHTS = "w_x", "w_h"


def composed(v, g):
    return v * g / np.sqrt(np.sum(v ** 2, axis=0, keepdims=True))


def hidden(type, x, v_x, g_x, v_h, g_h, b):
    return ORACLES[type](x, composed(v_x, g_x), composed(v_h, g_h), b)


def cost_of(states):
    return np.sum(np.sin(3 * states[:, -1]))


def as_steps(pixels):
    return pixels.reshape(len(pixels), SIDE, SIDE)


@functools.lru_cache(maxsize=None)
def made(type):
    """Return a layer in float64, its parameters' values, and a function.

    The function gives all states, gradients of a cost by [v_x, g_x, v_h, g_h, b], by w_x and w_h.
    """
    with floatx("float64"), without_c_code():
        net = on_sequence(type, return_sequences=True)
        layer = net.layers["it"].layer
        states = net.dropout_layers["it"].output
        wrt = layer.active_params + [layer.w_x, layer.w_h]
        show = theano.function([net.datastream["data"].x], [states] + theano.grad(
            T.sum(T.sin(3 * states[:, -1])), wrt))
    return layer, perturbed(layer), show


def check_states(type):
    layer, params, show = made(type)
    assert layer.param_names == ["v_x", "g_x", "v_h", "g_h", "b"]
    assert_allclose(show(grown())[0], hidden(type, as_steps(grown()), *params), rtol=1e-12)


def check_gradients_through_time(type):
    _, params, show = made(type)
    wanted = slopes(lambda *args: cost_of(hidden(type, as_steps(grown()), *args)), params)
    for one, other in zip(show(grown())[1:6], wanted):
        assert_allclose(one, other, rtol=1e-6, atol=1e-8)


def check_equation_3(type):
    """From the gradients of w_x and w_h, which sum over time, to those of v and g."""
    _, params, show = made(type)
    by_v_x, by_g_x, by_v_h, by_g_h, _, by_w_x, by_w_h = show(grown())[1:]
    for v, g, by_v, by_g, by_w in ((*params[:2], by_v_x, by_g_x, by_w_x),
                                   (*params[2:4], by_v_h, by_g_h, by_w_h)):
        length = np.sqrt(np.sum(v ** 2, axis=0, keepdims=True))
        wanted = np.sum(by_w * v, axis=0, keepdims=True) / length
        assert_allclose(by_g, wanted, rtol=1e-9)
        assert_allclose(by_v, g / length * by_w - g * wanted / length ** 2 * v, rtol=1e-7,
                        atol=1e-12)
        across = np.sum(v * by_v, axis=0) / (length[0] * np.linalg.norm(by_v, axis=0))
        assert abs(across).max() < 1e-12


def check_each_gate_has_lengths_of_its_own(type):
    layer, (v_x, g_x, v_h, g_h, _), _ = made(type)
    width = 3 * GATES[type]
    assert g_x.shape == g_h.shape == (1, width) and layer.norm_axes == 0
    for name, g in (("w_x", g_x), ("w_h", g_h)):
        assert_allclose(np.linalg.norm(layer.weight_value(name), axis=0), abs(g[0]), rtol=1e-12)
        parts = layer.normalised[name]
        assert parts.axes == 0 and parts.v is getattr(layer, f"v_{name[-1]}")
        assert parts.g is getattr(layer, f"g_{name[-1]}")


def test_laws():
    for type in ORACLES:
        yield check_states, type
        yield check_gradients_through_time, type
        yield check_equation_3, type
        yield check_each_gate_has_lengths_of_its_own, type


# -- once, outside the loop -------------------------------------------------------------------

OF_NORMS = (ops.Lengths, ops.ScaleNeurons, ops.NeuronProducts, ops.NeuronTotals, ops.PerNeuron)


def applied(graph, kinds):
    return [node for node in graph.apply_nodes if isinstance(node.op, kinds)]


def check_composed_once(type, by, **options):
    """`by` are the gradients in the graph: none, or those of all parameters."""
    net = on_sequence(type, **options)
    layer, output = net.layers["it"].layer, net.layers["it"].output
    slow = theano.Mode(linker="py", optimizer="fast_run")
    show = theano.function([net.datastream["data"].x], [output] + by(output, layer), mode=slow)
    graph = show.maker.fgraph
    loops = applied(graph, (Scan, States, StatesGradient))
    assert len(loops) == (2 if by(output, layer) else 1)
    for loop in loops:
        assert isinstance(loop.op, Scan) == bool(options)
        if options:
            check_inside(loop.op.fn.maker.fgraph)
    assert len(applied(graph, ops.Lengths)) == 2  # of v_x and v_h


def check_inside(inner):
    """Theano's loop has the product with w_h in it, and nothing that makes w_h."""
    blas = theano.tensor.blas
    assert applied(inner, (T.Dot, blas.Gemm, blas.Dot22))
    assert applied(inner, OF_NORMS) == []
    scalar = {str(getattr(node.op, "scalar_op", "")) for node in inner.apply_nodes}
    assert not any("sqrt" in words.lower() for words in scalar), scalar


def no_gradients(output, layer):
    return []


def all_gradients(output, layer):
    return theano.grad(T.sum(T.sqr(output)), layer.active_params)


def test_weights_are_composed_once_outside_the_loop():
    for by in (no_gradients, all_gradients):
        for type in ORACLES:
            yield check_composed_once, type, by
        yield lambda by=by: check_composed_once("weightnorm_rnn", by, activation="elu")


# -- starts, and weights from elsewhere -------------------------------------------------------

def check_start(type):
    plain = on_sequence(type[len("weightnorm_"):]).layers["it"]
    layer = on_sequence(type).layers["it"]
    for name in WEIGHTS:
        assert_allclose(layer.weight_value(name), plain.weight_value(name), rtol=1e-6)
    assert_allclose(layer.g_h.get_value(), 1, rtol=1e-6)
    assert_array_equal(layer.b.get_value(), plain.b.get_value())


def test_it_starts_as_the_plain_layer():
    for type in ORACLES:
        yield check_start, type


def test_a_plain_layers_parameters_are_taken_apart():
    net = on_sequence("lstm")
    plain = net.layers["it"]
    perturbed(plain)
    given = [plain.w_x, plain.w_h.get_value(), plain.b]
    net.add_layer("weightnorm_lstm", id="own", origin="steps", num_neurons=3, input_params=given)
    layer = net.layers["own"]
    for name in WEIGHTS:
        assert_allclose(layer.weight_value(name), plain.weight_value(name), rtol=1e-6)
    assert layer.b is plain.b and layer.v_x is not plain.w_x
    net.add_layer("weightnorm_lstm", id="again", origin="steps", num_neurons=3,
                  input_params=[None, plain.w_h, None])
    assert_allclose(net.layers["again"].weight_value("w_h"), plain.w_h.get_value(), rtol=1e-6)


def test_weights_are_set_through_a_view_and_resist_rounding():
    layer = on_sequence("weightnorm_lstm").layers["it"]
    for name, shape in layer.weight_shapes.items():
        wanted = np.random.RandomState(1).normal(size=shape).astype("float32")
        setattr(layer, name, wanted)
        assert_allclose(layer.weight_value(name), wanted, rtol=1e-6)
        assert_array_equal(layer.normalised[name].v.get_value(), wanted)


def check_zero_column(call):
    zero = np.ones((3, 12), "float32")
    zero[:, 7] = 0
    said = message(ValueError, call, zero)
    assert "weightnorm_lstm 'it' w_h: the weights of neuron 7" in said, said


def test_a_column_without_direction_is_refused_by_name():
    x, b = np.ones((SIDE, 12), "float32"), np.zeros(12, "float32")
    layer = on_sequence("weightnorm_lstm").layers["it"]
    yield check_zero_column, lambda zero: setattr(layer, "w_h", zero)
    yield check_zero_column, lambda zero: on_sequence("weightnorm_lstm", input_params=[x, zero, b])
    yield check_zero_column, lambda zero: on_sequence(
        "weightnorm_lstm", input_params=[x, np.ones((1, 12), "float32"), zero, None, b])


def test_directions_of_zero_stay_finite_and_recover():
    net = on_sequence("weightnorm_rnn")
    with without_c_code():
        finish(net)
        net.load_if_empty()
        net.learning_rate.set_value(0.1)
        layer = net.layers["it"]
        for v in (layer.v_x, layer.v_h):
            v.set_value(np.zeros_like(v.get_value()))
        costs = [float(net.mini_batch_train(index % 3)) for index in range(4)]
    assert np.all(np.isfinite(costs))
    assert np.all(np.isfinite([p.get_value().sum() for p in layer.params]))
    assert abs(layer.v_x.get_value()).max() > 0


def test_with_one_feature_a_step_only_the_length_learns():
    with floatx("float64"), without_c_code():
        net = on_sequence("weightnorm_lstm", steps="pixels")
        layer = net.layers["it"].layer
        v_x, g_x, v_h, _, _ = perturbed(layer)
        show = theano.function([net.datastream["data"].x], theano.grad(
            T.sum(net.layers["it"].output), [layer.v_x, layer.g_x, layer.v_h]))
    assert layer.weight_shapes["w_x"] == (1, 12)
    assert_allclose(layer.weight_value("w_x"), g_x * np.sign(v_x), rtol=1e-12)
    by_v_x, by_g_x, by_v_h = show(grown())
    assert abs(by_v_x).max() < 1e-14 < 1e-3 < abs(by_g_x).max()
    assert abs(by_v_h).max() > 1e-3


# -- options ----------------------------------------------------------------------------------

def check_form(name):
    """The weights are what the form composes, in the loop and as values; they start near plain."""
    with floatx("float64"), without_c_code():
        net = on_sequence("weightnorm_rnn", form=name, return_sequences=True)
        layer = net.layers["it"].layer
        show = theano.function([net.datastream["data"].x],
                               [net.layers["it"].output, layer.w_x, layer.w_h])
    states, w_x, w_h = show(grown())
    assert_allclose(layer.weight_value("w_x"), w_x, rtol=1e-12)
    assert_allclose(states, recurrences.rnn(as_steps(grown()), w_x, w_h, layer.b.get_value()),
                    rtol=1e-11)
    own = [part + suffix for suffix in ("_x", "_h") for part in ("v",) + FORMS[name].parameters]
    assert layer.param_names == own + ["b"]
    if not FORMS[name].holds:
        assert_allclose(w_h.T @ w_h, np.eye(3), atol=1e-12)


def test_every_form():
    for name in FORMS:
        yield check_form, name


def test_what_a_form_cannot_hold_keeps_its_direction_with_a_warning():
    layer = on_sequence("weightnorm_rnn", form="strict").layers["it"]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer.w_h = 2 * np.eye(3)
    assert len(caught) == 1 and "weightnorm_rnn 'it' has form 'strict'" in str(caught[0].message)
    assert "w_h" in str(caught[0].message)
    assert_allclose(layer.weight_value("w_h"), np.eye(3), atol=1e-6)


def test_lengths_can_be_kept_from_learning():
    layer = on_sequence("weightnorm_lstm", learn_g=False).layers["it"]
    assert [p.name for p in layer.active_params] == ["it.v_x", "it.v_h", "it.b"]
    assert [p.name for p in layer.params][1] == "it.g_x"


def check_penalty(what, wanted):
    with floatx("float64"), without_c_code():
        net = on_sequence("weightnorm_rnn", regularize=what)
        v_x, g_x, v_h, g_h, _ = perturbed(net.layers["it"])
        found = theano.function([], net.L2)()
    assert_allclose(found, sum((w ** 2).sum() for w in wanted(v_x, g_x, v_h, g_h)), rtol=1e-12)


def test_what_the_penalty_is_on():
    yield check_penalty, True, lambda v_x, g_x, v_h, g_h: (g_x, g_h)  # as |w|^2 is g^2
    yield check_penalty, "g", lambda v_x, g_x, v_h, g_h: (g_x, g_h)
    yield check_penalty, "v", lambda v_x, g_x, v_h, g_h: (v_x, v_h)


def test_unknown_options_are_refused_by_name():
    said = message(ValueError, on_sequence, "weightnorm_lstm", form="log")
    assert "weightnorm_lstm 'it' got form 'log'" in said, said
    assert "perhaps you meant 'log_g'" in said, said
    said = message(ValueError, on_sequence, "weightnorm_lstm", form="strict", regularize="g")
    assert "weightnorm_lstm 'it' got regularize 'g'" in said, said


# -- in a network -----------------------------------------------------------------------------

def test_a_data_dependent_start_leaves_recurrent_layers_as_they_are():
    net = on_sequence("weightnorm_lstm", num_neurons=4)
    net.add_layer("weightnorm_dot", id="fc", num_neurons=3)
    with without_c_code():
        finish(net, "weightnorm_")
        before = [p.get_value() for p in net.layers["it"].params]
        initialize_from_data(net)
        t = theano.function([net.cooked_datastream.x],
                            T.dot(net.layers["it"].output, net.layers["fc"].w) + net.layers["fc"].b)
    found = t(net.cooked_datastream.load_data("train", 0)[0][:ROWS // 3])
    assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    assert_allclose(found.std(axis=0), 1, atol=1e-4)
    for p, value in zip(net.layers["it"].params, before):
        assert_array_equal(p.get_value(), value)


def test_a_copy_has_parameters_of_its_own():
    layer = on_sequence("weightnorm_rnn").layers["it"].layer
    twin = copy.deepcopy(layer)
    assert twin.normalised["w_h"].v is twin.v_h and twin.v_h is not layer.v_h
    twin.w_h = 3 * np.eye(3)
    assert_allclose(twin.weight_value("w_h"), 3 * np.eye(3), atol=1e-6)
    assert_allclose(layer.g_h.get_value(), 1, rtol=1e-6)


def test_what_the_first_steps_show_is_learnt():
    for type in ORACLES:
        yield check_learning, type
