# %% [markdown]
# # Weight normalization from scratch
#
# One line, $w = g\,v/\lVert v\rVert$, and what follows from it: the gradients, why $v$ grows,
# what that does to the learning rate, and a start that reads the data. First in NumPy with
# nothing hidden, every claim checked by numbers; then as a Theano graph; then as a layer.
# Equations have the numbers of the paper, [Salimans & Kingma
# 2016](https://arxiv.org/abs/1602.07868). The lesson runs in some seconds:
#
#     python examples/tutorials/weight_norm_from_scratch.py

# %%
import matplotlib.pyplot as plt
import numpy as np

from yann_weightnorm import load_dataset, network  # before Theano, which it prepares

import theano
import theano.tensor as T

# %% tags=["parameters"]
dataset = load_dataset("mnist-5k")
STEPS, NEURONS = 2000, 100

# %% [markdown]
# ## A direction and a length
#
# A neuron computes $y = \phi(w \cdot x + b)$. Its weight $w$ is a vector, and a vector is a
# length in a direction. Weight normalization learns the two apart, $g$ for the length and $v$ for
# the direction:
#
# $$w = \frac{g}{\lVert v \rVert}\, v \qquad (2)$$
#
# Whatever $v$ is, $w$ is $|g|$ long.

# %%
def compose(v, g):
    """Return w = g v / |v|."""
    return g * v / np.linalg.norm(v)


for v in ([3.0, 4.0], [0.3, 0.4], [-8.0, 1.0]):
    w = compose(np.array(v), g=2.0)
    print(f"v = {v}: w = {w.round(3)}, |w| = {np.linalg.norm(w):.3f}")

# %% [markdown]
# The first two are one direction, so they give one $w$: the length of $v$ means nothing.
#
# ## The gradient
#
# Let $\nabla_w L$ be the gradient of the loss for $w$, which back-propagation gives. The chain
# rule takes it on to $g$ and $v$. As $w$ is linear in $g$,
#
# $$\nabla_g L = \frac{\nabla_w L \cdot v}{\lVert v \rVert} \qquad (3)$$
#
# and since $\partial (v/\lVert v\rVert) / \partial v = (I - v v^\top/\lVert v\rVert^2) / \lVert
# v\rVert$,
#
# $$\nabla_v L = \frac{g}{\lVert v \rVert}\nabla_w L
# - \frac{g\,\nabla_g L}{\lVert v \rVert^2}\, v.$$

# %%
def gradients(v, g, slope):
    """Return the gradients for v and g of a loss whose gradient for w is `slope`: equation 3."""
    size = np.linalg.norm(v)
    slope_g = slope @ v / size
    return g / size * slope - g * slope_g / size ** 2 * v, slope_g


# %% [markdown]
# Is that right? We take a loss, here the squared error of a neuron with two inputs on 50
# examples, and compare with finite differences: move each number a little to both sides and see
# how the loss moves.

# %%
rng = np.random.RandomState(1)
x = rng.normal(size=(50, 2)) @ np.array([[1.0, 0.6], [0.0, 0.7]])
y = x @ np.array([1.5, 0.5]) + 0.3 * rng.normal(size=50)


def loss(w):
    """Return half of the mean squared error."""
    return np.mean((x @ w - y) ** 2) / 2


def slope_of(w):
    """Return the gradient of `loss` for w."""
    return x.T @ (x @ w - y) / len(y)


def differences(function, at, step=1e-6):
    """Return the gradient of `function` by central differences."""
    steps = step * np.eye(len(at))
    return np.array([function(at + e) - function(at - e) for e in steps]) / (2 * step)


v, g = np.array([-0.4, 1.1]), 1.6
slope = slope_of(compose(v, g))
slope_v, slope_g = gradients(v, g, slope)
numeric_v = differences(lambda v: loss(compose(v, g)), v)
numeric_g = differences(lambda g: loss(compose(v, g[0])), np.array([g]))
print(f"gradient of v: {slope_v}, by differences {numeric_v}")
print(f"gradient of g: {slope_g:.8f}, by differences {numeric_g[0]:.8f}")

# %% [markdown]
# ## It is a projection
#
# Put $\nabla_g L$ into the gradient of $v$, and it becomes
#
# $$\nabla_v L = \frac{g}{\lVert v \rVert} M_w \nabla_w L, \qquad
# M_w = I - \frac{w w^\top}{\lVert w \rVert^2} \qquad (4)$$
#
# $M_w$ takes away the part of a vector that lies along $w$. So the gradient of $v$ is at right
# angles to $v$, and it is the shorter, the longer $v$ is.

# %%
def projection(w):
    """Return M_w, which takes away what lies along w."""
    return np.eye(len(w)) - np.outer(w, w) / (w @ w)


projected = g / np.linalg.norm(v) * projection(compose(v, g)) @ slope
further = gradients(10 * v, g, slope)[0]
print(f"equation 4 and equation 3 differ by {abs(projected - slope_v).max():.1e}")
print(f"v . gradient = {v @ slope_v:.1e}")
shorter = np.linalg.norm(slope_v) / np.linalg.norm(further)
print(f"at 10 v the gradient is {shorter:.1f} times shorter")

# %% [markdown]
# In pictures. Left, the loss as a function of $w$: its gradient points anywhere, and the part of
# it along $w$ is what $g$ gets. Right, the same loss as a function of $v$: it is constant along
# rays from the origin, for the length of $v$ means nothing. A gradient crosses the lines of equal
# loss at right angles, so it turns around the origin.

# %%
def contours(axes, function, hole=0.0, least=-3, most=3):
    """Draw lines of equal `function` of two numbers, but none nearer to 0 than `hole`."""
    side = np.linspace(least, most, 121)
    points = np.array([[[a, b] for a in side] for b in side])
    found = np.apply_along_axis(function, 2, points)
    found[np.linalg.norm(points, axis=2) < hole] = np.nan
    axes.contour(side, side, found, levels=18, cmap="viridis", linewidths=0.8)
    axes.set(aspect="equal", xlim=(least, most), ylim=(least, most))


def arrows(axes, points, steps, colour, label):
    """Draw `steps` from `points`, both (n, 2)."""
    axes.quiver(*np.transpose(points), *np.transpose(steps), color=colour, angles="xy",
                scale_units="xy", scale=1.5, width=0.006, label=label, zorder=3)


angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
circle = np.transpose([np.cos(angles), np.sin(angles)])

figure, (in_w, in_v) = plt.subplots(1, 2, figsize=(9, 4.5), layout="constrained")
contours(in_w, loss)
on_w = g * circle
arrows(in_w, on_w, [-slope_of(w) for w in on_w], "0.6", r"$-\nabla_w L$")
arrows(in_w, on_w, [-projection(w) @ slope_of(w) for w in on_w], "C3", r"$-M_w \nabla_w L$")
in_w.set(title=f"Loss by $w$; the arrows begin where $|w| = {g}$", xlabel="$w_1$", ylabel="$w_2$")
contours(in_v, lambda v: loss(compose(v, g)), hole=0.3)
for size, colour in ((1.2, "C3"), (2.4, "C1")):
    on_v = size * circle
    arrows(in_v, on_v, [-gradients(v, g, slope_of(compose(v, g)))[0] for v in on_v], colour,
           rf"$-\nabla_v L$ at $|v| = {size}$")
in_v.set(title=f"Loss by $v$, with $g = {g}$", xlabel="$v_1$", ylabel="$v_2$")
for axes in (in_w, in_v):
    axes.legend(loc="lower left", framealpha=1)
plt.show()

# %% [markdown]
# ## The length of v grows
#
# A step of plain gradient descent, $v' = v - \eta \nabla_v L$, goes at right angles to $v$. By
# Pythagoras,
#
# $$\lVert v' \rVert = \sqrt{1 + c^2}\; \lVert v \rVert, \qquad
# c = \frac{\lVert v' - v \rVert}{\lVert v \rVert},$$
#
# so $v$ can only grow. Growth in itself changes nothing, $w$ is as long as before, but it makes
# the next step turn $w$ less. Three rates, from one beginning:

# %%
def walk(rate, steps=12):
    """Return v before and after each of `steps` steps, with g fixed."""
    path = [np.array([-0.4, 1.1])]
    for _ in range(steps):
        v = path[-1]
        path.append(v - rate * gradients(v, g, slope_of(compose(v, g)))[0])
    return np.array(path)


figure, axes = plt.subplots(figsize=(4.8, 4.5), layout="constrained")
contours(axes, lambda v: loss(compose(v, g)), hole=0.3, least=-2, most=5)
for rate, mark in ((0.3, "o"), (1.0, "s"), (3.0, "^")):
    path = walk(rate)
    sizes = np.linalg.norm(path, axis=1)
    c = np.linalg.norm(np.diff(path, axis=0), axis=1) / sizes[:-1]
    error = abs(sizes[1:] - np.sqrt(1 + c ** 2) * sizes[:-1]).max()
    print(f"rate {rate}: |v| from {sizes[0]:.2f} to {sizes[-1]:.2f}, "
          f"Pythagoras holds to {error:.0e}")
    axes.plot(*path.T, mark + "-", ms=4, lw=1.2, label=f"$v$, rate {rate:g}")
axes.legend(loc="lower left", framealpha=1)
axes.set(title="Twelve steps from one beginning", xlabel="$v_1$", ylabel="$v_2$")
plt.show()

# %% [markdown]
# ## The effective rate
#
# How much does a step of $v$ turn $w$? To first order in the rate it moves $w$ as a plain,
# projected step of the rate $\eta\, g^2 / \lVert v \rVert^2$ would: one factor $g/\lVert v\rVert$
# comes from the gradient, one from $w = g\,v/\lVert v\rVert$. What is left out is of second
# order. So a rate ten times smaller makes the error a hundred times smaller:

# %%
for rate in (0.1, 0.01, 0.001):
    moved = compose(v - rate * slope_v, g) - compose(v, g)
    effective = rate * g ** 2 / (v @ v)
    error = np.linalg.norm(moved + effective * projection(compose(v, g)) @ slope)
    print(f"rate {rate:<6g} effective rate {effective:.4f}   w is off by {error:.1e}")

# %% [markdown]
# That is how weight normalization finds its own step. Suppose the rate is far too large: the
# first steps are long, each lengthens $v$ by $\sqrt{1 + c^2}$, the effective rate falls with the
# square of that, until the steps are as short as need be. Here a neuron with 30 inputs learns
# from noisy mini batches of 8, at rates a hundredfold apart; $g$ is fixed at the length of the
# right answer.

# %%
def descend(rate, steps, seed=0):
    """Return the length of v and the effective rate before each step on noisy mini batches."""
    rng = np.random.RandomState(seed)
    target, v, g, found = rng.normal(size=30), rng.normal(size=30), 2.0, []
    target, v = compose(target, g), compose(v, 1.0)
    for _ in range(steps):
        found.append((np.linalg.norm(v), rate * g ** 2 / (v @ v)))
        x = rng.normal(size=(8, 30))
        wrong = x @ (compose(v, g) - target) + 0.5 * rng.normal(size=8)
        v = v - rate * gradients(v, g, x.T @ wrong / 8)[0]
    return np.transpose(found)


figure, (sizes, rates) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for rate in (0.01, 0.1, 1.0):
    size, effective = descend(rate, STEPS)
    print(f"rate {rate:<5g} effective rate from {effective[0]:.2f} to {effective[-1]:.3f}, "
          f"|v| from {size[0]:.0f} to {size[-1]:.1f}")
    sizes.loglog(np.arange(1, STEPS + 1), size, label=f"rate {rate:g}")
    rates.loglog(np.arange(1, STEPS + 1), effective, label=f"rate {rate:g}")
sizes.set(title=r"$\Vert v \Vert$", xlabel="step")
rates.set(title=r"Effective rate, $\eta\, g^2 / \Vert v \Vert^2$", xlabel="step")
rates.legend(frameon=False)
plt.show()

# %% [markdown]
# The rates were a hundredfold apart at the first step and end side by side. Nothing of the kind
# protects $g$, which is an ordinary parameter. With momentum or with Adam a step is no longer at
# right angles to $v$; the paper finds the behaviour much the same, but Pythagoras is gone.
#
# ## A start that reads the data
#
# Weight normalization leaves open how large a neuron's output is at the beginning. The paper
# sends one mini batch through the network, layer by layer. With $t = v \cdot x / \lVert v
# \rVert$, and its mean $\mu[t]$ and deviation $\sigma[t]$ over the mini batch, it sets
#
# $$g = \frac{1}{\sigma[t]}, \qquad b = \frac{-\mu[t]}{\sigma[t]} \qquad (6)$$
#
# so that $g\,t + b$ has mean 0 and deviation 1. *That* is what goes on to the next layer:
# statistics of a layer are taken after those below it were set.

# %%
def start_from_data(directions, x):
    """Return (g, b) of every layer, and its pre-activations of the rows of `x`."""
    parameters, reached = [], []
    for v in directions:
        t = x @ (v / np.linalg.norm(v, axis=0))
        g, b = 1 / t.std(axis=0), -t.mean(axis=0) / t.std(axis=0)
        parameters.append((g, b))
        reached.append(g * t + b)
        x = np.maximum(reached[-1], 0)
    return parameters, reached


def forward(directions, parameters, x):
    """Return the pre-activations of every layer for the rows of `x`."""
    reached = []
    for v, (g, b) in zip(directions, parameters):
        reached.append(x @ (g * v / np.linalg.norm(v, axis=0)) + b)
        x = np.maximum(reached[-1], 0)
    return reached



images = dataset.load("train")[0]
batch, other = images[:len(images) // 2], images[len(images) // 2:]
rng = np.random.RandomState(0)
widths = [images.shape[1]] + 5 * [NEURONS]
directions = [rng.normal(scale=0.05, size=shape) for shape in zip(widths, widths[1:])]

parameters, started = start_from_data(directions, batch)
small = [(0.01 * np.sqrt(len(v)), 0.0) for v in directions]  # as if w were from N(0, 0.01^2)
reached = {"small weights": forward(directions, small, batch), "set by the data": started,
           "on other images": forward(directions, parameters, other)}
print(f"{'deviation in layer':18}" + "".join(f"{number:9}" for number in range(1, len(widths))))
for name, layers in reached.items():
    print(f"{name:18}" + "".join(f"{t.std(axis=0).mean():9.2g}" for t in layers))

# %% [markdown]
# With small weights what goes up fades from layer to layer; after the start it does not, and
# other images than those that set it see nearly the same. On the right the pre-activations of
# each layer after the start, all neurons together:

# %%
figure, (sizes, spread) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for (name, layers), mark in zip(reached.items(), "osx"):
    sizes.semilogy(range(1, len(widths)), [t.std(axis=0).mean() for t in layers], mark + "-",
                   label=name)
for number, t in enumerate(started, start=1):
    spread.hist(t.ravel(), bins=np.linspace(-4, 4, 81), density=True, histtype="step",
                label=f"layer {number}")
sizes.set(title="Deviation", xlabel="layer", xticks=range(1, len(widths)))
spread.set(title="Set by the data", xlabel="pre-activation")
for axes in (sizes, spread):
    axes.legend(frameon=False)
plt.show()

# %% [markdown]
# ## As a Theano graph
#
# Theano derives gradients itself, so all there is to write is equation 2. The loss is that of
# above, and so are the numbers that come out.

# %%
v_, g_ = T.dvector("v"), T.dscalar("g")
w_ = g_ * v_ / T.sqrt(T.sum(v_ ** 2))
loss_ = T.mean((T.dot(x, w_) - y) ** 2) / 2
function = theano.function([v_, g_], [loss_, *T.grad(loss_, [v_, g_])])

v, g = np.array([-0.4, 1.1]), 1.6
graph_loss, graph_v, graph_g = function(v, g)
slope_v, slope_g = gradients(v, g, slope_of(compose(v, g)))
print(f"Theano and equation 3 differ by {abs(graph_v - slope_v).max():.0e} in v, "
      f"{abs(graph_g - slope_g):.0e} in g")

# %% [markdown]
# ## As a layer
#
# `weightnorm_dot` is that for many neurons: column $k$ of `v` and entry $k$ of `g` belong to
# neuron $k$.

# %%
net = network(rng=np.random.RandomState(0), verbose=0)
net.add_module("datastream", {"dataset": dataset, "id": "data"})
net.add_module("optimizer", {"optimizer_type": "sgd", "momentum_type": "false", "id": "sgd"})
net.add_layer("input", id="input", origin="data")
net.add_layer(type="weightnorm_dot", id="fc1", num_neurons=NEURONS)
net.add_layer(type="weightnorm_dot", id="fc2", num_neurons=NEURONS, activation=None)
net.add_layer(type="weightnorm_classifier", id="softmax", num_classes=10)
net.add_layer(type="objective", id="cost")
net.cook(data_dependent_start=True, resultor=None)

first = dataset.load("train")[0][:dataset.mini_batch_size]
layers = [[p.get_value() for p in net.layers[id].params] for id in ("fc1", "fc2")]
t = forward([v for v, g, b in layers], [(g, b) for v, g, b in layers], first)[-1]
print(f"the layer and NumPy differ by {abs(net.layer_activity('fc2') - t).max():.0e}")
print(f"its pre-activations: mean {abs(t.mean(axis=0)).max():.0e} at most, "
      f"deviation {t.std(axis=0).min():.4f} to {t.std(axis=0).max():.4f}")

# %% [markdown]
# `cook(data_dependent_start=True)` has done what `start_from_data` does. At last one training
# step, and Pythagoras for each of the neurons:

# %%
net.learning_rate.set_value(1.0)
before = net.layers["fc1"].v.get_value()
net.mini_batch_train(0)
after = net.layers["fc1"].v.get_value()
sizes = [np.linalg.norm(v, axis=0) for v in (before, after, after - before)]
error = abs(sizes[1] - np.hypot(sizes[0], sizes[2])).max()
print(f"|v| grew by up to {(sizes[1] / sizes[0] - 1).max():.2%}; Pythagoras holds to {error:.0e}")

# %% [markdown]
# ## What to remember
#
# - $v$ is a direction, $g$ a length; the function is the same as without, the way to it is
#   another.
# - The gradient of $v$ is a projection, at right angles to $v$. So $v$ grows, and the effective
#   rate $\eta\, g^2/\lVert v\rVert^2$ falls to what the noise allows.
# - That tames rates that are too large. It does not speed up one that is too small, and does not
#   protect $g$.
# - How large outputs are at the start is the start's business.
#
# The lessons `log_reg.py`, `mlp.py`, `lenet.py`, `autoencoder.py` and `gan.py` show what becomes
# of this in networks. [Weight normalization](../weightnorm.md) has other forms of $w$ than this
# one.
