"""Forms of weight normalization as options of layers: parameters, starts, given weights."""

import warnings

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import SIDE, arrays, begin, finish, message, without_c_code
from yann_weightnorm import initialize_from_data
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox import registry

PARAMS = {"l2": "v g b", "log_g": "v s b", "l1": "v g b", "linf": "v g b", "centered": "v g b",
          "bounded": "v rho b", "bounded_g": "v g rho b", "strict": "v b", "whole": "v g b",
          "standardised": "v b", "scaled_ws": "v b"}
SCALED = [name for name, form in FORMS.items() if form.scaled]
LEFT_ALONE = [name for name in FORMS if name not in SCALED]


def dense(form, **options):
    """Return a dense layer of 4 neurons on the input, called 'fc'."""
    net = begin()
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4, form=form, **options)
    return net.layers["fc"].layer


def warning(call, *args, **kwargs):
    """Return what `call` warns of, or None."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        call(*args, **kwargs)
    said = [str(w.message) for w in caught if w.category is UserWarning]
    assert len(said) <= 1, said
    return said[0] if said else None


# -- parameters -------------------------------------------------------------------------------

def check_params(form):
    layer = dense(form)
    assert [p.name for p in layer.params] == [f"fc.{name}" for name in PARAMS[form].split()]
    fixed = ["fc.rho"] if "rho" in PARAMS[form] else []
    assert [p.name for p in layer.params if p not in layer.active_params] == fixed
    assert all(p.ndim >= 1 for p in layer.params)
    assert hasattr(layer, "g") == FORMS[form].has_g


def test_params_of_each_form():
    for form in FORMS:
        yield check_params, form


def check_fixed_length(form):
    layer = dense(form, learn_g=False)
    names = set(PARAMS[form].split()) - {"g", "s", "rho"}
    assert {p.name for p in layer.active_params} == {f"fc.{name}" for name in names}
    assert [p.name for p in layer.params] == [f"fc.{name}" for name in PARAMS[form].split()]


def test_a_length_that_is_not_learnt_is_saved_and_not_trained():
    for form in FORMS:
        yield check_fixed_length, form
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4, learn_g=False)
        finish(net, "weightnorm_")
        before = [p.get_value() for p in net.layers["fc"].params]
        net.mini_batch_train(0)
        moved = [not np.array_equal(old, p.get_value())
                 for old, p in zip(before, net.layers["fc"].params)]
    assert moved == [True, False, True]


def test_g_is_what_the_length_is_called_where_its_logarithm_is_learnt():
    layer = dense("log_g")
    assert_allclose(layer.g.eval(), np.exp(layer.s.get_value()), rtol=1e-6)
    assert_allclose(layer.g.eval().ravel(), np.linalg.norm(layer.weight_value(), axis=0), rtol=1e-6)


def test_a_bounded_layer_keeps_the_norm_of_its_start():
    for form in ("bounded", "bounded_g"):
        layer, plain = dense(form), dense("l2")
        assert_allclose(np.linalg.norm(layer.weight_value()), np.linalg.norm(plain.weight_value()),
                        rtol=1e-6)
        assert_array_equal(layer.v.get_value(), plain.v.get_value())


def test_the_gain_of_the_scaled_form_is_that_of_the_layers_activation():
    for activation, gain in (("relu", 1.7128585), (None, 1.0)):
        w = dense("scaled_ws", activation=activation).weight_value()
        assert_allclose(np.linalg.norm(w, axis=0), gain, rtol=1e-6)


def test_an_unknown_form_is_refused_with_the_nearest_one():
    said = message(ValueError, dense, "l22")
    assert said.startswith("weightnorm_dot 'fc' got form 'l22' (perhaps you meant 'l2'") and (
        "'scaled_ws'" in said), said


def test_form_and_learn_g_are_options_of_the_normalised_layers_alone():
    for name in ("dot", "conv_pool", "deconv", "classifier"):
        options = registry.option_names(registry.layer_class(f"weightnorm_{name}"))
        assert {"form", "learn_g", "input_params"} <= set(options)
    assert "form" not in registry.option_names(registry.layer_class("dot_product"))


# -- weights that are set and given -----------------------------------------------------------

def check_setting(form):
    """A weight that the form can hold is held; another is kept by its direction, with a warning."""
    layer = dense(form)
    layer.start_weight(np.random.RandomState(4).normal(size=(SIDE ** 2, 4)))  # no words
    own, b = layer.weight_value(), layer.b.get_value()
    assert warning(layer.set_weight, own) is None
    assert_allclose(layer.weight_value(), own, rtol=0, atol=2e-6 * abs(own).max())
    with without_c_code():
        assert_allclose(layer.w.eval(), own, rtol=0, atol=2e-6 * abs(own).max())
    other = np.random.RandomState(5).normal(size=own.shape)
    said = warning(layer.set_weight, other)
    holds = FORMS[form].holds
    assert (said is None) == (not holds)
    if holds:
        assert f"weightnorm_dot 'fc' has form '{form}'" in said and holds in said, said
        assert "keeps the direction" in said
    assert_array_equal(layer.b.get_value(), b)


def test_setting_w():
    for form in FORMS:
        yield check_setting, form


def check_given(form):
    """A plain layer's [w, b] is taken apart; the layer's own parameters are taken as they are."""
    w, b = np.random.RandomState(3).normal(size=(SIDE ** 2, 4)), np.arange(4.0)
    own = [p.get_value() for p in dense(form, input_params=None).params]
    again = dense(form, input_params=own)
    for p, value in zip(again.params, own):
        assert_array_equal(p.get_value(), value)
    if not FORMS[form].holds:
        layer = dense(form, input_params=[w, b])
        assert_allclose(layer.weight_value(), w, rtol=1e-5)
        assert_array_equal(layer.b.get_value(), b)
        layer = dense(form, input_params=[w, None])
        assert_allclose(layer.weight_value(), w, rtol=1e-5)


def test_input_params_of_each_form():
    for form in FORMS:
        yield check_given, form


def test_input_params_of_another_number_of_parameters_are_told_apart_by_their_shapes():
    w, b, more = np.random.RandomState(3).normal(size=(SIDE ** 2, 4)), np.ones(4), np.full(4, 0.5)
    plain = dense("l2", activation="trelu", input_params=[w, b, more])
    own = dense("l2", activation="trelu", input_params=[w, np.ones((1, 4)), more])
    assert_allclose(plain.weight_value(), w, rtol=1e-5)
    assert_array_equal(plain.threshold.get_value(), more)
    assert_allclose(np.linalg.norm(own.weight_value(), axis=0), 1, rtol=1e-6)
    assert_array_equal(own.b.get_value(), more)
    assert_array_equal(own.threshold.get_value(), 0)


def test_a_plain_weight_of_another_shape_is_refused_by_name():
    said = message(ValueError, dense, "l2", input_params=[np.ones(3), np.ones(4)])
    assert "weightnorm_dot 'fc' input_params[0] (v) has shape (3,), wanted (36, 4)" in said, said


def check_all_zero(form):
    zero = np.ones((SIDE ** 2, 4)) + np.arange(SIDE ** 2)[:, None]
    zero[:, 2] = 0
    if form == "whole":
        zero[...] = 0
    for given in ([zero, np.ones(4)], [zero]):
        said = message(ValueError, dense, form, input_params=given)
        assert "weightnorm_dot 'fc': the weights" in said and "no direction" in said, said


def test_an_all_zero_start_is_refused_by_name_in_every_form():
    for form in FORMS:
        yield check_all_zero, form


# -- the data-dependent start -----------------------------------------------------------------

def deep(form, **options):
    """Return a cooked network of three layers in `form`."""
    net = begin()
    for at in range(2):
        net.add_layer("weightnorm_dot", id=f"fc{at}", num_neurons=5, activation="tanh", form=form,
                      **options)
    net.add_layer("weightnorm_classifier", id="softmax", num_classes=3, form=form, **options)
    net.add_layer("objective", id="obj")
    net.cook(resultor=None)
    return net


def pre_activations(net):
    """Return the pre-activations of the three layers for the first mini batch, in float64."""
    y = arrays()[0].reshape(-1, SIDE ** 2)[:4].astype(theano.config.floatX).astype("float64")
    found = []
    for id in ("fc0", "fc1", "softmax"):
        layer = net.layers[id]
        t = y @ layer.weight_value().astype("float64") + layer.b.get_value()
        found.append(t)
        y = np.tanh(t)
    return found


def check_start(form):
    with without_c_code():
        net = initialize_from_data(deep(form))
        assert warning(initialize_from_data, net) is None
    for t in pre_activations(net):
        assert_allclose(t.mean(axis=0), 0, atol=1e-5)
        assert_allclose(t.std(axis=0), 1, atol=1e-4)


def test_a_data_dependent_start_sets_the_lengths():
    for form in SCALED:
        yield check_start, form


def check_left_alone(form):
    with without_c_code():
        net = deep(form)
        before = [p.get_value() for p in net.params]
        initialize_from_data(net)
    for old, p in zip(before, net.params):
        assert_array_equal(old, p.get_value())


def test_a_data_dependent_start_leaves_forms_without_a_length_alone():
    for form in LEFT_ALONE:
        yield check_left_alone, form
        said = message(ValueError, dense(form).scale_weight, np.ones(4))
        assert f"form '{form}'" in said and "can't be scaled" in said


def test_a_bounded_g_keeps_the_norm_that_the_data_dependent_start_gave():
    with without_c_code():
        net = initialize_from_data(deep("bounded_g"))
        layer = net.layers["fc0"]
        before = np.linalg.norm(layer.weight_value())
        assert_allclose(layer.rho.get_value().item(), before, rtol=1e-5)
        for index in range(3):
            net.mini_batch_train(index)
    assert_allclose(np.linalg.norm(layer.weight_value()), before, rtol=1e-5)


# -- penalties --------------------------------------------------------------------------------

def check_penalty(form, regularize):
    with without_c_code():
        _check_sums(dense(form, regularize=regularize), regularize)


def _check_sums(layer, regularize):
    g = layer.g.eval() if hasattr(layer, "g") else None
    counted = {True: layer.weight_value(), "w": layer.weight_value(), "g": g,
               "v": layer.v.get_value()}[regularize].astype("float64")
    assert_allclose(layer.L1.eval(), abs(counted).sum(), rtol=1e-5)
    assert_allclose(layer.L2.eval(), (counted ** 2).sum(), rtol=1e-5)


def test_a_penalty_counts_w_g_or_v():
    for form in ("l2", "log_g", "bounded_g", "strict"):
        for regularize in (True, "w", "v") + (("g",) if FORMS[form].has_g else ()):
            yield check_penalty, form, regularize


def test_a_penalty_on_what_is_not_there_is_refused_by_name():
    for form in LEFT_ALONE:
        said = message(ValueError, dense, form, regularize="g")
        assert "weightnorm_dot 'fc' got regularize 'g'" in said and "'w', 'v'" in said, said
    said = message(ValueError, begin().add_layer, "dot_product", id="fc", regularize="v")
    assert "dot_product 'fc' got regularize 'v'; known: False, True, 'w'." in said, said


def penalised_network(regularize):
    net = begin()
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4, regularize=regularize)
    return net


def check_van_laarhoven(regularize, effect):
    """One step of decay alone: on w or g it shortens g; on v it leaves w where it was."""
    net = penalised_network(regularize)
    layer, before = net.layers["fc"], net.layers["fc"].weight_value().astype("float64")
    params = [layer.v, layer.g]
    with without_c_code():
        slopes = [g.eval() for g in T.grad(net.L2, params, disconnected_inputs="ignore")]
    for p, slope in zip(params, slopes):
        p.set_value((p.get_value() - 0.05 * slope).astype(p.dtype))
    # L2 of w, and of g, is the sum of g squared: its step shrinks by a factor 1 - 2 rate.
    assert_allclose(layer.weight_value(), before * effect, rtol=1e-5, atol=1e-9)
    if regularize == "v":
        assert_allclose(np.linalg.norm(layer.v.get_value()), 0.9 * np.linalg.norm(before),
                        rtol=1e-5)


def test_decay_of_v_leaves_the_weight_alone():
    for regularize, effect in (("w", 0.9), ("g", 0.9), ("v", 1.0)):
        yield check_van_laarhoven, regularize, effect
