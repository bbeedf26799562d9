# %% [markdown]
# # Two networks against each other
#
# A generator makes images of random numbers, a discriminator tells them from digits, and each
# learns from the other ([Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661)). Plain and
# weight-normalised, with one thing more to learn: what curves of costs do not say. The lesson
# runs in a minute or two:
#
#     python examples/tutorials/gan.py

# %%
import matplotlib.pyplot as plt
import numpy as np

from yann_weightnorm import gan, initialize_from_data, load_dataset  # before Theano
from yann_weightnorm.side_by_side import curves, train_at

import theano.tensor as T

# %% tags=["parameters"]
dataset = load_dataset("mnist-5k")
NEURONS, EPOCHS, RATES, SEEDS = 128, 40, (1e-4, 3e-4, 1e-3, 3e-3), (1, 2)

# %% [markdown]
# ## The players
#
# The generator stands on a layer of type `random`: 32 normal numbers an image. The discriminator
# is added twice, on the data and on what the generator makes, the second time with the parameters
# of the first: `[w, b]`, or `[v, g, b]`.

# %%
def add_generator(net, dense, rows, pixels, neurons):
    """Add the layers z, G1 and G(z)."""
    net.add_layer("random", id="z", num_neurons=(rows, 32), distribution="normal")
    net.add_layer(dense, id="G1", origin="z", num_neurons=neurons, activation="relu")
    net.add_layer(dense, id="G(z)", origin="G1", num_neurons=pixels, activation="sigmoid")


def add_discriminator(net, dense, name, origin, neurons, like=None):
    """Add two layers that judge `origin`, with the parameters of those called `like` if given."""
    def shared(id):
        return net.dropout_layers[f"{id}({like})"].params if like else None
    net.add_layer(dense, id=f"D1({name})", origin=origin, num_neurons=neurons,
                  activation=("relu", 0.2), dropout_rate=0.3, input_params=shared("D1"))
    net.add_layer(dense, id=f"D({name})", origin=f"D1({name})", num_neurons=1,
                  activation="sigmoid", input_params=shared("D"))


# %% [markdown]
# ## The game
#
# The discriminator shall say 1 of digits and 0 of what is made, the generator wants a 1 for what
# it makes. `cook` takes three objectives, those of a classifier (there is none), of the
# discriminator and of the generator, and the layers that each may change.

# %%
def shallow_gan(dataset, prefix="", neurons=128, seed=0):
    """Return a cooked adversarial network; `prefix` is '' or 'weightnorm_'."""
    dense = prefix + "dot_product"
    net = gan(rng=np.random.RandomState(seed), verbose=0)
    net.add_module("datastream", {"dataset": dataset, "id": "data", "shuffle": True})
    net.add_layer("input", id="x", origin="data")
    add_generator(net, dense, dataset.mini_batch_size, dataset.height * dataset.width, neurons)
    add_discriminator(net, dense, "x", "x", neurons)
    add_discriminator(net, dense, "G(z)", "G(z)", neurons, like="x")
    real, fake = (net.dropout_layers[id].output for id in ("D(x)", "D(G(z))"))
    net.add_layer("objective", id="D", layer_type="value",
                  objective=-T.mean(T.log(real)) - T.mean(T.log(1 - fake)))
    net.add_layer("objective", id="G", layer_type="value", objective=-T.mean(T.log(fake)))
    net.cook(objective_layers=[None, "D", "G"], discriminator_layers=["D1(x)", "D(x)"],
             generator_layers=["G1", "G(z)"], game_layers=("D(G(z))", "D(x)"),
             optimizer_params={"optimizer_type": "adam", "max_norm": None}, resultor=None)
    return net


nets = {"plain": shallow_gan(dataset, neurons=NEURONS),
        "weight norm": shallow_gan(dataset, "weightnorm_", NEURONS)}
for name, net in nets.items():
    generator = [p.name for id in ("G1", "G(z)") for p in net.layers[id].params]
    print(f"{name}: the generator has {', '.join(generator)}")

# %% [markdown]
# ## A measure
#
# Each cost is measured against the other player, so a low cost of the generator may mean a good
# generator or a bad discriminator. We need something that stands outside the game. A simple one:
# how far is a made image from the nearest digit that no player has seen, and how far is such a
# digit from the nearest made image? The first is small if every image looks like a digit, the
# second if every digit has an image like it. (Made images that are all the same digit do well at
# the first and badly at the second. Distances by pixel are kind to what is blurred; so look at
# the images too.)

# %%
def nearest(images, others):
    """Return the mean distance from each of `images` to the nearest of `others`, by pixel."""
    squares = (images ** 2).sum(axis=1)[:, None] + (others ** 2).sum(axis=1) - 2 * images @ others.T
    return np.sqrt(np.maximum(squares, 0).min(axis=1) / images.shape[1]).mean()


def made(net, count=5):
    """Return `count` mini batches of what the generator makes."""
    return np.concatenate([net.layer_activity("G(z)") for _ in range(count)])


def distances(images, digits):
    """Return how far made images are from digits, and digits from made images."""
    return nearest(images, digits), nearest(digits, images)


digits = dataset.load("test")[0]
print(f"from other digits: {nearest(dataset.load('valid')[0], digits):.3f}")
print(f"from noise: {nearest(np.random.RandomState(0).uniform(size=digits.shape), digits):.3f}")

# %% [markdown]
# ## Playing
#
# Both at four rates, from the data-dependent start. Columns are the costs of the last epoch and
# the two distances.

# %%
arms, images = {name: {} for name in nets}, {name: {} for name in nets}
print(f"{'':12}{'rate':>9}{'D':>8}{'G':>8}{'made':>8}{'digits':>8}")
for name, net in nets.items():
    for rate in RATES:
        run, = train_at(net, [rate], EPOCHS, start=initialize_from_data)
        arms[name][rate], images[name][rate] = run, made(net)
        costs = [run.history.column(f"{who}_cost")[-1] for who in ("discriminator", "generator")]
        figures = *costs, *distances(images[name][rate], digits)
        print(f"{name:12}{rate:9g}" + "".join(f"{figure:8.3f}" for figure in figures))

# %% [markdown]
# Each takes the rate with the smallest sum of the two distances. The generators' costs there, and
# what they make:

# %%
best = {name: min(RATES, key=lambda rate: sum(distances(found[rate], digits)))
        for name, found in images.items()}
figure, (generators, discriminators) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
chosen = {name: arms[name][rate] for name, rate in best.items()}
curves(generators, chosen, "generator_cost")
curves(discriminators, chosen, "discriminator_cost").get_legend().remove()
plt.show()

# %%
figure, panels = plt.subplots(4, 12, figsize=(9, 3.4), layout="constrained")
rows = [row for name, rate in best.items() for row in images[name][rate][:24].reshape(2, 12, -1)]
for line, row, name in zip(panels, rows, ("plain", "", "weight norm", "")):
    line[0].set_ylabel(name)
    for axes, image in zip(line, row):
        axes.imshow(image.reshape(dataset.height, dataset.width), cmap="gray_r", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# Other seeds, at the same rates:

# %%
for seed in SEEDS:
    for name, net in nets.items():
        train_at(net, [best[name]], EPOCHS, initialize_from_data, seed)
        print(f"seed {seed}, {name:12}" + "".join(
            f"{distance:8.3f}" for distance in distances(made(net), digits)))

# %% [markdown]
# ## What we have seen
#
# - **A low cost of one player is the failure of the other.** The plain networks at 0.003 have by
#   far the best discriminator and the worst images: it is so sure of itself that the generator
#   learns nothing from it.
# - **The normalised players stay in the game at rates at which the plain ones don't**, and end
#   nearer to digits by both distances, for each of three seeds. The rate that they chose is the
#   largest that was tried; a larger one may be better still.
# - After forty epochs neither makes good digits. The plain generator's images are nearly one and
#   the same cloud of dots; the normalised one's differ from each other, and some have strokes.
# - The effect is larger here than in any of the lessons before, whose networks had one goal that
#   stood still. It is one pair of small networks, one measure, and forty epochs: read it as an
#   example. [The studies](../studies/index.md) ask more.
#
# `examples/gan.py` is a larger one that plays longer, until its images are digits; [adversarial
# networks](../gan.md) has all that `gan` can do.
