# %% [markdown]
# # A network with hidden layers
#
# Two hidden layers, trained from two starts, plain and weight-normalised. The question of this
# lesson is what a learning rate means once weights are normalised. It runs in half a minute:
#
#     python examples/tutorials/mlp.py

# %%
import matplotlib.pyplot as plt
import numpy as np

from yann_weightnorm import initialize_from_data, load_dataset, network
from yann_weightnorm.side_by_side import best, curves, table, train_at

# %% tags=["parameters"]
dataset = load_dataset("mnist-5k")
NEURONS, EPOCHS, RATES = 100, 12, (0.01, 0.03, 0.1, 0.3, 1.0)

# %% [markdown]
# ## The network
#
# `dot_product` is YANN's name for a fully connected layer, and `weightnorm_dot` the same with
# normalised weights. (`weightnorm_dot_product` does as well; it is what a prefix makes.) A layer
# stands on the one that `origin` names.

# %%
def mlp(dataset, prefix="", neurons=100, seed=0, verbose=0, **hidden):
    """Return a network of two hidden layers, cooked; `prefix` is '' or 'weightnorm_'.

    `hidden` are further options of the hidden layers.
    """
    net = network(rng=np.random.RandomState(seed), verbose=verbose)
    net.add_module("datastream", {"dataset": dataset, "id": "data", "n_classes": 10,
                                  "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "sgd", "momentum_type": "false",
                                 "max_norm": None, "id": "main"})
    net.add_layer("input", id="input", origin="data")
    net.add_layer(prefix + "dot_product", id="dot_product_1", origin="input",
                  num_neurons=neurons, activation="relu", **hidden)
    net.add_layer(prefix + "dot_product", id="dot_product_2", origin="dot_product_1",
                  num_neurons=neurons, activation="relu", **hidden)
    net.add_layer(prefix + "classifier", id="softmax", origin="dot_product_2", num_classes=10)
    net.add_layer("objective", id="cost", origin="softmax", objective="nll")
    net.cook(optimizer="main", datastream="data", resultor=None)
    return net


nets = {"plain": mlp(dataset, neurons=NEURONS),
        "weight norm": mlp(dataset, "weightnorm_", NEURONS)}
for name, net in nets.items():
    print(f"{name}: {', '.join(p.name for p in net.params)}")

# %% [markdown]
# ## From small weights
#
# YANN draws weights from $N(0, 0.01^2)$. So do we at first; both networks then begin as one
# function.

# %%
small = {name: train_at(net, RATES, EPOCHS) for name, net in nets.items()}
print(table(small))

# %% [markdown]
# ## From the data
#
# The paper's start sends one mini batch up the layers and sets each so that its pre-activations
# have mean 0 and deviation 1. It is no part of weight normalization: a plain layer's $w$ can be
# set as well as a $g$. To leave that out for the plain network would be to compare starts. So
# both get it.

# %%
from_data = {name: train_at(net, RATES, EPOCHS, start=initialize_from_data)
             for name, net in nets.items()}
print(table(from_data))

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
for panel, title, arms in zip(axes, ("Small weights", "Set by the data"), (small, from_data)):
    curves(panel, {name: best(runs) for name, runs in arms.items()}).set_title(title)
plt.show()

# %% [markdown]
# ## What a rate means
#
# A step of $v$ by the rate $\eta$ turns $w$ as a plain step by $\eta\, g^2/\lVert v\rVert^2$
# would. From small weights $v$ begins as the plain $w$ and $g$ as its length: the factor is 1.
# The paper's start draws $v$ from $N(0, 0.05^2)$ and sets $g$ to what the data ask for. What is
# the factor then, and what has become of it after training?

# %%
def factors(net):
    """Return the mean of g^2 / |v|^2 over the neurons of each layer."""
    layers = [net.layers[id] for id in ("dot_product_1", "dot_product_2", "softmax")]
    squares = [(layer.v.get_value() ** 2).sum(axis=0) for layer in layers]
    return [np.mean(layer.g.get_value()[0] ** 2 / square)
            for layer, square in zip(layers, squares)]


found, net = {}, nets["weight norm"]
for words, start in (("small weights", None), ("set by the data", initialize_from_data)):
    arm = small if start is None else from_data
    train_at(net, [0.0], epochs=1, start=start)
    found[f"{words}, at first"] = factors(net)
    run, = train_at(net, [best(arm["weight norm"]).rate], EPOCHS, start)
    found[f"{words}, trained at {run.rate:g}"] = factors(net)
for words, layers in found.items():
    print(f"{words:32}" + "".join(f"{factor:9.2f}" for factor in layers))

# %% [markdown]
# A column a layer. From the data's start every step is some ten times as long in effect as the
# rate says. That is why the normalised network learns so much at 0.01 and at 0.03, why its best
# rate is lower than the plain one's, and why comparing the two at one rate would have misled us,
# in its favour at 0.03, against it at 0.3.
#
# ## What diverges
#
# In logistic regression no rate did much harm. Here 1 does: the plain network guesses, and the
# normalised one is lost to infinity. $v$ would grow out of that. The reason is $g$, an ordinary
# parameter, whose steps nothing shortens. In a network of several layers the outputs are products
# of lengths, so steps of $g$ that are too long in one layer make those of the others longer
# still. Layers take `learn_g=False`, which keeps the lengths that the start has set:

# %%
nets["g fixed"] = mlp(dataset, "weightnorm_", NEURONS, learn_g=False)
from_data["g fixed"] = train_at(nets["g fixed"], RATES, EPOCHS, start=initialize_from_data)
print(table({name: from_data[name] for name in ("weight norm", "g fixed")}))

# %% [markdown]
# (The classifier's $g$ is still learnt: probabilities near 0 and 1 need long weights.) Nothing
# diverges now; the network does not learn well at 1 all the same. That a step is kept from
# infinity does not make it a good one.
#
# ## What we have seen
#
# - **The start made the difference**, not the parametrisation. With it both networks reach a cost
#   ten times lower than without, and the same accuracy within what 500 images can tell.
# - **Weight normalization did not make rates matter less here.** It moved the range of good
#   rates, by the factor $g^2/\lVert v\rVert^2$ of the start, and its upper end is a cliff, since
#   $g$ is not protected.
# - So look for the rate anew when you normalise, from about a tenth of the plain one's upwards.
#
# This is one small task and one seed; [the studies](../studies/index.md) ask the same of many.
# Next: convolutions, in `lenet.py`.
