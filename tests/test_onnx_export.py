"""Networks as ONNX models: onnxruntime gives the numbers of the inference stream."""

import importlib.util
import sys
import unittest
from unittest import mock

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests import gans
from tests.small import (
    CLASSES, SIDE, begin, dataset, finish, floatx, message, small_network, temporary_folder, values,
    without_c_code)
from tests.test_battery import CHANNELS, ROWS, built, registered, types
from yann_weightnorm import __version__, fold, network, to_onnx
from yann_weightnorm.folding.twins import plain_class
from yann_weightnorm.forms import FORMS
from yann_weightnorm.onnx_export import model as onnx_side
from yann_weightnorm.onnx_export.activations import ACTIVATIONS
from yann_weightnorm.onnx_export.writers import REFUSED, WRITERS
from yann_weightnorm.toolbox import activations, layers

TOLERANCE = 1e-5
MAPS = CHANNELS, SIDE, SIDE
INSTALLED = all(map(importlib.util.find_spec, ("onnx", "onnxruntime")))


def exported(net, path=None, outputs=None):
    """Return the model of `net`, or skip the test where there is no ONNX."""
    if not INSTALLED:
        raise unittest.SkipTest("onnx and onnxruntime are not installed: no model is written, and "
                                "none compared with the inference stream.")
    return to_onnx(net, path, outputs=outputs)


def session(model):
    """Return what runs `model`: a function of a dict of inputs that returns a dict of outputs."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 2  # warnings, of shapes that differ from the model's, say
    runner = onnxruntime.InferenceSession(model.SerializeToString(), options,
                                          providers=["CPUExecutionProvider"])
    names = [output.name for output in runner.get_outputs()]
    return lambda given: dict(zip(names, runner.run(names, given)))


def images(rows=ROWS, seed=1):
    """Return rows as a datastream has them, and the same as (batch, channels, height, width)."""
    maps = np.random.RandomState(seed).normal(size=(rows,) + MAPS).astype("float32")
    return maps.transpose(0, 2, 3, 1).reshape(rows, -1), maps


def scatter(net, seed=5):
    """Set all parameters to numbers that are neither 0 nor 1; variances stay positive."""
    rng = np.random.RandomState(seed)
    for p in net.params:
        value = rng.normal(scale=0.7, size=p.get_value().shape)
        value = abs(value) + 0.5 if "var" in p.name.split(".")[-1] else value
        p.set_value(value.astype(p.dtype))
    return net


def inference(net, ids, given):
    """Return the compiled function of variables `given` to the outputs of layers, float32."""
    made = theano.function(given, [net.inference_layers[id].output for id in ids],
                           on_unused_input="ignore", no_default_updates=True)
    return lambda *arrays: dict(zip(ids, made(*arrays)))


def compare(found, wanted):
    """Compare the outputs of two runs, each as a share of the largest."""
    assert set(found) == set(wanted) and found
    for id, array in wanted.items():
        assert found[id].dtype == "float32" and found[id].shape == array.shape, id
        scale = max(1, np.abs(array).max())
        assert_allclose(found[id] / scale, array / scale, rtol=0, atol=TOLERANCE, err_msg=id)


# -- kind by kind ------------------------------------------------------------------------------

ACTIVATED = ("relu", ("relu", 0.1), "elu", ("elu", 0.5), "sigmoid", "tanh", "abs", "squared",
             "softmax", ("softmax", 2), "identity", None, "norm_relu", "trelu", "tprelu",
             ("maxout", "maxout", 2), ("maxout", "meanout", 3), ("maxout", "mixedout", 2))
POOLS = (("max", (2, 2)), ("mean", (2, 1)), ("mean", "whole"), ("sum", (1, 3)), ("max", "whole"),
         ("max_same_size", (2, 3)), ("max_same_size", (2, 2)))
CONVOLVED = dict(num_neurons=4, filter_size=(3, 2))
DECONVOLVED = dict(num_neurons=CHANNELS, filter_size=(3, 2))

# Name of a kind -> the layers between the input and it, and type and options of what is compared.
KINDS = {
    "dot_product": ((), [
        ("dot_product", dict(num_neurons=5, dropout_rate=0.5, **more))
        for more in ({}, dict(batch_norm=True), dict(mean_only_batch_norm=True))] + [
        ("weightnorm_dot", dict(num_neurons=5, form=form)) for form in FORMS]),
    "activations": ((), [("dot_product", dict(num_neurons=6, activation=f)) for f in ACTIVATED]),
    "classifier": ((), [
        ("classifier", dict(num_classes=CLASSES)),
        ("classifier", dict(num_classes=CLASSES, activation=("softmax", 3))),
        ("weightnorm_classifier", dict(num_classes=CLASSES, mean_only_batch_norm=True))]),
    "conv_pool": ((), [
        ("conv_pool", dict(CONVOLVED)),
        ("conv_pool", dict(CONVOLVED, border_mode="full", stride=(2, 1), batch_norm=True)),
        ("conv_pool", dict(CONVOLVED, border_mode="half", activation="tprelu")),
        ("conv_pool", dict(CONVOLVED, border_mode=(0, 2), activation=("maxout", "maxout", 2))),
        ("weightnorm_conv_pool", dict(CONVOLVED, border_mode=1, mean_only_batch_norm=True,
                                      dropout_rate=0.5))]),
    "pools": ((), [("conv_pool", dict(CONVOLVED, filter_size=(2, 2), pool_type=kind,
                                      pool_size=size, activation="trelu"))
                   for kind, size in POOLS] + [
        ("weightnorm_conv_pool", dict(CONVOLVED, pool_size=(3, 2), batch_norm=True))]),
    "pool": ((), [("pool", dict(pool_type=kind, pool_size=size, dropout_rate=0.5))
                  for kind, size in POOLS]),
    "deconv": ((), [
        ("deconv", dict(DECONVOLVED, output_shape=(8, 7, 3))),
        ("deconv", dict(DECONVOLVED, output_shape=(14, 19, 3), stride=(2, 3), activation="tanh",
                        batch_norm=True)),
        ("deconv", dict(DECONVOLVED, output_shape=(4, 5, 3), border_mode="full")),
        ("deconv", dict(DECONVOLVED, output_shape=(7, 6, 3), border_mode=(3, 3), stride=(2, 2))),
        ("weightnorm_deconv", dict(DECONVOLVED, output_shape=(6, 5, 3), border_mode="half",
                                   mean_only_batch_norm=True))]),
    "batch_norm": ((), [("batch_norm", {})]),
    "batch_norm of rows": ((("flatten", {}),), [("batch_norm", {})]),
    "flatten": ((), [("flatten", {})]),
    "flatten of a sequence": ((("sequence", {}),), [("flatten", {})]),
    "unflatten": ((("flatten", {}),), [("unflatten", dict(shape=(3, 4, 6))),
                                       ("unflatten", dict(shape=(8, 9)))]),
    "gaussian_noise": ((), [("gaussian_noise", dict(sigma=2))]),
    "sequence": ((), [("sequence", {}), ("sequence", dict(steps="pixels")),
                      ("sequence", dict(steps=4, order=np.arange(SIDE * SIDE)[::-1]))]),
    "sequence of rows": ((("flatten", {}),), [("sequence", dict(steps="pixels")),
                                              ("sequence", dict(steps=8))]),
    "lstm": ((("sequence", {}),), [
        (prefix + "lstm", dict(num_neurons=3, return_sequences=every, state_noise=0.1))
        for prefix in ("", "weightnorm_") for every in (False, True)]),
    "rnn": ((("sequence", {}),), [
        (prefix + "rnn", dict(num_neurons=3, return_sequences=every))
        for prefix in ("", "weightnorm_") for every in (False, True)] + [
        ("rnn", dict(num_neurons=3, activation=f))
        for f in ("relu", ("relu", 0.2), "sigmoid", "elu", ("elu", 0.5), None)]),
    "rnn by a loop": ((("sequence", {}),), [
        ("rnn", dict(num_neurons=3, activation="abs")),
        ("weightnorm_rnn", dict(num_neurons=3, activation=("softmax", 2), return_sequences=True)),
        ("rnn", dict(num_neurons=1, activation="norm_relu"))]),
    "bn_lstm": ((("sequence", {}),), [
        ("bn_lstm", dict(num_neurons=3)),
        ("bn_lstm", dict(num_neurons=1, return_sequences=True))]),
    "rotate": ((), [("rotate", {}), ("rotate", dict(angle=0.3)), ("rotate", dict(angle=1)),
                    ("rotate", dict(angle=np.linspace(-2, 2, ROWS)))]),
    "merge": ((("gaussian_noise", dict(id="one")), ("batch_norm", dict(id="two", origin="input"))),
              [("merge", dict(origin=("one", "two", "input"), layer_type=how))
               for how in ("sum", "concatenate", "batch")] + [
        ("merge", dict(origin=("one", "two"), error=error)) for error in ("rmse", "l1", "l2")]),
    "merge of sequences": ((("sequence", dict(id="one")),), [
        ("merge", dict(origin=("one", "one"), layer_type="concatenate"))]),
    "cross entropy": ((("dot_product", dict(id="one", activation="softmax")),
                       ("dot_product", dict(id="two", activation="sigmoid", origin="input"))),
                      [("merge", dict(origin=("one", "two"), error="cross_entropy"))]),
    "tensor": ((), [("tensor", dict(origin=None, input=np.arange(12).reshape(3, 4),
                                    input_shape=(3, 4)))]),
}


def network_of(kind):
    """Return a network of all variants of a kind, and their ids."""
    below, variants = KINDS[kind]
    net = begin(channels=CHANNELS)
    for type, options in below:
        net.add_layer(type, **options)
    ground = net.last_layer_created
    for number, (type, options) in enumerate(variants):
        net.add_layer(type, id=f"it {number}", **dict({"origin": ground}, **options))
    return scatter(net), [f"it {number}" for number in range(len(variants))]


def test_each_kind_gives_what_the_inference_stream_gives():
    for kind in KINDS:
        yield check_kind, kind


def check_kind(kind):
    with without_c_code():
        net, ids = network_of(kind)
        run = session(exported(net, outputs=ids))
        wanted = inference(net, ids, [net.datastream["data"].x])
    for rows in (ROWS, 1, ROWS + 3):
        x, maps = images(rows)
        compare(run({"input": maps} if kind != "tensor" else {}), wanted(x))


def test_every_activation_is_known():
    assert set(ACTIVATIONS) == set(activations._functions)
    assert {activations.activation_name(f) for f in ACTIVATED} == set(ACTIVATIONS)


def test_ties_within_a_pooling_window_are_all_kept():
    net = begin(channels=CHANNELS)
    net.add_layer("conv_pool", id="it", num_neurons=2, pool_type="max_same_size", pool_size=(2, 2),
                  activation=None)
    rng = np.random.RandomState(0)
    net.layers["it"].w = rng.randint(-1, 2, size=net.layers["it"].weight_shape)
    run, (x, maps) = session(exported(net)), images()
    with without_c_code():
        wanted = inference(net, ["it"], [net.datastream["data"].x])(np.sign(np.round(x)))["it"]
    assert_array_equal(run({"input": np.sign(np.round(maps))})["it"], wanted)
    windows = wanted.reshape(ROWS, 2, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
    assert (np.sum(windows != 0, axis=1) > 1).any()


def test_an_input_layer_takes_the_mean_away_if_it_is_told_to():
    net = begin()
    net.add_layer("input", id="less", origin="data", mean_subtract=True, dropout_rate=0.5)
    net.add_layer("flatten", id="it")
    x = np.random.RandomState(0).normal(size=(ROWS, SIDE * SIDE)).astype("float32")
    found = session(exported(net, outputs=["it"]))({"less": x.reshape(ROWS, 1, SIDE, SIDE)})
    assert_allclose(found["it"], x - x.mean(), atol=TOLERANCE)


# -- every type --------------------------------------------------------------------------------

def test_every_registered_type_is_exported_or_refused_by_name():
    for name in types():
        yield check_type, name


def check_type(name):
    cls = types()[name]
    net = built(name)
    if cls in (layers.Input, layers.Random):  # what a model is given is no output of it
        net.add_layer("gaussian_noise", id="above")
    plain = plain_class(cls) or cls
    if plain in WRITERS:
        assert len(exported(net, outputs=[net.last_layer_created]).graph.output) == 1
    else:
        said = message(ValueError, exported, net, outputs=["it"])
        assert said.startswith(f"to_onnx can't write {cls.type} 'it': {REFUSED[plain]}"), said


def test_no_type_is_both_exported_and_refused_and_all_exported_ones_are_compared():
    assert not set(WRITERS) & set(REFUSED)
    compared = {type for below, variants in KINDS.values() for type, _ in variants}
    written = {cls.type for cls in types().values() if (plain_class(cls) or cls) in WRITERS}
    assert written - compared == {"input", "random"}, written ^ compared


class Twice(layers.DotProduct):
    """A dot product that computes something else."""

    def linear(self, x):
        """Return twice the product."""
        return 2 * super().linear(x)


def test_a_type_of_the_scripts_own_is_refused_even_if_it_derives_from_a_known_one():
    with registered("twice", Twice):
        said = message(ValueError, exported, built("twice"))
    assert said.startswith("to_onnx can't write twice 'it': nothing says what its type is in ONNX")
    assert "dot_product" in said and "outputs=[...]" in said


def test_an_error_of_the_scripts_own_is_refused():
    net = begin()
    net.add_layer("merge", id="it", origin=("input", "input"), error=squared_error)
    said = message(ValueError, exported, net, outputs=["it"])
    assert said.startswith("to_onnx can't write merge 'it': its error is a function, "
                           "'squared_error'") and "rmse" in said, said


def test_an_activation_without_operators_is_refused():
    net = begin()
    net.add_layer("dot_product", id="it", activation="abs")
    with mock.patch.dict(ACTIVATIONS):
        del ACTIVATIONS["abs"]
        said = message(ValueError, exported, net)
    assert said.startswith("to_onnx can't write dot_product 'it': for activation 'abs' it knows no "
                           "operators of ONNX; known: elu, identity, "), said


def squared_error(a, b):
    return T.sum((a - b) ** 2)


# -- tensors and samples -----------------------------------------------------------------------

def of_tensor(tensor, shape=(ROWS, 5)):
    """Return a network of a tensor layer and a dot product."""
    net = network(verbose=0, rng=np.random.RandomState(0))
    net.add_layer("tensor", id="given", input=tensor, input_shape=shape)
    net.add_layer("dot_product", id="it", num_neurons=3)
    return scatter(net)


def test_a_variable_is_an_input_of_any_number_of_rows():
    x = T.matrix("x")
    net = of_tensor(x)
    run = session(exported(net))
    with without_c_code():
        wanted = inference(net, ["it"], [x])
    for rows in (1, 7):
        array = np.random.RandomState(rows).normal(size=(rows, 5)).astype("float32")
        compare(run({"given": array}), wanted(array))


def test_a_variable_of_another_type_is_an_input_too():
    assert [i.name for i in exported(of_tensor(T.imatrix("numbers"))).graph.input] == ["given"]


def test_what_has_a_value_is_a_constant():
    shared = theano.shared(np.ones((ROWS, 5), "float32"))
    net = of_tensor(2 * shared + 1)
    model = exported(net)
    assert not model.graph.input
    with without_c_code():
        compare(session(model)({}), inference(net, ["it"], [])())


def test_what_has_no_fixed_value_is_refused():
    said = message(ValueError, exported, of_tensor(T.matrix("angles") + 1))
    assert said == ("to_onnx can't write tensor 'given': its input has no fixed value, it is made "
                    "of angles. Leave the layer out by outputs=[...]."), said
    drawn = theano.sandbox.rng_mrg.MRG_RandomStreams(1).normal((ROWS, 5))
    assert "it is drawn anew each time" in message(ValueError, exported, of_tensor(drawn))
    net = begin()
    net.add_layer("merge", id="it", origin=(T.matrix("a"), np.ones((2, 3))), input_type="tensor",
                  input_shape=[(2, 3), (2, 3)])
    said = message(ValueError, exported, net, outputs=["it"])
    assert "merge 'it': its tensor 0 has no fixed value, it is made of " in said, said


def test_merged_tensors_are_constants():
    a, b = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    net = begin()
    net.add_layer("merge", id="it", origin=(a, b), input_type="tensor", layer_type="sum",
                  input_shape=[(2, 3), (2, 3)])
    assert_array_equal(session(exported(net, outputs=["it"]))({})["it"], a + b)


def test_a_generator_is_given_its_sample():
    net = begin()
    net.add_layer("random", id="z", num_neurons=(3, 8), distribution="normal")
    net.add_layer("weightnorm_dot", id="fc", num_neurons=12, activation="tanh")
    net.add_layer("unflatten", id="maps", shape=(2, 2, 3))
    net.add_layer("weightnorm_deconv", id="it", num_neurons=3, output_shape=(4, 4, 1))
    run = session(exported(scatter(net)))
    z = np.random.RandomState(0).normal(size=(3, 8)).astype("float32")
    with without_c_code():
        wanted = theano.function([], net.inference_layers["it"].output,
                                 givens={net.layers["z"].sample: z}, no_default_updates=True)()
    compare(run({"z": z}), {"it": wanted})


def test_an_adversarial_network_gives_what_both_its_inputs_lead_to():
    net = scatter(gans.shallow_gan(dataset(), prefix="weightnorm_"))
    ids = ["G(z)", "fake", "real"]
    model = exported(net, outputs=ids)
    assert shapes_of(model.graph.input) == {"z": ["batch", 4], "x": ["x_batch", 1, SIDE, SIDE]}
    assert shapes_of(model.graph.output) == {"G(z)": ["batch", SIDE * SIDE], "fake": ["batch", 1],
                                             "real": ["x_batch", 1]}
    z, x = (np.random.RandomState(1).normal(size=(3, n)).astype("float32") for n in (4, SIDE ** 2))
    outputs = [net.inference_layers[id].output for id in ids]
    with without_c_code():
        wanted = theano.function([net.datastream["data"].x], outputs, no_default_updates=True,
                                 givens={net.layers["z"].sample: z})(x)
    compare(session(model)({"z": z, "x": x.reshape(3, 1, SIDE, SIDE)}), dict(zip(ids, wanted)))


# -- inputs, outputs, names --------------------------------------------------------------------

def two_towers():
    """Return a network of two inputs, one with more rows, with a classifier each, and an error."""
    x = T.matrix("x")
    net = begin()
    net.add_layer("tensor", id="more", input=x, input_shape=(2 * ROWS, 5))
    net.add_layer("dot_product", id="a/b", origin="more", num_neurons=4)
    net.add_layer("weightnorm_dot", id="left/fc", origin="input", num_neurons=4)
    net.add_layer("classifier", id="left", num_classes=CLASSES)
    net.add_layer("objective", id="obj")
    net.add_layer("classifier", id="right", origin="a/b", num_classes=CLASSES)
    net.add_layer("merge", id="both", origin=("left", "right"), layer_type="batch")
    net.add_layer("merge", id="error", origin=("a/b", "left/fc"), error=squared_error)
    return scatter(net), x


def shapes_of(infos):
    return {info.name: [d.dim_param or d.dim_value for d in info.type.tensor_type.shape.dim]
            for info in infos}


def test_several_inputs_and_outputs_go_by_the_ids_of_layers():
    net, x = two_towers()
    model = exported(net, outputs=["both", "left/fc", "left"])
    assert shapes_of(model.graph.input) == {"input": ["batch", 1, SIDE, SIDE],
                                            "more": ["more_batch", 5]}
    assert shapes_of(model.graph.output) == {"both": ["both_batch", CLASSES],
                                             "left/fc": ["batch", 4], "left": ["batch", CLASSES]}
    a = np.random.RandomState(0).normal(size=(ROWS, SIDE * SIDE)).astype("float32")
    b = np.random.RandomState(1).normal(size=(3, 5)).astype("float32")
    with without_c_code():
        wanted = inference(net, ["both", "left/fc", "left"], [net.datastream["data"].x, x])
    compare(session(model)({"input": a.reshape(ROWS, 1, SIDE, SIDE), "more": b}), wanted(a, b))


def test_by_default_all_is_given_that_only_training_uses_further():
    net, _ = two_towers()
    assert [output.name for output in exported(net).graph.output] == ["both"]
    net.add_layer("classifier", id="last", origin="left/fc", num_classes=CLASSES)
    assert [output.name for output in exported(net).graph.output] == ["both", "last"]


def test_an_autoencoder_gives_what_it_decodes():
    net = begin()
    net.add_layer("dot_product", id="code", num_neurons=3)
    net.add_layer("dot_product", id="rows", num_neurons=SIDE * SIDE,
                  input_params=[net.layers["code"].w.T, None])
    net.add_layer("unflatten", id="decoded", shape=(SIDE, SIDE))
    net.add_layer("merge", id="error", origin=("input", "decoded"))
    net.add_layer("objective", id="obj", origin="error", layer_type="value")
    model = exported(scatter_own(net))
    assert list(shapes_of(model.graph.output)) == ["decoded"]
    x = np.random.RandomState(0).normal(size=(ROWS, SIDE * SIDE)).astype("float32")
    with without_c_code():
        wanted = inference(net, ["decoded"], [net.datastream["data"].x])
    compare(session(model)({"input": x.reshape(ROWS, 1, SIDE, SIDE)}), wanted(x))


def scatter_own(net):
    """Set what can be set; the rest is made of it."""
    net.params = [p for p in net.params if hasattr(p, "set_value")]
    return scatter(net)


def test_layers_that_no_output_needs_are_left_out():
    net = finish(begin(), cook=False)
    net.add_layer("rotate", id="turned", origin="input", angle=T.scalar("angle"))
    said = message(ValueError, exported, net)
    assert "rotate 'turned': its angle has no fixed value, it is made of angle." in said, said
    names = [node.name for node in exported(net, outputs=["softmax"]).graph.node]
    assert names and not [name for name in names if "turned" in name]
    assert exported(net, outputs=["softmax", "softmax"]) == exported(net, outputs=["softmax"])


def test_names_differ_whatever_the_ids_are():
    net = begin()
    for id in ("a", "a/Gemm", "a.w", "a/Gemm_2", "ä b"):
        net.add_layer("dot_product", id=id, num_neurons=2)
    graph = exported(net).graph
    made = [name for node in graph.node for name in node.output]
    made += [constant.name for constant in graph.initializer]
    assert len(made) == len(set(made)) and {"a", "a/Gemm", "a.w", "a/Gemm_2", "ä b"} <= set(made)
    assert graph.output[0].name == "ä b"
    session(exported(net))({"input": np.zeros((1, 1, SIDE, SIDE), "float32")})


def test_outputs_that_cannot_be_given_are_refused():
    net = finish(begin(), cook=False)
    said = message(ValueError, exported, net, outputs=["sofmax"])
    assert said.startswith("to_onnx: outputs") and "'softmax'" in said, said
    said = message(ValueError, exported, net, outputs="softmax")
    assert said == ("to_onnx got outputs 'softmax'; give a list of ids of layers, such as "
                    "['softmax']."), said
    assert "give a list of ids" in message(ValueError, exported, net, outputs=[])
    said = message(ValueError, exported, net, outputs=["softmax", "input"])
    assert said.startswith("to_onnx got the output 'input', which is an input of the model"), said
    said = message(ValueError, exported, begin())
    assert said.startswith("to_onnx got a network without a layer that computes something"), said
    net.add_layer("dot_product", id="", origin="input")
    assert "whose id is empty" in message(ValueError, exported, net)


# -- the model and its file --------------------------------------------------------------------

def test_the_file_holds_the_model_and_says_where_it_is_from():
    with temporary_folder() as folder:
        model = exported(small_network("weightnorm_", cook=False), folder / "new" / "net.onnx")
        assert [path.name for path in (folder / "new").iterdir()] == ["net.onnx"]
        assert importlib.import_module("onnx").load(str(folder / "new" / "net.onnx")) == model
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 13)]
    assert model.ir_version == 7
    assert (model.producer_name, model.producer_version) == ("yann_weightnorm", __version__)
    assert model.doc_string == (
        "The inference stream of a YANN network, with plain weights. Given: input 'input' (batch, "
        "1, 6, 6); images are (batch, channels, height, width). Gives: softmax (batch, 3).")


def test_nothing_is_written_where_something_is_refused():
    net = begin()
    net.add_layer("rotate", id="it", angle=T.scalar())
    with temporary_folder() as folder:
        (folder / "net.onnx").write_text("what was there")
        message(ValueError, exported, net, folder / "net.onnx")
        message(ValueError, exported, net, folder / "new" / "net.onnx")
        assert [path.name for path in folder.iterdir()] == ["net.onnx"]
        assert (folder / "net.onnx").read_text() == "what was there"


def test_the_network_stays_as_it_is_and_gives_the_same_file_again():
    net = small_network("weightnorm_", cook=False, batch_norm=True, dropout_rate=0.2)
    before, calls, ids = values(net), list(net.calls), list(net.layers)
    first, second = (exported(net).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second
    assert net.calls == calls and list(net.layers) == ids and net.aside == {}
    for name, value in values(net).items():
        assert_array_equal(value, before[name])


def test_a_folded_network_gives_the_same_model():
    net = small_network("weightnorm_", cook=False)
    plain = fold(net, check=False)
    assert exported(plain) == exported(net)


def test_a_network_in_float64_gives_a_model_in_float32():
    with floatx("float64"), without_c_code():
        net = begin(channels=CHANNELS)
        net.add_layer("weightnorm_dot", id="it", num_neurons=3, batch_norm=True)
        model = exported(scatter(net))
        x, maps = images()
        wanted = inference(net, ["it"], [net.datastream["data"].x])(x.astype("float64"))
    compare(session(model)({"input": maps}), wanted)


def test_numbers_that_no_file_holds_are_refused():
    with mock.patch.object(onnx_side, "LIMIT", 100):
        said = message(ValueError, exported, small_network(cook=False))
    assert said.startswith("to_onnx can't write 0.0 GiB of numbers: an ONNX file holds less"), said


def test_without_onnx_it_says_what_to_install():
    with mock.patch.dict(sys.modules, {"onnx": None}):
        said = message(ImportError, to_onnx, small_network(cook=False))
    assert said == ("to_onnx needs the package onnx, which is not installed; run: "
                    "pip install 'yann_weightnorm[onnx]'"), said
