"""Weights to and from PyTorch: its own numbers, from a file made with it, and live where it is."""

import importlib.util
import unittest

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.numpy import load_file, save_file

from tests.golden import make_torch
from tests.small import begin, finish, message, temporary_folder, values, without_c_code
from yann_weightnorm import fold, from_torch, network, to_torch

GOLDEN = np.load(make_torch.FILE)
TOLERANCE = dict(rtol=1e-5, atol=1e-5)
# The options of our layer; PyTorch's are in CASES.
LAYERS = {
    "linear": ("weightnorm_dot", dict(num_neurons=3, activation=None)),
    "conv": ("weightnorm_conv_pool", dict(num_neurons=3, filter_size=(3, 2), stride=(1, 2),
                                          border_mode=(1, 1), activation=None)),
    "deconv": ("weightnorm_deconv", dict(num_neurons=3, filter_size=(3, 2), stride=(2, 1),
                                         border_mode=(1, 0), output_shape=(6, 5, 2),
                                         activation=None)),
    "lstm": ("weightnorm_lstm", dict(num_neurons=4, return_sequences=True)),
    "rnn": ("weightnorm_rnn", dict(num_neurons=4, return_sequences=True)),
}


def golden(name, part=""):
    """Return the arrays of a case, or of a part of it, by name."""
    prefix = f"{name}/{part}/" if part else f"{name}/"
    return {key[len(prefix):]: GOLDEN[key] for key in GOLDEN.files if key.startswith(prefix)}


def placed(name, kind=None, **options):
    """Return a network with our layer of a case, called `name`, and the symbolic input."""
    shape = make_torch.CASES[name][-1]
    x = T.TensorType(theano.config.floatX, (False,) * len(shape))("x")
    net = network(verbose=0, rng=np.random.RandomState(0))
    net.add_layer("tensor", id="in", input=x, input_shape=shape)
    known, given = LAYERS[name]
    net.add_layer(kind or known, id=name, **dict(given, **options))
    return net, x


def plain(name):
    return LAYERS[name][0].replace("weightnorm_dot", "dot_product").replace("weightnorm_", "")


def of_one_bias(gradient):
    """Return PyTorch's gradients as if it had a single bias, as ours has."""
    biases = [key for key in gradient if key.startswith("bias")]
    for key in biases[1:]:
        assert_allclose(gradient[key], gradient[biases[0]], rtol=1e-5, atol=1e-6)
        gradient[key] = np.zeros_like(gradient[key])
    return gradient


# -- PyTorch's numbers -------------------------------------------------------------------------

def test_outputs_and_gradients_are_those_of_pytorch():
    for name in LAYERS:
        yield check_numbers, name, golden(name)


def check_numbers(name, torch):
    state = {key[6:]: value for key, value in torch.items() if key.startswith("state/")}
    gradient = {key[9:]: value for key, value in torch.items() if key.startswith("gradient/")}
    with without_c_code():
        net, x = placed(name)
        view = net.layers[name]
        from_torch(view, state)
        cost = T.sum(view.output * torch["shares"])
        slopes = theano.grad(cost, [x] + view.params)
        y, on_x, *on_params = theano.function([x], [view.output] + slopes)(torch["x"])
    assert_allclose(y, torch["y"], **TOLERANCE)
    assert_allclose(on_x, gradient.pop("x"), **TOLERANCE)
    # Written out as if they were weights, our gradients have PyTorch's names and axes.
    for param, slope in zip(view.params, on_params):
        param.set_value(slope)
    found, wanted = to_torch(view), of_one_bias(gradient)
    assert sorted(found) == sorted(wanted)
    for key, value in wanted.items():
        assert_allclose(found[key], value, err_msg=key, **TOLERANCE)


def test_what_is_read_is_written_the_same():
    for name in LAYERS:
        for part, style in (("state", "parametrizations"), ("old", "weight_norm")):
            yield check_round_trip, name, part, style


def check_round_trip(name, part, style):
    net, _ = placed(name)
    state = golden(name, part)
    assert from_torch(net.layers[name], state) is net.layers[name]
    found = to_torch(net.layers[name], style=style)
    biases = [key for key in state if key.startswith("bias")]
    assert sorted(found) == sorted(state)
    for key, value in state.items():
        if key not in biases:
            assert_array_equal(found[key], value, key)
        assert found[key].dtype == np.float32 and found[key].flags.c_contiguous
        assert min(found[key].strides) > 0  # PyTorch takes no others
    assert_allclose(sum(found[b] for b in biases), sum(state[b] for b in biases), rtol=1e-6)


def test_plain_layers_take_the_weight_that_pytorch_composes():
    for name in LAYERS:
        net, _ = placed(name)
        state, layer = golden(name, "state"), net.layers[name]
        from_torch(layer, state)
        twin, _ = placed(name, plain(name))
        from_torch(twin.layers[name], state)
        wanted, axis = to_torch(layer, style="plain"), make_torch.CASES[name][3]
        found = to_torch(twin.layers[name])
        for weight in make_torch.CASES[name][2]:
            g, v = (state[f"parametrizations.{weight}.original{n}"].astype("float64")
                    for n in (0, 1))
            axes = tuple(n for n in range(v.ndim) if n != axis)
            w = g * v / np.sqrt((v ** 2).sum(axis=axes, keepdims=True))
            assert_allclose(found[weight], w, rtol=1e-6)
            assert_allclose(wanted[weight], w, rtol=1e-6)
        assert sorted(found) == sorted(wanted)


def test_another_form_takes_the_weight_too():
    with without_c_code():
        net, _ = placed("linear", form="log_g")
        twin, _ = placed("linear")
        for each in (net, twin):
            state = golden("linear", "state")
            state["parametrizations.weight.original0"] = abs(
                state["parametrizations.weight.original0"])
            from_torch(each.layers["linear"], state)
        assert_allclose(to_torch(net.layers["linear"], style="plain")["weight"],
                        to_torch(twin.layers["linear"], style="plain")["weight"], rtol=1e-6)
        found = to_torch(net.layers["linear"])
        assert_allclose(found["parametrizations.weight.original0"],
                        state["parametrizations.weight.original0"], rtol=1e-6)


# -- networks and files ------------------------------------------------------------------------

def classifier(seed=0, **options):
    net = begin(seed)
    net.add_layer("weightnorm_dot", id="fc", num_neurons=4, **options)
    return finish(net, "weightnorm_", cook=False)


def test_a_network_goes_into_a_file_and_back():
    net, twin = classifier(0, batch_norm=True), classifier(1, batch_norm=True)
    net.layers["fc"].running_mean.set_value(np.arange(4, dtype="float32")[None])
    with temporary_folder() as folder:
        found = to_torch(net, folder / "new" / "net.safetensors", names={"fc": "body.0"})
        read = load_file(folder / "new" / "net.safetensors")
        from_torch(twin, folder / "new" / "net.safetensors", names={"fc": "body.0"})
    assert sorted(found) == sorted(read) == sorted([
        "body.0.bias", "body.0.parametrizations.weight.original0",
        "body.0.parametrizations.weight.original1", "body.0_bn.bias",
        "body.0_bn.num_batches_tracked", "body.0_bn.running_mean", "body.0_bn.running_var",
        "body.0_bn.weight", "softmax.bias", "softmax.parametrizations.weight.original0",
        "softmax.parametrizations.weight.original1"])
    assert read["body.0_bn.weight"].shape == (4,)
    assert read["body.0.parametrizations.weight.original1"].shape == (4, 36)
    for name, value in values(net).items():
        assert_array_equal(values(twin)[name], value, name)


def test_a_folded_network_is_a_plain_module():
    with without_c_code():
        net = classifier()
        found, wanted = to_torch(fold(net)), to_torch(net, style="plain")
    assert sorted(found) == ["fc.bias", "fc.weight", "softmax.bias", "softmax.weight"]
    for name, value in wanted.items():
        assert_allclose(found[name], value, rtol=1e-6)


def test_chosen_layers_are_written_and_read():
    net, twin = classifier(0), classifier(1)
    found = to_torch(net, layers=["softmax"])
    before = values(twin)
    assert {name.split(".")[0] for name in found} == {"softmax"}
    from_torch(twin, found, layers=["softmax"])
    assert_array_equal(values(twin)["softmax.v"], values(net)["softmax.v"])
    assert_array_equal(values(twin)["fc.v"], before["fc.v"])


def test_a_module_without_a_bias_sets_it_to_0():
    net = classifier()
    net.layers["fc"].b.set_value(np.ones(4, "float32"))
    found = to_torch(net)
    del found["fc.bias"]
    from_torch(net, found)
    assert_array_equal(net.layers["fc"].b.get_value(), 0)


def test_batch_norm_layers_are_modules_themselves():
    net = begin(channels=2)
    net.add_layer("batch_norm", id="bn")
    found = to_torch(net)
    assert sorted(found) == ["bn.bias", "bn.num_batches_tracked", "bn.running_mean",
                             "bn.running_var", "bn.weight"]
    found["bn.running_mean"] = np.array([3.0, 4.0])
    from_torch(net, found)
    assert_array_equal(net.layers["bn"].running_mean.get_value(), [3, 4])


# -- errors ------------------------------------------------------------------------------------

def test_a_transposed_convolution_normalised_by_input_channel_is_refused():
    net, _ = placed("deconv")
    state = golden("deconv", "state")
    state["parametrizations.weight.original0"] = np.ones((3, 1, 1, 1))
    said = message(ValueError, from_torch, net.layers["deconv"], state)
    assert "weightnorm_deconv 'deconv' got parametrizations.weight.original0 of shape " \
        "(3, 1, 1, 1), wanted (1, 2, 1, 1)" in said, said
    assert "with dim=1 (its default, dim=0, is one length an input channel)" in said, said
    # A plain layer takes the weight, along whichever axis it was normalised.
    twin, _ = placed("deconv", "deconv")
    from_torch(twin.layers["deconv"], state)
    v = state["parametrizations.weight.original1"].astype("float64")
    w = v / np.sqrt((v ** 2).sum(axis=(1, 2, 3), keepdims=True))
    assert_allclose(to_torch(twin.layers["deconv"])["weight"], w, rtol=1e-6)


def test_one_length_of_the_whole_weight_is_refused():
    net, _ = placed("linear")
    state = golden("linear", "old")
    state["weight_g"] = np.array(2.0)
    said = message(ValueError, from_torch, net.layers["linear"], state)
    assert "got weight_g of shape (), wanted (3, 1)" in said and "with dim=0;" in said, said


def refusal(change, names=None, **options):
    """Return what is said of a network's state after `change`; nothing must have been set."""
    net = classifier()
    state, before = to_torch(net), values(net)
    state = {name: value + 1 for name, value in state.items()}
    change(state)
    said = message(ValueError, from_torch, net, state, names=names, **options)
    for name, value in before.items():
        assert_array_equal(values(net)[name], value)
    return said


def test_what_is_missing_or_misshapen_or_left_over_is_refused_and_nothing_is_set():
    said = refusal(lambda state: state.pop("softmax.parametrizations.weight.original0"))
    assert "weightnorm_classifier 'softmax' needs 'softmax.parametrizations.weight.original0'" \
        in said and "there is: 'fc." in said, said
    said = refusal(lambda state: state.update(
        {"softmax.parametrizations.weight.original1": np.ones((4, 3))}))
    assert "of shape (4, 3), wanted (3, 4)" in said, said
    said = refusal(lambda state: state.update({"softmax.bias": np.ones(2)}))
    assert "softmax.bias of shape (2,), wanted (3,)" in said, said
    said = refusal(lambda state: state.update({"head.weight": np.ones(2)}))
    assert "no place for 'head.weight'" in said and "strict=False" in said, said
    said = refusal(lambda state: state.update({"fc.weight": np.ones((4, 36))}))
    assert "there is 'fc.weight' and 'fc.parametrizations.weight.original1'" in said, said
    said = refusal(lambda state: None, names={"fc": "body"})
    assert "needs 'body.weight', or one of the pairs" in said and "there is none of them" in said


def test_more_than_was_read_may_be_ignored():
    net = classifier()
    state = dict(to_torch(net), more=np.ones(3))
    assert from_torch(net, state, strict=False) is net


def test_unknown_layers_styles_and_names_are_refused():
    net = classifier()
    said = message(ValueError, to_torch, net, layers=["fcc"])
    assert "to_torch got the layer 'fcc' (perhaps you meant 'fc')" in said, said
    said = message(ValueError, from_torch, net, {}, names={"input": "x"})
    assert "from_torch got the layer 'input'" in said and "fc, softmax" in said, said
    said = message(ValueError, to_torch, net, style="parametrisations")
    assert "perhaps you meant 'parametrizations'" in said, said
    said = message(ValueError, to_torch, net, names={"fc": "softmax"})
    assert "two layers have one name" in said, said


def test_layers_without_a_counterpart_are_refused_by_name():
    net = begin()
    net.add_layer("rotate", id="turn")
    net.add_layer("dot_product", id="fc", num_neurons=2, activation="tprelu")
    net.add_layer("dot_product", id="mean", num_neurons=2, mean_only_batch_norm=True)
    net.add_layer("sequence", id="rows", origin="input")
    net.add_layer("bn_lstm", id="lstm", num_neurons=2)
    for id, wanted in (("turn", "rotate 'turn' has no counterpart"),
                       ("fc", "has slope, threshold, which PyTorch's Linear does not have"),
                       ("mean", "has running_mean, which PyTorch's Linear"),
                       ("lstm", "has gamma_x, gamma_h")):
        said = message(ValueError, to_torch, net, layers=[id])
        assert wanted in said and "layers=[...]" in said, said


def test_parameters_that_layers_share_are_one():
    with without_c_code():
        net = begin()
        net.add_layer("weightnorm_dot", id="one", num_neurons=36)
        net.add_layer("weightnorm_dot", id="two", num_neurons=36, learnable=False,
                      input_params=net.layers["one"].params)
        net.add_layer("dot_product", id="tied", num_neurons=36, learnable=False,
                      input_params=[net.layers["one"].w.T, None])
        state = to_torch(net)
    assert_allclose(state["tied.weight"].T, to_torch(net, style="plain")["one.weight"], rtol=1e-6)
    said = message(ValueError, from_torch, net, state)
    assert "can't set dot_product 'tied' (w), which is made of other" in said, said
    state = to_torch(net, layers=["one", "two"])
    from_torch(net, state, layers=["one", "two"])
    state["two.bias"] = state["two.bias"] + 1
    said = message(ValueError, from_torch, net, state, layers=["one", "two"])
    assert "different values for weightnorm_dot 'one' (b) and weightnorm_dot 'two' (b)" in said


def test_pickles_and_damaged_files_are_refused():
    net = classifier()
    with temporary_folder() as folder:
        (folder / "model.pt").write_bytes(b"...")
        said = message(ValueError, from_torch, net, "model.pt")
        assert "is a pickle" in said and "safetensors.torch.save_file" in said, said
        (folder / "model.safetensors").write_bytes(b"...")
        said = message(ValueError, from_torch, net, "model.safetensors")
        assert "safetensors format" in said, said
        message(FileNotFoundError, from_torch, net, "none.safetensors")
        save_file(dict(to_torch(net), odd=np.ones(1, "float16")), "more.safetensors")
        assert "no place for 'odd'" in message(ValueError, from_torch, net, "more.safetensors")


# -- the format, and PyTorch itself ------------------------------------------------------------

def needs_torch():
    if importlib.util.find_spec("torch") is None:
        raise unittest.SkipTest("PyTorch is not installed: its numbers are compared as "
                                "tests/golden/torch.npz has them, not live; "
                                "pip install -e .[oracle] to run this")


def test_live_pytorch_gives_what_the_file_says():
    needs_torch()
    for name in LAYERS:
        for key, value in make_torch.arrays(name).items():
            assert_allclose(value, GOLDEN[f"{name}/{key}"], err_msg=f"{name}/{key}: regenerate by "
                            f"{make_torch.COMMAND}", rtol=1e-5, atol=1e-6)


def test_live_outputs_and_gradients_are_those_of_pytorch():
    needs_torch()
    for name in LAYERS:
        for more in (10, 20):
            check_numbers(name, make_torch.arrays(name, more))


def test_live_pytorch_loads_what_is_written():
    needs_torch()
    import torch
    for name in LAYERS:
        net, x = placed(name)
        view, rng = net.layers[name], np.random.RandomState(1)
        for param in view.params:
            param.set_value(rng.normal(size=param.get_value().shape).astype("float32"))
        with without_c_code():
            ours = theano.function([x], view.output)(golden(name)["x"])
        for style in ("parametrizations", "weight_norm"):
            made = make_torch.module(name, style)
            made.load_state_dict({key: torch.tensor(value) for key, value in
                                  to_torch(view, style=style).items()})
            theirs, _ = make_torch.run(made, golden(name)["x"], np.float32(1))
            assert_allclose(ours, theirs, **TOLERANCE)
            twin, _ = placed(name)
            from_torch(twin.layers[name], made.state_dict())
            assert_array_equal(twin.layers[name].v.get_value() if hasattr(view, "v") else
                               twin.layers[name].v_x.get_value(),
                               view.v.get_value() if hasattr(view, "v") else view.v_x.get_value())
