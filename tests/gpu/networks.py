"""Small networks that together hold every layer type, form, start, optimizer and more, by name."""

import os
from functools import partial
from itertools import product
from types import SimpleNamespace

import numpy as np
import theano
import theano.tensor as T

from tests.small import CLASSES, begin
from tests.test_battery import CHANNELS, MEAN_ONLY, ROWS, place_of, types
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox import registry
from yann_weightnorm.toolbox.cooking import LazyFunction
from yann_weightnorm.toolbox.layers.classifier import LOSSES
from yann_weightnorm.toolbox.layers.pooling import POOL_TYPES
from yann_weightnorm.toolbox.updates import MOMENTA, RULES

__all__ = ["ABORTS", "ALONE", "CONTROLS", "STACKS"]

# Types that stand on no other layer.
SOURCES = "random", "tensor"
# Where the battery's place would have no parameters below the layer.
OPTIONS = {"merge": {"origin": ("under", "under"), "layer_type": "concatenate"},
           "flatten": {"origin": "under"}}
ACTIVATIONS = ("relu", ("relu", 0.1), "elu", "sigmoid", "tanh", "softmax", "abs", "squared",
               ("maxout", "mixedout", 2), "norm_relu", "trelu", "tprelu")


def begun(optimizer=None, under=True):
    """Return a network whose parameters begin below every other layer."""
    net = begin(0, optimizer, CHANNELS)
    if under:
        net.add_layer("conv_pool", id="under", num_neurons=CHANNELS, filter_size=(1, 1),
                      activation=None)
    return net


def cooked(net, start=None, **objective):
    """Return `net` with a classifier and an objective, where it has none, cooked."""
    placed = [type(view.layer) for view in net.layers.values()]
    if not any(issubclass(cls, registry.layer_class("classifier")) for cls in placed):
        net.add_layer("classifier", id="softmax", num_classes=CLASSES)
    if registry.layer_class("objective") not in placed:
        net.add_layer("objective", id="obj", **objective)
    net.cook(resultor=None, start=start)
    return net


def alone(type, **options):
    """Return a network with one layer of `type`."""
    where, net = place_of(type), begun(under=type not in SOURCES)
    for kind, given in where.below:
        net.add_layer(kind, **given)
    if type != "input":
        net.add_layer(type, id="it", **dict(where.options, **OPTIONS.get(type, {}), **options))
    return cooked(net)


def activated():
    """Return a network of one layer for each activation."""
    net = begun()
    for at, activation in enumerate(ACTIVATIONS):
        net.add_layer("dot_product", id=f"it{at}", num_neurons=4, activation=activation)
    return cooked(net)


def penalised(objective):
    """Return a network that is trained on `objective` and the weights' size."""
    net = begun()
    net.add_layer("weightnorm_dot", id="it", num_neurons=3, dropout_rate=0.5, regularize=True)
    return cooked(net, objective=objective, regularizer=(0.01, 0.01))


def optimized(rule, momentum, **options):
    """Return a network that is trained by `rule`."""
    net = begun({"optimizer_type": rule, "momentum_type": momentum, **options}, under=False)
    net.add_layer("dot_product", id="plain", num_neurons=3)
    return cooked(net)


def able(option):
    """Return the types that have an option."""
    return [name for name, cls in types().items() if option in registry.option_names(cls)]


# -- stacks that are trained ------------------------------------------------------------------

def maps():
    """Return a network of the types that work on maps, which starts by its widths."""
    net = begin(0, None, CHANNELS)
    net.add_layer("conv_pool", id="conv", num_neurons=3, border_mode="half")
    net.add_layer("gaussian_noise", id="noise", sigma=0.1)
    net.add_layer("weightnorm_conv_pool", id="wn_conv", num_neurons=2, border_mode="half",
                  pool_size=(2, 2), mean_only_batch_norm=True)
    net.add_layer("deconv", id="up", num_neurons=2, output_shape=(7, 7, 2), stride=(2, 2))
    net.add_layer("weightnorm_deconv", id="wn_up", num_neurons=2, output_shape=(9, 9, 1))
    net.add_layer("batch_norm", id="bn")
    net.add_layer("rotate", id="turned")
    net.add_layer("flatten", id="rows")
    net.add_layer("unflatten", id="maps", shape=(9, 9, 1))
    # By the mean: a turned map has zeros, and the largest of equal ones is another on a GPU.
    net.add_layer("pool", id="pooled", pool_type="mean", dropout_rate=0.2)
    return cooked(net, start="robust")


def rows():
    """Return a network of the types that work on rows, which starts from data."""
    net = begin(0, {"optimizer_type": "adam"}, CHANNELS)
    net.add_layer("weightnorm_dot", id="wn", num_neurons=5, mean_only_batch_norm=True)
    net.add_layer("tensor", id="constant", input=np.ones((ROWS, 5)), input_shape=(ROWS, 5))
    net.add_layer("random", id="drawn", num_neurons=(ROWS, 5))
    net.add_layer("merge", id="sum", origin=("wn", "constant", "drawn"), layer_type="sum")
    net.add_layer("dot_product", id="fc", num_neurons=6, activation=("maxout", "maxout", 2),
                  dropout_rate=0.2)
    net.add_layer("weightnorm_classifier", id="softmax", num_classes=CLASSES)
    return cooked(net, start="data_dependent")


def sequences():
    """Return a network of the types that work on sequences."""
    net = begin(0, {"clip_norm": 1.0}, CHANNELS)
    net.add_layer("sequence", id="seq")
    for type in "weightnorm_rnn", "bn_lstm", "lstm", "rnn":
        net.add_layer(type, id=type, num_neurons=3, return_sequences=True)
    net.add_layer("weightnorm_lstm", id="last", num_neurons=3)
    return cooked(net)


# -- what does go through the host ------------------------------------------------------------

def updated(change):
    """Return what looks like a network, whose only parameter becomes what `change` makes of it."""
    p = theano.shared(np.arange(6, dtype="float32").reshape(2, 3), name="p")
    return SimpleNamespace(train_step=LazyFunction([], [], updates=[(p, change(p))]))


def looped(p):
    """Return `p`, each row sorted in a loop."""
    return theano.scan(lambda row: T.sort(row), sequences=[p])[0]


def counted():
    """Return what looks like a network, whose only parameter is kept on the host."""
    p = theano.shared(np.arange(6, dtype="float32"), name="p", target="cpu")
    return SimpleNamespace(train_step=LazyFunction([], [], updates=[(p, p + 1)]))


# Ends the process, as a kernel does that can't be built.
ABORTS = "aborts"
# What is found there, by the name of a graph.
CONTROLS = {
    "sorted": (partial(updated, lambda p: T.sort(p, axis=1) * 2), ["SortOp"]),
    "sorted in a loop": (partial(updated, looped), ["SortOp"]),
    "shape alone": (partial(updated, lambda p: p * p.shape.sum().astype("float32")), []),
    "kept on the host": (counted, ["state p", "GpuFromHost", "HostFromGpu"]),
}

# What is trained, by name: a function that builds it.
ALONE = {
    **{f"layer {type}": partial(alone, type) for type in types()},
    **{f"{option} of {type}": partial(alone, type, **{option: True})
       for option in ("batch_norm", MEAN_ONLY) for type in able(option)},
    **{f"form {form} of {type}": partial(alone, type, form=form)
       for type in ("weightnorm_dot", "weightnorm_conv_pool") for form in FORMS},
    **{f"pooling {kind}": partial(alone, "conv_pool", pool_type=kind) for kind in POOL_TYPES},
    "activations": activated,
    **{f"objective {loss}": partial(penalised, loss) for loss in LOSSES},
    **{f"optimizer {rule}, momentum {momentum}": partial(optimized, rule, momentum)
       for rule, momentum in product(RULES, ["false", *MOMENTA])},
    "clipping": partial(optimized, "sgd", "false", clip_norm=1.0, clip_value=0.5),
    **{name: build for name, (build, _) in CONTROLS.items()},
    ABORTS: os.abort,
}
# What is trained for some steps.
STACKS = {"maps": maps, "rows": rows, "sequences": sequences}
