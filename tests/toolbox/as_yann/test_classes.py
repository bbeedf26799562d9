"""YANN's classes by themselves, on any symbolic input, against NumPy."""

import contextlib
import io

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose

from tests.small import dataset, floatx, message, temporary_folder, without_c_code
from tests.toolbox.layers.test_conv_pool import convolve, pool
from yann_weightnorm.toolbox.as_yann.yann.core import activations, conv, errors, operators
from yann_weightnorm.toolbox.as_yann.yann.core import pool as pools
from yann_weightnorm.toolbox.as_yann.yann.layers import abstract, transform
from yann_weightnorm.toolbox.as_yann.yann.layers import batch_norm as norms
from yann_weightnorm.toolbox.as_yann.yann.layers import conv_pool as convs
from yann_weightnorm.toolbox.as_yann.yann.layers import flatten as flats
from yann_weightnorm.toolbox.as_yann.yann.layers import fully_connected as dense
from yann_weightnorm.toolbox.as_yann.yann.layers import input as inputs
from yann_weightnorm.toolbox.as_yann.yann.layers import merge as merges
from yann_weightnorm.toolbox.as_yann.yann.layers import output as outputs
from yann_weightnorm.toolbox.as_yann.yann.layers import random as randoms
from yann_weightnorm.toolbox.as_yann.yann.modules.datastream import datastream
from yann_weightnorm.toolbox.as_yann.yann.modules.optimizer import optimizer
from yann_weightnorm.toolbox.as_yann.yann.modules.resultor import resultor
from yann_weightnorm.toolbox.as_yann.yann.modules.visualizer import visualizer


def rng(seed=0):
    return np.random.RandomState(seed)


@contextlib.contextmanager
def exact():
    """Work in double precision, and without C code."""
    with floatx("float64"), without_c_code():
        yield


def value(*expressions):
    """Return the values of expressions that have no inputs, from one function."""
    with without_c_code():
        return theano.function([], list(expressions))()


# -- core -------------------------------------------------------------------------------------

def test_activations_take_symbols_and_arrays():
    x = rng().normal(size=(3, 4))
    e = np.exp(x)
    wanted = {"Abs": abs(x), "Squared": x ** 2, "Tanh": np.tanh(x), "Sigmoid": 1 / (1 + 1 / e),
              "ReLU": np.maximum(x, 0), "Elu": np.where(x > 0, x, e - 1),
              "Softmax": e / e.sum(axis=1, keepdims=True)}
    with exact():
        symbol = T.as_tensor_variable(x)
        for given in (x, symbol):
            got = [T.as_tensor_variable(getattr(activations, name)(given)) for name in wanted]
            for name, each in zip(wanted, value(*got)):
                assert_allclose(each, wanted[name], rtol=1e-10, err_msg=name)
        leaky, = value(activations.ReLU(symbol, 0.1) + 0)
        assert_allclose(leaky, np.where(x > 0, x, 0.1 * x))


def test_maxout_and_its_shape_q17():
    x = rng().normal(size=(2, 6))
    groups = x.reshape(2, 3, 2)
    with exact():
        for kind, wanted in (("maxout", groups.max(axis=2)), ("meanout", groups.mean(axis=2))):
            out, shape = activations.Maxout(T.as_tensor_variable(x), 2, (2, 6), kind)
            assert shape == (2, 3)
            assert_allclose(value(out)[0], wanted)
    assert activations.Maxout(T.tensor4(), 2, (2, 6, 5, 4), dimension=2)[1] == (2, 3, 5, 4)
    assert "does not divide" in message(ValueError, activations.Maxout, x, 4, (2, 6))
    assert activations._max1d_stride(x, 1, 2).tolist() == x[:, 1::2].tolist()
    assert activations._max2d_stride(x.reshape(1, 6, 1, 2), 1, 3).shape == (1, 2, 1, 2)


def test_errors_on_fixed_arrays():
    a, b = np.full((2, 2), 0.5), np.array([[0., 1.], [2., 0.5]])
    with exact():
        got = value(errors.rmse(T.as_tensor_variable(a), b), errors.l1(T.as_tensor_variable(a), b),
                    errors.cross_entropy(T.as_tensor_variable(a), T.as_tensor_variable(b)))
    assert_allclose(got, [np.sqrt((0.25 + 0.25 + 2.25) / 4), 2.5,
                          -np.log(0.5) * 3.5 / 2])


def test_copy_params_copies_as_far_as_the_shorter_goes():
    source = [theano.shared(np.arange(3.)), theano.shared(np.ones(2)), theano.shared(1.)]
    target = [theano.shared(np.zeros(3)), theano.shared(np.zeros(2))]
    operators.copy_params(source, target)
    source[0].set_value(np.zeros(3))
    assert target[0].get_value().tolist() == [0, 1, 2] and target[1].get_value().tolist() == [1, 1]


def test_convolver_and_its_transpose():
    x, w = rng().normal(size=(2, 3, 6, 5)), rng(1).normal(size=(4, 3, 3, 2))
    y = rng(2).normal(size=(2, 4, 3, 6))
    with floatx("float64"):
        there = conv.convolver_2d(T.as_tensor_variable(x), T.as_tensor_variable(w), (2, 1),
                                  w.shape, x.shape, (1, 1))
        back = conv.deconvolver_2d(T.as_tensor_variable(y), T.as_tensor_variable(w), (2, 1),
                                   w.shape, y.shape, x.shape, (1, 1))
        out, returned = theano.function([], [there.out, back.out])()
    wanted = convolve(x, w, (1, 1), (2, 1))
    assert there.out_shp == (3, 6) and back.out_shp == (6, 5)
    assert_allclose(out, wanted, rtol=1e-10)
    assert_allclose(np.sum(returned * x), np.sum(y * wanted), rtol=1e-10)   # it is the transpose


def test_convolvers_refuse_what_does_not_fit_q42():
    x, w = T.tensor4(), T.tensor4()
    said = message(ValueError, conv.convolver_2d, x, w, (1, 1), (4, 2, 3, 3), (2, 3, 6, 6))
    assert "2 channels" in said and "3" in said
    for shape in ((2, 3, 9, 6), (2, 3, 6, 9)):      # height alone, width alone
        assert "deconvolver_2d" in message(ValueError, conv.deconvolver_2d, x, w, (1, 1),
                                           (4, 3, 3, 3), (2, 4, 4, 4), shape)


def test_pooler_in_every_mode_q16():
    x = rng().normal(size=(2, 2, 5, 6))
    symbol = T.as_tensor_variable(x)
    modes = ("max", "mean", "sum", "max_same_size")
    poolers = [pools.pooler_2d(symbol, (2, 3), x.shape, mode) for mode in modes]
    rest = pools.pooler_2d(symbol, (2, 3), x.shape, "max", ignore_border=False)
    dead = [pools._meanpool(symbol, (2, 3), True), pools._maxrandpool(symbol[:, :, :4], (2, 3), 0),
            pools._maxrandpool(symbol[:, :, :4], (2, 3), 5)]
    *outs, whole, mean, largest, any_of_all = theano.function(
        [], [p.out for p in poolers] + [rest.out] + dead)()
    for mode, pooler, out in zip(modes, poolers, outs):
        assert_allclose(out, pool(x, (2, 3), mode), err_msg=mode)
        assert pooler.out_shp == out.shape
    assert rest.out_shp == whole.shape == (2, 2, 3, 2)
    assert_allclose(whole[:, :, 2], x[:, :, 4].reshape(2, 2, 2, 3).max(axis=3))
    assert_allclose(mean, pool(x, (2, 3), "mean"))
    assert_allclose(largest, pool(x[:, :, :4], (2, 3), "max"))
    assert np.isin(any_of_all, x[:, :, :4]).all()
    assert "nearest" not in message(ValueError, pools.pooler_2d, symbol, (2, 2), x.shape, "median")


# -- layers -----------------------------------------------------------------------------------

def normalized(t, axes):
    return (t - t.mean(axis=axes, keepdims=True)) / np.sqrt(t.var(axis=axes, keepdims=True) + 1e-4)


def test_dense_layer():
    x = rng().normal(size=(5, 4))
    with exact():
        layer = dense.dot_product_layer(T.as_tensor_variable(x), 3, (5, 4), "fc", rng(),
                                        activation="tanh")
        plain = dense.dot_product_layer(T.as_tensor_variable(x), 3, (5, 4), "fc",
                                        input_params=[layer.w, None], batch_norm=False)
        output, inference, relu, w = value(layer.output, layer.inference, plain.output, layer.w)
    assert_allclose(w, 0.01 * rng().standard_normal(size=(4, 3)))
    assert_allclose(output, np.tanh(normalized(x @ w, 0)), rtol=1e-8)
    assert_allclose(inference, np.tanh(x @ w / np.sqrt(1 + 1e-4)), rtol=1e-8)
    assert_allclose(relu, np.maximum(x @ w, 0), atol=1e-12)
    assert plain.w is layer.w and plain.b is not layer.b
    assert [len(layer.params), len(layer.active_params), len(plain.params)] == [6, 4, 2]
    assert set(layer.updates) == {layer.running_mean, layer.running_var}
    assert (layer.type, layer.output_shape, layer.num_neurons, layer.batch_norm,
            layer.activation, layer.dropout_rate) == ("dot_product", (5, 3), 3, True, "tanh", 0)


def test_conv_layer_and_deconv_layer():
    x = rng().normal(size=(2, 1, 6, 6))
    with floatx("float64"):
        layer = convs.conv_pool_layer_2d(T.as_tensor_variable(x), 3, x.shape, "conv")
        back = convs.deconv_layer_2d(layer.conv_out, 3, (2, 3, 4, 4), "back", (6, 6, 1),
                                     input_params=[layer.w, None], activation=None)
        out, raw, returned, same = theano.function(
            [], [layer.output, layer.conv_out, back.output, back.conv_out])()
    wanted = convolve(x, layer.w.get_value(), (0, 0), (1, 1))
    assert_allclose(raw, wanted, rtol=1e-8, atol=1e-12)
    assert_allclose(out, np.maximum(pool(wanted, (2, 2), "max"), 0), atol=1e-12)
    assert_allclose(np.sum(returned * x), np.sum(wanted ** 2), rtol=1e-8)
    assert_allclose(same, returned)
    assert (layer.nkerns, layer.filter_shape, layer.poolsize, layer.stride, layer.output_shape) == (
        3, (3, 3), (2, 2), (1, 1), (2, 3, 2, 2))
    assert (back.type, back.output_shape, back.nkerns) == ("deconv", (2, 1, 6, 6), 3)
    assert "unpooling" in message(ValueError, convs.deconv_layer_2d, layer.output, 3,
                                  (2, 3, 2, 2), "d", (4, 4, 1), poolsize=(2, 2))


def test_input_tensor_and_shape_layers():
    rows = rng().normal(size=(2, 12))
    with exact():
        images = inputs.input_layer(2, T.as_tensor_variable(rows), "in", 2, 3, 2, True)
        flat = flats.flatten_layer(images.output, (2, 2, 2, 3), "flat")
        back = flats.unflatten_layer(flat.output, (2, 3, 2), (2, 12), "back")
        array = flats.unflatten_layer(rows, (2, 3, 2), (2, 12))
        tensor = inputs.tensor_layer("t", flat.output, (2, 12))
        got = value(images.output, flat.output, back.inference, array.output, tensor.output)
    wanted = rows.reshape(2, 2, 3, 2).transpose(0, 3, 1, 2) - rows.mean()
    for found, right in zip(got, (wanted, wanted.reshape(2, 12), wanted,
                                  rows.reshape(2, 2, 2, 3), wanted.reshape(2, 12))):
        assert_allclose(found, right, atol=1e-12)
    assert images.output_shape == (2, 2, 2, 3) and images.params is images.active_params is None


def test_dropout_twins_silence_in_training_alone():
    x = np.ones((40, 50))
    maps = np.ones((2, 20, 10, 5))
    with without_c_code():
        twins = [
            inputs.dropout_input_layer(40, "in", T.as_tensor_variable(x), 0.25, 10, 5, 1),
            inputs.dropout_tensor_layer("t", T.as_tensor_variable(x), (40, 50), None, 0.25),
            norms.dropout_batch_norm_layer_1d(x, (40, 50), "bn", dropout_rate=0.25,
                                              input_params=[np.zeros(50), np.ones(50), None, None]),
            transform.dropout_rotate_layer(maps, maps.shape, "r", dropout_rate=0.25, angle=0.3),
            dense.dropout_dot_product_layer(x, 60, (40, 50), "fc", 0.25, batch_norm=False,
                                            input_params=[np.full((50, 60), 0.02), None])]
        got = value(*[part for twin in twins for part in (twin.output, twin.inference)])
    for twin, output, inference in zip(twins, got[::2], got[1::2]):
        assert_allclose(inference[inference != 0], 1, rtol=1e-2, err_msg=twin.type)
        kept = output != 0
        assert abs(kept.mean() - 0.75) < 0.05, twin.type
        assert_allclose(output[kept], 1 / 0.75, rtol=1e-2)
        assert twin.dropout_rate == 0.25


def test_dropout_of_convolutions_and_of_a_merge():
    x = T.as_tensor_variable(np.ones((2, 1, 6, 6), "float32"))
    options = {"activation": None, "batch_norm": False, "rng": rng()}
    made = [convs.dropout_conv_pool_layer_2d(x, 2, (2, 1, 6, 6), "c", **options),
            convs.dropout_deconv_layer_2d(x, 1, (2, 1, 6, 6), "d", (8, 8, 3), **options),
            merges.dropout_merge_layer((x, x + 1), [(2, 1, 6, 6)] * 2, "m", rng=rng())]
    assert [layer.dropout_rate for layer in made] == [0.5] * 3
    conv_out, deconv_out, error = [layer.output for layer in made]
    got = theano.function([], [conv_out, deconv_out, error, made[2].inference])()
    assert 0 < (got[0] == 0).sum() < got[0].size and 0 < (got[1] == 0).sum() < got[1].size
    assert got[2] in (0, 2) and got[3] == 1
    assert convs.dropout_conv_pool_layer_2d(x, 2, (2, 1, 6, 6), "c").batch_norm is True


def test_batch_norm_layers_q3():
    x, maps = rng().normal(size=(6, 3)), rng(1).normal(size=(4, 2, 3, 3))
    with exact():
        rows = norms.batch_norm_layer_1d(T.as_tensor_variable(x), x.shape, "rows")
        images = norms.batch_norm_layer_2d(T.as_tensor_variable(maps), maps.shape, "maps")
        got = value(rows.output, images.output, images.inference)
    assert_allclose(got[0], normalized(x, 0))
    assert_allclose(got[1], normalized(maps, (0, 2, 3)))
    assert_allclose(got[2], maps / np.sqrt(1 + 1e-4))
    assert len(rows.params) == 4 and rows.active_params == [rows.gamma, rows.beta]


def test_merge_layers():
    a, b = rng().normal(size=(2, 3)), rng(1).normal(size=(2, 3))
    shapes = [(2, 3), (2, 3)]
    with exact():
        made = [merges.merge_layer((T.as_tensor_variable(a), T.as_tensor_variable(b)), shapes, "m",
                                   type) for type in ("error", "sum", "concatenate", "batch")]
        own = merges.merge_layer((a, b), shapes, error=lambda p, q: T.max(p - q))
        got = value(*[m.output for m in made], own.output, made[0].loss("log"),
                    made[0].generation)
    wanted = [np.sqrt(((a - b) ** 2).mean()), a + b, np.hstack([a, b]), np.vstack([a, b]),
              (a - b).max(), np.log(np.sqrt(((a - b) ** 2).mean())), a]
    for found, right in zip(got, wanted):
        assert_allclose(found, right)
    assert [m.output_shape for m in made] == [(1,), (2, 3), (2, 6), (4, 3)]
    assert made[0].loss() is made[0].output


def test_random_and_rotate_layers():
    maps = rng().normal(size=(2, 1, 4, 4))
    with without_c_code():
        ones = randoms.random_layer((30, 40), "r", "binomial", options={"p": 1.0, "other": 3})
        spread = randoms.random_layer(2000, distribution="uniform", options={"limits": (2, 3)})
        tall = randoms.random_layer((50, 40), "n", "gaussian", options={"mu": 5, "sigma": 0.1})
        same = transform.rotate_layer(maps, maps.shape, "same", angle=np.zeros((2, 1)))
        half = transform.rotate_layer(maps, maps.shape, "half", angle=2)
        got = value(ones.output, spread.output, tall.output, same.output, half.output)
    assert (got[0] == 1).all() and spread.output_shape == (2000,) and ones.type == "random"
    assert 2 <= got[1].min() < 2.1 and 2.9 < got[1].max() <= 3
    assert abs(got[2].mean() - 5) < 0.05 and abs(got[2].std() - 0.1) < 0.01
    assert_allclose(got[3], maps, atol=1e-5)
    assert_allclose(got[4], maps[:, :, ::-1, ::-1], atol=1e-5)   # two quarter turns


def test_classifier_and_objective_layers():
    x, y = rng().normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2], "int32")
    with exact():
        last = outputs.classifier_layer(T.as_tensor_variable(x), (6, 4), "softmax", 3, rng())
        labels = T.as_tensor_variable(y)
        nll = outputs.objective_layer("obj", last.loss, labels, L1=last.L1, L2=last.L2,
                                      l1_coeff=0.5)
        hinge = outputs.objective_layer("obj", last.loss, labels, "hinge")
        given = outputs.objective_layer("obj", last.L2 * 2, objective="value")
        w, p, log, guess, wrong, *costs = value(
            last.w, last.output, last.probabilities, last.predictions, last.errors(labels),
            nll.output, hinge.output, given.output)
    e = np.exp(x @ w)
    assert_allclose(p, e / e.sum(axis=1, keepdims=True))
    assert_allclose(log, np.log(p))
    assert guess.tolist() == p.argmax(axis=1).tolist() and wrong == (guess != y).sum()
    signs = np.where(y[:, None] == np.arange(3), 1, -1)
    assert_allclose(costs, [
        -np.log(p[np.arange(6), y]).mean() + 0.5 * abs(w).sum() + 0.001 * (w ** 2).sum(),
        np.maximum(0, 1 - signs * (x @ w)).mean(axis=0).sum(), 2 * (w ** 2).sum()])
    assert nll.output_shape == (1,) and last.output_shape == (6, 3)
    assert [each.shape for each in last.get_params()] == [(4, 3), (3,)]


def test_the_base_of_layers_q43():
    layer = abstract.layer("own", "mine")
    assert (layer.output, layer.params, layer.activation, layer.active) == (
        None, None, "identity", True)
    assert layer._graph_attributes()["output_shape"] == "N/A"
    assert "no parameters" in message(TypeError, layer.get_params)
    assert "nothing_such" in message(AttributeError, getattr, layer, "nothing_such")
    layer.origin = ["below"]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        prefix = layer.print_layer("  ", nest=False)
    assert "id: own" in out.getvalue() and "origin: below" in out.getvalue()
    assert prefix == layer.prefix and prefix.isspace()


def test_activate_and_dropout_helpers():
    x = T.as_tensor_variable(np.full((40, 40), 2.0))
    out, shape = abstract._activate(x, ("maxout", "maxout", 2), (40, 40), dimension=1)
    same, unchanged = abstract._activate(x, None, (40, 40))
    masked = abstract._dropout(rng(), x, 0.5)
    got = value(out, same, masked)
    assert shape == got[0].shape == (40, 20) and unchanged == (40, 40) and (got[1] == 2).all()
    assert set(np.unique(got[2])) == {0, 4} and abs((got[2] == 0).mean() - 0.5) < 0.1
    assert "reluu" in message(ValueError, abstract._activate, x, "reluu", (40, 40))


# -- modules ----------------------------------------------------------------------------------

def test_modules_are_made_from_dictionaries():
    data = dataset()
    stream = datastream({"dataset": data, "type": "x"})
    assert (stream.id, stream.type, stream.borrow, stream.mini_batch_size) == ("-1", "x", True, 4)
    assert len(stream.data_x.get_value()) == 12                  # the first block is there
    step = optimizer({"id": "o", "optimizer_type": "sgd", "momentum_type": "false"})
    assert (step.id, step.type, step.optimizer_type) == ("o", "optimizer", "sgd")
    with temporary_folder() as folder:
        resultor({})
        assert (folder / "costs.txt").read_text() == ""
        seen = visualizer({"root": "here", "sample_size": 3})
        assert (seen.id, seen.type) == ("main", "visualizer")
        assert not (folder / "here").exists()                    # until there is a picture


def test_an_optimizer_takes_the_step_of_its_gradients():
    with exact():
        p = theano.shared(np.array([1.0, 2.0]), name="p")
        step = optimizer({"optimizer_type": "sgd"})
        step.calculate_gradients([p], T.sum(p ** 2))
        step.create_updates()
        assert_allclose(value(*step.gradients)[0], [2, 4])
        assert_allclose(value(step.updates[p])[0], [0.8, 1.6])    # YANN's first rate is 0.1
        other = theano.shared(1.0, name="other")
        assert "other" in message(ValueError, step.calculate_gradients, [other], T.sum(p))
