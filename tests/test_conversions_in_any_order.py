"""Copied, saved and loaded, folded, normalised, in every order: the same function and training.

Folded or not, a network computes the same function of its inputs, within rounding. Training goes
on bit for bit the same when the network is back in the parametrisation that it had: gradient
descent on w is another algorithm than that on v and g, so where a network is trained on meanwhile,
the two part. Dropout is left to tests/test_folding.py, for its masks take long to seed.
"""

import copy
import functools
import itertools
import json

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, dataset, finish, message, temporary_folder, values, \
    without_c_code
from yann_weightnorm import fold, network, weight_normalize
from yann_weightnorm.toolbox import network_state

DATA = dataset()
COURSE = dict(epochs=(3, 1), learning_rates=(0.1, 0.05, 0.01), show_progress=False)
DONE = 2  # epochs before the steps are taken
OPTIMIZERS = {"": {"momentum_type": "polyak"},
              "weightnorm_": {"optimizer_type": "adam", "momentum_type": "nesterov"}}


def saved_and_loaded(net):
    """Return `net` from a folder."""
    with temporary_folder():
        net.save("net")
        return network.load("net", dataset=DATA, verbose=0)


STEPS = {"copied": copy.deepcopy, "saved": saved_and_loaded,
         "folded": functools.partial(fold, check=False),
         "normalised": functools.partial(weight_normalize, check=False)}
HOME = {"": STEPS["folded"], "weightnorm_": STEPS["normalised"]}


def trained(prefix):
    """Return a network of a convolution, a recurrent and two dense layers, in midst of training.

    With it comes the course of a training that was never interrupted, and what it ended with.
    """
    net, found = begin(optimizer=OPTIMIZERS[prefix], data=DATA, stream={"shuffle": True}), []
    net.add_layer(prefix + "conv_pool", id="conv", num_neurons=2, activation="tanh")
    net.add_layer("sequence", id="rows")
    net.add_layer(prefix + "rnn", id="rnn", num_neurons=3)
    net.add_layer(prefix + "dot_product", id="fc", num_neurons=3, batch_norm=True)
    finish(net, prefix)
    net.train(on_epoch=lambda epoch: epoch.epoch == DONE - 1 and found.append(
        copy.deepcopy(net)), **COURSE)
    return found[0], net


@functools.lru_cache(maxsize=None)
def start(prefix):
    """Return a network, not to be changed; what it infers; how its training goes on and ends."""
    with without_c_code():
        net, whole = trained(prefix)
        return net, inferred(net), list(whole.cost), values(whole)


def inferred(net):
    """Return what `net` infers for the first test mini batch, float64; nothing in it changes."""
    stream = net.datastream["data"]
    infer = theano.function([stream.x], net.inference_layers["softmax"].output)
    x = DATA.load("test")[0][:stream.mini_batch_size].astype(theano.config.floatX)
    return np.asarray(infer(x), dtype="float64")


def type_of(net):
    return [view.type for view in net.layers.values()]


def taken(net, names, wanted):
    """Take the steps `names` from `net`; compare what is inferred after each. Return the last."""
    for name in names:
        net = STEPS[name](net)
        assert_allclose(inferred(net), wanted, rtol=0, atol=1e-6, err_msg=name)
    return net


def assert_same_state(net, other):
    """Compare all that decides on how training goes on, bit for bit."""
    mine, theirs = ((network_state.parameters(each), *network_state.state(each))
                    for each in (net, other))
    for one, two in zip(mine[:2], theirs[:2]):
        one, two = ({name: array for name, array in arrays.items()
                     if not name.startswith("aside/")} for arrays in (one, two))
        assert sorted(one) == sorted(two)
        for name, array in one.items():
            assert_array_equal(array, two[name], name)
    # In a file tuples are lists.
    assert json.dumps(dict(mine[2], aside=[])) == json.dumps(dict(theirs[2], aside=[]))
    assert [p.name for p in net.active_params] == [p.name for p in other.active_params]


def test_every_order_of_all_steps_keeps_outputs_and_state():
    for prefix in OPTIMIZERS:
        for first in STEPS:
            yield check_orders, prefix, first


def check_orders(prefix, first):
    net, wanted, _, _ = start(prefix)
    with without_c_code():
        begun = taken(net, [first], wanted)
        for rest in itertools.permutations(set(STEPS) - {first}):
            home = HOME[prefix](taken(begun, rest, wanted))
            assert type_of(home) == type_of(net)
            assert_same_state(net, home)


def test_training_goes_on_as_if_nothing_had_happened():
    yield check_training, "", ("saved", "normalised", "copied", "folded")
    yield check_training, "weightnorm_", ("copied", "folded", "saved", "normalised")


def check_training(prefix, names):
    net, wanted, costs, params = start(prefix)
    with without_c_code():
        home = taken(net, names, wanted)
        home.resume(show_progress=False)
        assert home is not net and type_of(home) == type_of(net)
        assert home.cost == costs
        for name, value in values(home).items():
            assert_array_equal(value, params[name], name)


def test_a_network_that_is_trained_on_meanwhile_comes_back_with_what_it_has_learnt():
    net, _, _, _ = start("weightnorm_")
    with without_c_code():
        folded = STEPS["folded"](net)
        folded.resume(show_progress=False)
        back = STEPS["normalised"](folded)
        assert_allclose(inferred(back), inferred(folded), rtol=0, atol=1e-6)
        for id, names in (("conv", ["w"]), ("rnn", ["w_x", "w_h"]), ("fc", ["w"])):
            for name in names:
                weight = back.layers[id].normalised[name]
                assert_array_equal(weight.v.get_value(),
                                   getattr(folded.layers[id], name).get_value(), name)


def test_a_direction_that_died_in_training_is_copied_saved_and_folded():
    with without_c_code():
        net = begin(data=DATA)
        net.add_layer("weightnorm_dot", id="fc", num_neurons=4,
                      input_params=[np.ones((36, 4)), None])
        finish(net, "weightnorm_", cook=False)
        v = net.layers["fc"].v.get_value()
        v[:, 2] = 0
        net.layers["fc"].v.set_value(v)
        twin = taken(net, ["copied", "saved", "copied", "folded", "saved"], inferred(net))
        assert_array_equal(twin.layers["fc"].w.get_value()[:, 2], 0)
        said = message(ValueError, weight_normalize, twin)
        assert "weightnorm_dot 'fc': the weights of neuron 2 are all 0" in said, said
