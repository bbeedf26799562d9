"""Recurrent layers against loops in NumPy: outputs, gradients through time, starts, streams."""

import functools

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests import recurrences
from tests.recurrences import check_learning, grown, on_sequence, perturbed, slopes
from tests.small import ROWS, SIDE, finish, floatx, message, without_c_code
from yann_weightnorm import initialize_from_data

PLAIN = {"rnn": recurrences.rnn, "lstm": recurrences.lstm}
STREAMS = "dropout_layers", "layers", "inference_layers"
BATCH = ROWS // 3


def compiled(net, expressions):
    with without_c_code():
        return theano.function([net.datastream["data"].x], expressions, on_unused_input="ignore")


@functools.lru_cache(maxsize=None)
def made(type):
    """Return a network in float64 whose layer gives all states, its parameters, a function.

    The function gives the states in each stream, and the gradient of a cost made of the last of
    the first stream by each learnable parameter and by the pixels.
    """
    with floatx("float64"):
        net = on_sequence(type, return_sequences=True)
        view = net.dropout_layers["it"]
        outputs = [getattr(net, stream)["it"].output for stream in STREAMS]
        cost = T.sum(T.sin(3 * outputs[0][:, -1]))
        wrt = view.active_params + [net.datastream["data"].x]
        show = compiled(net, outputs + list(theano.grad(cost, wrt)))
    return net, perturbed(view), show


def cost_of(hidden):
    return np.sum(np.sin(3 * hidden[:, -1]))


def as_steps(pixels):
    return pixels.reshape(len(pixels), SIDE, SIDE)


def check_states(type):
    _, params, show = made(type)
    for rows in (BATCH, 1):
        wanted = PLAIN[type](as_steps(grown(rows)), *params)
        for found in show(grown(rows))[:3]:
            assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)


def check_gradients_through_time(type):
    _, params, show = made(type)
    *wanted, by_pixel = slopes(lambda *args: cost_of(PLAIN[type](as_steps(args[-1]), *args[:-1])),
                               params + [grown()])
    found = show(grown())[3:]
    for one, other in zip(found, wanted + [by_pixel]):
        assert_allclose(one, other, rtol=1e-6, atol=1e-8)
    assert np.all(abs(by_pixel[:, :SIDE]).max(axis=1) > 1e-6)  # the first step counts at the last


def test_states_are_those_of_a_loop():
    for type in PLAIN:
        yield check_states, type


def test_gradients_through_time_are_those_of_finite_differences():
    for type in PLAIN:
        yield check_gradients_through_time, type


def check_last_state(type):
    with floatx("float64"):
        net = on_sequence(type)
        net.add_layer(type, id="all", origin="steps", num_neurons=3, return_sequences=True,
                      input_params=net.layers["it"].params)
        show = compiled(net, [net.layers[id].output for id in ("it", "all")])
    last, states = show(grown())
    assert net.layers["it"].output_shape == (BATCH, 3)
    assert net.layers["all"].output_shape == (BATCH, SIDE, 3) == states.shape
    assert_array_equal(last, states[:, -1])


def test_the_output_is_the_last_state_or_all():
    for type in ("rnn", "lstm", "bn_lstm"):
        yield check_last_state, type


def test_a_single_neuron_step_and_row():
    for type, oracle in PLAIN.items():
        with floatx("float64"):
            net = on_sequence(type, steps=1, num_neurons=1)
            params = perturbed(net.layers["it"])
            slope = theano.grad(T.sum(net.layers["it"].output), net.layers["it"].active_params)
            show = compiled(net, [net.layers["it"].output] + slope)
        found = show(grown(1))[0]
        assert_allclose(found, oracle(grown(1)[:, None], *params)[:, -1], rtol=1e-12)


def test_activations_of_the_simple_layer():
    with floatx("float64"):
        net = on_sequence("rnn", activation=("relu", 0.1))
        w_x, w_h, b = perturbed(net.layers["it"])
        show = compiled(net, net.layers["it"].output)
    h = np.zeros((BATCH, 3))
    for t in range(SIDE):
        h = as_steps(grown())[:, t] @ w_x + h @ w_h + b
        h = np.where(h > 0, h, 0.1 * h)
    assert_allclose(show(grown()), h, rtol=1e-12)


# -- starts and options -----------------------------------------------------------------------

def check_start(type, gates):
    layer = on_sequence(type, num_neurons=8).layers["it"]
    w_x, w_h, b = (p.get_value().astype("float64") for p in layer.params[:3])
    for block in np.split(w_h, gates, axis=1):
        assert_allclose(block.T @ block, np.eye(8), atol=1e-5)
    limit = np.sqrt(6 / (SIDE + 8))
    assert 0.9 * limit < abs(w_x).max() <= limit and abs(w_x.mean()) < 0.2
    assert_array_equal(b, 0 if gates == 1 else np.repeat([0, 1, 0, 0], 8))


def test_hidden_weights_start_orthogonal_and_forget_gates_open():
    yield check_start, "rnn", 1
    yield check_start, "lstm", 4
    yield check_start, "bn_lstm", 4


def test_the_forget_bias_is_where_the_bias_starts():
    layer = on_sequence("lstm", forget_bias=2.5).layers["it"]
    assert_array_equal(np.split(layer.b.get_value(), 4)[1], 2.5)


def test_a_network_is_begun_again_from_another_seed():
    net, other = on_sequence("lstm", seed=1), on_sequence("lstm", seed=2)
    net.restart(np.random.RandomState(2))
    for p, q in zip(net.params, other.params):
        assert_array_equal(p.get_value(), q.get_value())


def test_weights_are_set_through_a_view():
    net = on_sequence("lstm")
    view = net.inference_layers["it"]
    for name, shape in view.weight_shapes.items():
        wanted = np.random.RandomState(0).normal(size=shape).astype("float32")
        setattr(view, name, wanted)
        assert_array_equal(view.weight_value(name), wanted)
        assert_array_equal(net.layers["it"].params[name == "w_h"].get_value(), wanted)
    said = message(ValueError, setattr, view, "w_h", np.ones((2, 2)))
    assert "lstm 'it' got a w_h of shape (2, 2), wanted (3, 12)" in said, said


def test_layers_share_parameters():
    net = on_sequence("lstm")
    first = net.layers["it"]
    net.add_layer("lstm", id="twin", origin="steps", num_neurons=3,
                  input_params=[first.w_x, None, first.b])
    twin = net.layers["twin"]
    assert twin.w_x is first.w_x and twin.b is first.b and twin.w_h is not first.w_h
    said = message(ValueError, net.add_layer, "lstm", num_neurons=3, origin="steps",
                   id="other", input_params=[first.w_h])
    assert "lstm 'other' input_params[0] (w_x) has shape (3, 12), wanted (6, 12)" in said, said


def test_the_penalty_is_on_both_weights():
    with floatx("float64"):
        net = on_sequence("rnn", regularize=True)
        w_x, w_h, _ = perturbed(net.layers["it"])
        l1, l2 = compiled(net, [net.L1, net.L2])(grown())
    assert_allclose(l1, abs(w_x).sum() + abs(w_h).sum())
    assert_allclose(l2, (w_x ** 2).sum() + (w_h ** 2).sum())


def check_option(type, words, **option):
    said = message(ValueError, on_sequence, type, **option)
    assert f"{type} 'it' got" in said and words in said, said


def test_wrong_options_are_refused_by_name():
    yield lambda: check_option("rnn", "takes ('maxout', ", activation="maxout")
    yield lambda: check_option("rnn", "changes the number of entries",
                               activation=("maxout", "maxout", 3))
    yield lambda: check_option("rnn", "has parameters", activation="trelu")
    yield lambda: check_option("rnn", "perhaps you meant 'tanh'", activation="tan")
    yield lambda: check_option("lstm", "forget_bias nan", forget_bias=float("nan"))
    yield lambda: check_option("lstm", "num_neurons 0", num_neurons=0)
    yield lambda: check_option("lstm", "state_noise -1", state_noise=-1)
    yield lambda: check_option("lstm", "regularize 'g'", regularize="g")
    yield lambda: check_option("bn_lstm", "initial_gamma 'x'", initial_gamma="x")


# -- streams ----------------------------------------------------------------------------------

def test_dropout_and_noise_are_in_the_dropout_stream_alone():
    net = on_sequence("lstm", num_neurons=200, dropout_rate=0.25)
    net.add_layer("lstm", id="noisy", origin="steps", num_neurons=200, state_noise=0.5)
    outputs = [getattr(net, stream)[id].output for id in ("it", "noisy") for stream in STREAMS]
    dropped, stable, tested, noisy, calm, known = compiled(net, outputs)(grown().astype("float32"))
    assert_array_equal(stable, tested)
    assert 0.15 < np.mean(dropped == 0) < 0.35
    kept = dropped != 0
    assert_allclose(dropped[kept], stable[kept] / 0.75, rtol=1e-5)
    assert_array_equal(calm, known)
    assert 1e-3 < np.std(noisy - calm) < 0.5


def test_the_noise_has_the_given_deviation():
    layer = on_sequence("rnn", num_neurons=500, state_noise=0.25).layers["it"].layer
    first = layer.first_states(40, stream=FakeStream)[0].eval()
    assert first.shape == (40, 500) and abs(first.std() - 0.25) < 0.01 and abs(first.mean()) < 0.01


class FakeStream:
    """What a layer asks a stream that is trained."""

    masks, batch_statistics = True, True


# -- batch norm in the loop -------------------------------------------------------------------

@functools.lru_cache(maxsize=None)
def bn_made():
    """Return a network in float64, its layer, all parameters' values, and a function.

    The function gives the states in each stream, the next running statistics, and gradients.
    """
    with floatx("float64"):
        net = on_sequence("bn_lstm", return_sequences=True)
        layer = net.layers["it"].layer
        outputs = [getattr(net, stream)["it"].output for stream in STREAMS]
        cost = T.sum(T.sin(3 * outputs[0][:, -1]))
        statistics = layer.params[7:]
        show = compiled(net, outputs + [layer.updates[p] for p in statistics] + list(
            theano.grad(cost, layer.active_params)))
    return layer, perturbed(layer), show


def test_batch_norm_in_the_loop_uses_the_batch_of_each_step():
    _, params, show = bn_made()
    wanted, _ = recurrences.bn_lstm(as_steps(grown()), *params[:7])
    for found in show(grown())[:2]:
        assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


def test_batch_norm_in_the_loop_is_tested_with_running_statistics_of_each_step():
    _, params, show = bn_made()
    wanted, _ = recurrences.bn_lstm(as_steps(grown()), *params)
    assert_allclose(show(grown())[2], wanted, rtol=1e-9, atol=1e-12)
    assert abs(wanted - show(grown())[0]).max() > 1e-2


def test_running_statistics_of_each_step_move_a_tenth_of_the_way():
    layer, params, show = bn_made()
    _, statistics = recurrences.bn_lstm(as_steps(grown()), *params[:7])
    assert layer.param_names[7:] == [
        "mean_x", "var_x", "mean_h", "var_h", "mean_c", "var_c"]
    for place, (old, new, found) in enumerate(zip(params[7:], statistics, show(grown())[3:9])):
        unbiased = BATCH / (BATCH - 1) if place % 2 else 1
        assert_allclose(found, 0.9 * old + 0.1 * new * unbiased, rtol=1e-9, atol=1e-12)
        assert found.shape[0] == SIDE
    for found in show(grown(1))[3:9]:  # a variance of one row is 0, not infinite
        assert np.all(np.isfinite(found))


def test_gradients_through_batch_norm_are_those_of_finite_differences():
    _, params, show = bn_made()
    wanted = slopes(lambda *args: cost_of(recurrences.bn_lstm(as_steps(grown()), *args)[0]),
                    params[:7])
    for one, other in zip(show(grown())[9:], wanted):
        assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_training_moves_running_statistics_once_a_step():
    net = on_sequence("bn_lstm", num_neurons=2)
    with without_c_code():
        finish(net)
        net.load_if_empty()
        net.learning_rate.set_value(0)
        net.mini_batch_train(0)
    layer = net.layers["it"].layer
    x = net.cooked_datastream.load_data("train", 0)[0][:BATCH].astype("float64")
    params = [p.get_value().astype("float64") for p in layer.params[:7]]
    _, statistics = recurrences.bn_lstm(as_steps(x), *params)
    assert_allclose(layer.mean_c.get_value(), 0.1 * statistics[4], rtol=1e-4, atol=1e-6)
    assert_allclose(layer.var_x.get_value(), 0.9 + 0.1 * statistics[1] * BATCH / (BATCH - 1),
                    rtol=1e-4)
    assert layer.gamma_h.get_value().tolist() == [np.float32(0.1)] * 8


# -- in a network -----------------------------------------------------------------------------

def test_a_data_dependent_start_goes_through_recurrent_layers_and_leaves_them():
    net = on_sequence("lstm", num_neurons=4)
    net.add_layer("dot_product", id="fc", num_neurons=3, activation="tanh")
    with without_c_code():
        finish(net)
        before = [p.get_value() for p in net.layers["it"].params]
        initialize_from_data(net)
        t = theano.function([net.cooked_datastream.x],
                            T.dot(net.layers["it"].output, net.layers["fc"].w) + net.layers["fc"].b)
    found = t(net.cooked_datastream.load_data("train", 0)[0][:BATCH])
    assert_allclose(found.mean(axis=0), 0, atol=1e-5)
    assert_allclose(found.std(axis=0), 1, atol=1e-4)
    for p, value in zip(net.layers["it"].params, before):
        assert_array_equal(p.get_value(), value)


def test_what_the_first_steps_show_is_learnt():
    for type in ("rnn", "lstm", "bn_lstm"):
        yield check_learning, type
