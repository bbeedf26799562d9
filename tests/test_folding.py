"""Folding and its inverse: the same function, the same training afterwards, in any order."""

import contextlib
import copy
import io

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests import gans
from tests.small import CLASSES, begin, dataset, finish, floatx, message, small_network, \
    temporary_folder, values, without_c_code
from yann_weightnorm import fold, network, weight_normalize
from yann_weightnorm.forms import FORMS
from yann_weightnorm.layers import WeightNorm
from yann_weightnorm.toolbox import registry
from yann_weightnorm.toolbox.layers import DotProduct

TRAINING = dict(epochs=2, learning_rates=(0.1, 0.05), show_progress=False)


def dense(prefix="", seed=0, optimizer=None, cook=True, **options):
    """Return a cooked network of two dense layers; with dropout, batch norm and adam by default."""
    net = begin(seed, {"optimizer_type": "adam", "momentum_type": "nesterov"}
                if optimizer is None else optimizer, stream={"shuffle": True})
    with_noise = dict({"dropout_rate": 0.4, "batch_norm": True}, **options)
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=5, **with_noise)
    return finish(net, prefix, cook=cook)


def inferred(net, id="softmax"):
    """Return what `net` infers for the first test mini batch, float64."""
    net.cooked_datastream.set_data("test", 0)
    return np.asarray(net.layer_activity(id, 0), dtype="float64")


def trained_on(net):
    """Train `net` on; return the costs and all that it ends with."""
    net.train(**TRAINING)
    return list(net.cost), values(net)


def assert_same_end(one, other, exact=True):
    (costs, params), (others, twins) = trained_on(one), trained_on(other)
    compare = assert_array_equal if exact else \
        (lambda a, b, name="": assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=name))
    compare(costs, others)
    assert sorted(params) == sorted(twins)
    for name, value in params.items():
        compare(value, twins[name], name)


# -- the same function -------------------------------------------------------------------------

def test_a_plain_network_and_its_twin_infer_the_same_through_convolutions():
    net = begin(channels=2)
    net.add_layer("conv_pool", id="conv", num_neurons=4, pool_size=(2, 2), batch_norm=True,
                  activation=("maxout", "maxout", 2), dropout_rate=0.3)
    net.add_layer("deconv", id="up", num_neurons=2, output_shape=(5, 5, 3), filter_size=(2, 2),
                  stride=(3, 3), mean_only_batch_norm=True)
    net.add_layer("dot_product", id="fc", num_neurons=4, activation="tprelu")
    finish(net)
    net.train(epochs=1, learning_rates=(0.1, 0.05), show_progress=False)
    twin = weight_normalize(net)
    back = fold(twin)
    wanted = inferred(net)
    assert [type(view.layer).type for view in twin.layers.values()] == [
        "input", "weightnorm_conv_pool", "weightnorm_deconv", "flatten", "weightnorm_dot",
        "weightnorm_classifier", "objective"]
    for other in (twin, back):
        assert_allclose(inferred(other), wanted, rtol=0, atol=1e-6)
        assert other.conversion.difference < 1e-6
    for id, axes in (("conv", (1, 2, 3)), ("up", (0, 2, 3)), ("fc", 0), ("softmax", 0)):
        layer, plain = twin.layers[id], net.layers[id].w.get_value().astype("float64")
        assert_allclose(layer.g.get_value(), np.sqrt((plain ** 2).sum(axis=axes, keepdims=True)),
                        rtol=1e-6)
        assert_array_equal(layer.v.get_value(), net.layers[id].w.get_value())
        assert_array_equal(back.layers[id].w.get_value(), plain.astype("float32"))
    assert_array_equal(twin.layers["conv"].running_var.get_value(),
                       net.layers["conv"].running_var.get_value())


def test_recurrent_layers_are_converted_weight_by_weight():
    with without_c_code():
        net = begin()
        net.add_layer("sequence", id="rows")
        net.add_layer("lstm", id="lstm", num_neurons=2, return_sequences=True, origin="rows")
        net.add_layer("rnn", id="rnn", num_neurons=2)
        finish(net)
        twin = weight_normalize(net)
        layer = twin.layers["lstm"]
        assert layer.type == "weightnorm_lstm" and twin.layers["rnn"].type == "weightnorm_rnn"
        assert twin.conversion.difference < 1e-6
        for name in ("x", "h"):
            w = getattr(net.layers["lstm"], f"w_{name}").get_value()
            assert_array_equal(getattr(layer, f"v_{name}").get_value(), w)
            assert_allclose(getattr(layer, f"g_{name}").get_value()[0],
                            np.linalg.norm(w.astype("float64"), axis=0), rtol=1e-6)
        layer.w_h = 2 * np.ones((2, 8))
        back = fold(twin)
        assert back.layers["lstm"].type == "lstm" and back.conversion.difference < 1e-6
        assert_allclose(back.layers["lstm"].w_h.get_value(), 2, rtol=1e-6)


def test_every_form_is_folded_to_the_weight_that_it_composes():
    for form in FORMS:
        for dtype in ("float32", "float64"):
            yield check_form, form, dtype


def check_form(form, dtype):
    with floatx(dtype), without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4, form=form)
        finish(net, "weightnorm_", cook=False)
        rng = np.random.RandomState(3)
        for param in net.layers["fc"].params:   # some way into training
            param.set_value(param.get_value() * rng.uniform(0.5, 2, param.get_value().shape)
                            .astype(dtype))
        twin = fold(net)
        again = weight_normalize(twin, check=False)
        assert_allclose(twin.layers["fc"].w.get_value(), net.layers["fc"].w.eval(),
                        rtol={"float32": 1e-5, "float64": 1e-13}[dtype])
    assert twin.layers["fc"].type == "dot_product"
    assert twin.conversion.difference <= {"float32": 1e-6, "float64": 1e-13}[dtype]
    assert again.layers["fc"].form == form and again.layers["softmax"].form == "l2"
    for name, value in values(net).items():
        assert_array_equal(values(again)[name], value, name)


def test_a_form_is_chosen_for_the_twin():
    with without_c_code():
        twin = weight_normalize(dense(cook=False), form="log_g", learn_g=False)
        assert twin.layers["fc"].form == "log_g" == twin.layers["softmax"].form
        assert [p.name for p in twin.active_params][:2] == ["fc.v", "fc.b"]
        assert twin.conversion.difference < 1e-6


def test_a_form_that_cannot_hold_the_weights_is_refused_by_name():
    with without_c_code():
        said = message(ValueError, weight_normalize, dense(cook=False), form="strict")
        assert "weightnorm_dot 'fc' has form 'strict'" in said and "choose form 'l2'" in said, said
        said = message(ValueError, weight_normalize, dense(cook=False), form="log-g")
        assert "perhaps you meant 'log_g'" in said, said


def test_a_neuron_without_weights_is_refused_by_name_and_the_network_left_alone():
    with without_c_code():
        net = dense(cook=False)
        w = net.layers["fc"].w.get_value()
        w[:, 3] = 0
        net.layers["fc"].w = w
        said = message(ValueError, weight_normalize, net)
        assert "weightnorm_dot 'fc': the weights of neuron 3 are all 0" in said, said
        assert net.layers["fc"].type == "dot_product" and net.aside == {}
        assert weight_normalize(net, layers=["softmax"]).layers["fc"].type == "dot_product"


def test_the_weight_is_settable_on_both():
    with without_c_code():
        net, rng = dense(cook=False), np.random.RandomState(5)
        twin = weight_normalize(net)
        w = rng.normal(size=(36, 5))
        for each in (net, twin):
            each.layers["fc"].w = w
            assert_allclose(each.layers["fc"].weight_value(), w, rtol=1e-6)
        assert_allclose(fold(twin).layers["fc"].w.get_value(), w, rtol=1e-6)


# -- the same training -------------------------------------------------------------------------

def saved_and_loaded(net):
    with temporary_folder():
        net.save("net")
        return network.load("net", dataset=DATA, verbose=0)


DATA = dataset()
DETOURS = {
    "there and back": (weight_normalize, fold),
    "copied at the start": (copy.deepcopy, weight_normalize, fold),
    "copied on the way": (weight_normalize, copy.deepcopy, fold),
    "saved on the way": (weight_normalize, saved_and_loaded, fold),
    "saved, there, copied and back": (saved_and_loaded, weight_normalize, copy.deepcopy, fold),
    "there and back twice, saved": (weight_normalize, fold, weight_normalize, saved_and_loaded,
                                    fold, copy.deepcopy),
}
TURNED = {weight_normalize: fold, fold: weight_normalize}


def test_training_goes_on_as_without_the_detour():
    for name, detour in DETOURS.items():
        yield check_detour, name, "", detour
        yield check_detour, name, "weightnorm_", [TURNED.get(step, step) for step in detour]


def check_detour(name, prefix, detour):
    with without_c_code():
        net = dense(prefix)
        net.train(epochs=2, learning_rates=(0.1, 0.05), show_progress=False)
        wanted, other = inferred(net), net
        for step in detour:
            other = step(other)
            assert_allclose(inferred(other), wanted, rtol=0, atol=1e-6)
        assert other is not net and other.layers["fc"].type == net.layers["fc"].type
        assert_same_end(net, other)


def test_an_interrupted_training_is_resumed_after_the_detour():
    course = dict(epochs=(3, 2), learning_rates=(0.1, 0.05, 0.01), show_progress=False)
    with without_c_code(), temporary_folder():
        whole, net = dense("weightnorm_"), dense("weightnorm_")
        wanted = [epoch.cost for epoch in whole.train(**course)]
        net.train(on_epoch=lambda epoch: net.save("net") if epoch.epoch == 1 else None, **course)
        begun = network.load("net", dataset=DATA, verbose=0)
        history = weight_normalize(fold(begun)).resume(show_progress=False)
        assert [epoch.cost for epoch in history] == wanted
        # The folded one goes on too, along a way of its own.
        history = fold(begun).resume(show_progress=False)
        assert [epoch.cost for epoch in history][:2] == wanted[:2] and len(history) == 5


def test_without_memory_gradient_descent_goes_on_within_rounding():
    with without_c_code():
        net = dense(optimizer={})
        net.train(**TRAINING)
        other = fold(weight_normalize(net, remember=False), remember=False)
        assert other.aside == {}
        assert_same_end(net, other, exact=False)


def test_what_was_put_aside_is_not_used_once_the_weights_have_changed():
    with without_c_code():
        net = dense("weightnorm_")
        for name in ("fc", "softmax"):
            layer = net.layers[name]
            layer.v.set_value(3 * layer.v.get_value())
        folded = fold(net)
        kept = weight_normalize(folded)
        assert_array_equal(kept.layers["fc"].v.get_value(), net.layers["fc"].v.get_value())
        folded.layers["fc"].w = 2 * folded.layers["fc"].w.get_value()
        changed = weight_normalize(folded)
        assert_array_equal(changed.layers["fc"].v.get_value(), folded.layers["fc"].w.get_value())
        assert_array_equal(changed.layers["softmax"].v.get_value(),
                           net.layers["softmax"].v.get_value())


def test_the_best_parameters_so_far_are_converted_too():
    with without_c_code():
        net = dense("weightnorm_")
        net.train(**TRAINING)
        net.keep_best()
        best = net.layers["fc"].weight_value()
        net.layers["fc"].g.set_value(2 * net.layers["fc"].g.get_value())
        twin = fold(net)
        assert_allclose(twin.layers["fc"].w.get_value(), 2 * best, rtol=1e-6)
        twin.restore_best()
        assert_array_equal(twin.layers["fc"].w.get_value(), best)


def test_a_twin_trains_alone():
    with without_c_code():
        net = dense("weightnorm_")
        net.train(**TRAINING)
        before, drawn = values(net), net.rng.get_state()[1].copy()
        fold(net).train(**TRAINING)
        for name, value in before.items():
            assert_array_equal(values(net)[name], value)
        assert_array_equal(net.rng.get_state()[1], drawn)


def test_a_deep_network_is_copied_with_all_that_training_has_gathered():
    with without_c_code():
        net = begin(optimizer={"optimizer_type": "adam"})
        for number in range(30):
            net.add_layer("weightnorm_dot", id=f"fc{number}", num_neurons=3,
                          activation="tanh")
        finish(net)
        net.note = {"w": net.layers["fc0"].w}
        twin = copy.deepcopy(net)
        assert twin.note["w"] is twin.layers["fc0"].w is not net.layers["fc0"].w
        assert twin.verbose == net.verbose and twin.conversion is None
        with floatx("float64"):
            said = message(ValueError, copy.deepcopy, net)
        assert "built with floatX=float32" in said and "floatX=float64 now" in said, said


# -- what the twin takes over ------------------------------------------------------------------

def test_shared_and_tied_weights_stay_so():
    with without_c_code():
        net = begin()
        net.add_layer("dot_product", id="one", num_neurons=36)
        net.add_layer("dot_product", id="two", num_neurons=36, learnable=False,
                      input_params=net.dropout_layers["one"].params)
        net.add_layer("dot_product", id="tied", num_neurons=36, learnable=False,
                      input_params=[net.dropout_layers["one"].w.T, np.ones(36)])
        net.active_params.append(net.dropout_layers["tied"].b)
        finish(net)
        twin = weight_normalize(net)
        assert twin.layers["two"].v is twin.layers["one"].v
        assert twin.layers["tied"].type == "dot_product"
        assert twin.conversion.kept == {"tied": "its w is made of other weights, which it follows"}
        assert [p.name for p in twin.active_params] == [
            "one.v", "one.g", "one.b", "tied.b", "softmax.v", "softmax.g", "softmax.b"]
        back = fold(twin)
        for each in (twin, back):
            each.layers["one"].w = np.eye(36) * 2
            assert_array_equal(each.layers["tied"].w.eval(), np.eye(36) * 2)
        assert back.layers["two"].w is back.layers["one"].w
        assert [p.name for p in back.active_params] == [p.name for p in net.active_params]


def test_shared_weights_of_a_form_come_back_in_that_form():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="one", num_neurons=36, form="log_g")
        net.add_layer("weightnorm_dot", id="two", num_neurons=36, form="log_g", learnable=False,
                      input_params=net.layers["one"].params)
        folded = fold(net)
        assert folded.layers["two"].w is folded.layers["one"].w
        again = weight_normalize(folded)
        assert again.layers["two"].s is again.layers["one"].s
        assert again.conversion.difference < 1e-6


def test_a_deconvolution_follows_the_convolution_whose_weight_it_has():
    net = begin()
    net.add_layer("conv_pool", id="conv", num_neurons=2)
    net.add_layer("deconv", id="up", num_neurons=2, output_shape=(6, 6, 1), learnable=False,
                  input_params=[net.dropout_layers["conv"].w, None])
    finish(net, cook=False)
    twin = weight_normalize(net)
    assert "another axis" in twin.conversion.kept["up"]
    w = np.random.RandomState(0).normal(size=(2, 1, 3, 3)).astype("float32")
    twin.layers["conv"].w = w
    assert_allclose(twin.layers["up"].w.eval(), w, rtol=1e-6)
    assert fold(twin).layers["up"].w is not None and twin.conversion.difference < 1e-6


def test_a_weight_that_shares_only_directions_is_cut_loose_and_the_report_says_so():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="one", num_neurons=36)
        net.add_layer("weightnorm_dot", id="two", num_neurons=36, learnable=False,
                      input_params=[net.layers["one"].v, np.full((1, 36), 2.0), None])
        finish(net, cook=False)
        twin = fold(net)
        assert_allclose(np.linalg.norm(twin.layers["two"].w.get_value(), axis=0), 2, rtol=1e-6)
        assert "two: weightnorm_dot -> dot_product (36 x 36); its w, made with weightnorm_dot " \
            "'one''s, is its own now" in "\n".join(twin.conversion.lines())


def test_only_layers_that_are_named_are_converted():
    with without_c_code():
        net = dense(cook=False)
        twin = weight_normalize(net, layers=["softmax"])
        assert [twin.layers[id].type for id in ("fc", "softmax")] == [
            "dot_product", "weightnorm_classifier"]
        assert weight_normalize(twin, layers=["softmax", "input"]) is twin
        said = message(ValueError, fold, twin, layers=["softmix"])
        assert "fold: no layer 'softmix' (perhaps you meant 'softmax')" in said, said
        said = message(ValueError, fold, twin, layers="softmax")
        assert "give a list of ids, such as ['softmax']" in said, said


def test_layers_that_do_not_learn_and_penalties_are_as_they_were():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="fixed", num_neurons=4, learnable=False)
        net.add_layer("weightnorm_dot", id="g", num_neurons=4, regularize="g")
        net.add_layer("weightnorm_dot", id="v", num_neurons=4, regularize="v", learn_g=False)
        net.add_layer("weightnorm_dot", id="shut", num_neurons=4)
        finish(net, "weightnorm_", cook=False, regularizer=(0, 0.1))
        net.deactivate_layer("shut")
        twin = fold(net)
        assert [p.name for p in twin.active_params] == [
            "g.w", "g.b", "v.w", "v.b", "softmax.w", "softmax.b"]
        assert not twin.layers["fixed"].active and not twin.layers["shut"].active
        assert_allclose(twin.L2.eval(), np.sum(net.layers["g"].g.get_value() ** 2), rtol=1e-6)
        assert "its penalty on v has no counterpart" in str(twin.conversion.changes[2])
        again = weight_normalize(twin)
        assert [p.name for p in again.active_params] == [p.name for p in net.active_params]
        assert again.layers["g"].regularize == "g" and again.layers["v"].regularize == "v"


def test_given_parameters_are_given_to_the_twin_too():
    with without_c_code():
        net = begin()
        net.add_layer("dot_product", id="fc", num_neurons=4,
                      input_params=[np.ones((36, 4)), None])
        finish(net, cook=False)
        for each in (weight_normalize(net), fold(weight_normalize(net))):
            each.layers["fc"].b.set_value(np.ones(4, "float32"))
            each.restart(np.random.RandomState(1))
            assert_allclose(each.layers["fc"].weight_value(), 1, rtol=1e-6)
            assert_array_equal(each.layers["fc"].b.get_value(), 0)


def test_expressions_of_outputs_and_of_the_script_s_variables_are_made_anew():
    with without_c_code():
        net = begin(stream={"type": "x"})
        own = theano.shared(np.float32(3.0), name="own")
        net.add_layer("dot_product", id="fc", num_neurons=4)
        net.add_layer("tensor", id="t", input=own * net.layers["fc"].output.sum()
                      + (net.layers["fc"].w ** 2).sum(), input_shape=(1,))
        net.add_layer("objective", id="obj", layer_type="value", objective=net.layers["t"].output)
        net.active_params.append(own)
        net.cook(classifier_layer=None, resultor=None)
        twin = weight_normalize(net)
        assert twin.conversion.difference < 1e-6
        assert [p.name for p in twin.active_params] == ["fc.v", "fc.g", "fc.b", "own"]
        twin.mini_batch_train(0)
        assert own.get_value() == 3.0 != twin.active_params[-1].get_value()


def test_an_expression_of_v_is_refused_where_there_will_be_no_v():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4)
        net.add_layer("tensor", id="t", input=T.sum(net.layers["fc"].v), input_shape=(1,))
        said = message(ValueError, fold, net)
        assert "tensor 't' is made of the v of weightnorm_dot 'fc'" in said, said
        assert "layers=[...]" in said, said
        assert fold(net, layers=[]) is net


def test_adversarial_networks_are_converted():
    with without_c_code():
        plain = gans.shallow_gan(DATA)
        twin = weight_normalize(plain)
        assert twin.layers["D(G(z))"].v is twin.layers["D(x)"].v
        assert [p.name for p in twin.discriminator_active_params] == ["D(x).v", "D(x).g", "D(x).b"]
        assert twin.conversion.difference < 1e-6
        back, course = fold(twin), dict(epochs=1, learning_rates=(0.0, 0.01), show_progress=False)
        for each in (plain, twin, back):
            each.train(**course)
        assert back.gen_cost == plain.gen_cost and back.disc_cost == plain.disc_cost
        assert_allclose(twin.softmax_cost[0], plain.softmax_cost[0], rtol=1e-5)
        for name, value in values(plain).items():
            assert_array_equal(values(back)[name], value, name)


# -- what is said ------------------------------------------------------------------------------

def test_what_was_converted_is_reported_and_folding_twice_is_folding_once():
    with without_c_code():
        net = dense("weightnorm_", cook=False)
        net.verbose, printed = 1, io.StringIO()
        with contextlib.redirect_stdout(printed):
            twin = fold(net)
            again = fold(twin)
        assert again is twin
        assert twin.conversion.kind == "fold" and len(twin.conversion.changes) == 2
        lines = printed.getvalue().splitlines()
        assert lines[0].startswith(". Folded 2 layers; outputs differ by ")
        assert lines[1:] == [".   fc: weightnorm_dot -> dot_product (36 x 5)",
                             f".   softmax: weightnorm_classifier -> classifier (5 x {CLASSES})",
                             ". fold: nothing to convert."]
        assert net.conversion is None and twin.verbose == 1
        assert fold(dense(cook=False)).conversion.changes == []


def test_a_twin_that_gives_other_outputs_is_refused():
    @registry.layer_type("off")
    class Off(DotProduct):
        pass

    @registry.layer_type("weightnorm_off")
    class WeightNormOff(WeightNorm, Off):
        norm_axes = 0

        def linear(self, x):
            return super().linear(x) * 1.01

    try:
        with without_c_code():
            net = begin()
            net.add_layer("off", id="fc", num_neurons=4)
            said = message(ValueError, weight_normalize, net)
            assert "weight_normalize: the output of off 'fc' differs by 1.0e-02" in said, said
            assert weight_normalize(net, check=False).conversion.difference is None
    finally:
        del registry._classes["off"], registry._classes["weightnorm_off"]


def test_a_network_cooked_with_convolutions_keeps_its_test_errors():
    net = small_network("weightnorm_")
    net.train(epochs=2, show_progress=False)
    assert fold(net).test(verbose=0) == net.test(verbose=0)
