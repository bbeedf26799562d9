# %% [markdown]
# # An autoencoder
#
# A network that draws its input again, through a layer too narrow to copy it: 784 pixels, 32
# numbers, 784 pixels. Encoder and decoder share one weight, which is where weight normalization
# shows what it is: an expression, of which anything can be made. The lesson runs in half a
# minute:
#
#     python examples/tutorials/autoencoder.py

# %%
import matplotlib.pyplot as plt
import numpy as np

from yann_weightnorm import initialize_from_data, load_dataset, network
from yann_weightnorm.side_by_side import best, curves, table, train_at

# %% tags=["parameters"]
dataset = load_dataset("mnist-5k")
CODE, EPOCHS, RATES, SEEDS = 32, 20, (3e-3, 1e-2, 3e-2, 1e-1), (1, 2)

# %% [markdown]
# ## The network
#
# The decoder's weight is the encoder's, transposed: `input_params` takes the expression `w.T`,
# and None for a bias of its own. In the normalised network `w` is $g\,v/\lVert v\rVert$, so the
# decoder, a plain layer, is made of the encoder's $v$ and $g$, and both get gradients from both
# places.
#
# The decoder is not learnable by itself, since its weight is not its own; its bias is put among
# the parameters that training changes. The cost is the distance of input and output: `merge`
# takes it, and an `objective` of the type `value` makes it what is minimised. There is no
# classifier: `classifier_layer=None`.

# %%
def shallow_autoencoder(dataset, prefix="", code=32, seed=0):
    """Return a cooked autoencoder with tied weights; `prefix` is '' or 'weightnorm_'."""
    pixels = dataset.height * dataset.width
    net = network(rng=np.random.RandomState(seed), verbose=0)
    net.add_module("datastream", {"dataset": dataset, "id": "data", "shuffle": True})
    net.add_module("optimizer", {"optimizer_type": "adam", "momentum_type": "false",
                                 "max_norm": None, "id": "main"})
    net.add_layer("input", id="input", origin="data")
    net.add_layer("flatten", id="flatten", origin="input")
    net.add_layer(prefix + "dot_product", id="encoder", origin="flatten", num_neurons=code,
                  activation="tanh")
    net.add_layer("dot_product", id="decoder", origin="encoder", num_neurons=pixels,
                  activation="sigmoid", learnable=False,
                  input_params=[net.dropout_layers["encoder"].w.T, None])
    net.active_params.append(net.dropout_layers["decoder"].b)
    net.add_layer("unflatten", id="unflatten", origin="decoder",
                  shape=(dataset.height, dataset.width, 1))
    net.add_layer("merge", id="merge", origin=("input", "unflatten"), layer_type="error",
                  error="rmse")
    net.add_layer("objective", id="cost", origin="merge", layer_type="value")
    net.cook(objective_layers=["cost"], classifier_layer=None, resultor=None)
    return net


nets = {"plain": shallow_autoencoder(dataset, code=CODE),
        "weight norm": shallow_autoencoder(dataset, "weightnorm_", CODE)}
for name, net in nets.items():
    print(f"{name}: {', '.join(p.name for p in net.active_params)}")

# %% [markdown]
# ## Training
#
# Both from the data-dependent start. Without a classifier, `validation` and `test` of the table
# are the mean cost as well: the root of the mean squared difference of two pixels, black being 0
# and white 1.

# %%
arms = {name: train_at(net, RATES, EPOCHS, start=initialize_from_data)
        for name, net in nets.items()}
print(table(arms))

# %%
figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
chosen = {name: best(runs) for name, runs in arms.items()}
curves(axes, chosen)
plt.show()

# %% [markdown]
# Is that chance? Other seeds draw other weights and shuffle the images otherwise:

# %%
for seed in SEEDS:
    tests = [train_at(net, [chosen[name].rate], EPOCHS, initialize_from_data, seed)[0].test
             for name, net in nets.items()]
    print(f"seed {seed}: plain {tests[0]:.4f}, weight norm {tests[1]:.4f}")

# %% [markdown]
# ## What becomes of the digits
#
# `layer_activity` gives what a layer makes of the first training mini batch.

# %%
for name, net in nets.items():
    train_at(net, [chosen[name].rate], EPOCHS, start=initialize_from_data)
rows = {"input": nets["plain"].layer_activity("input"),
        **{name: net.layer_activity("unflatten") for name, net in nets.items()}}

figure, panels = plt.subplots(len(rows), 8, figsize=(9, 3.6), layout="constrained")
for (name, images), line in zip(rows.items(), panels):
    line[0].set_ylabel(name)
    for axes, image in zip(line, images):
        axes.imshow(image[0], cmap="gray_r", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## What we have seen
#
# - What a normalised layer calls `w` is an expression like any other. It can be transposed,
#   shared, penalised; gradients reach $v$ and $g$ through all of it.
# - The normalised autoencoder ends one to four percent nearer to the digits, for each of three
#   seeds. By eye there is no telling.
# - It is behind for the first twelve epochs, and at the smaller rates the two are within three
#   percent: this is no large effect, and more epochs or another width may be worth as much.
#
# `examples/autoencoder.py` is one with convolutions and transposed convolutions. Next: two
# networks against each other, in `gan.py`.
