"""Recurrent layers in plain NumPy, float64: the oracle of their tests."""

import numpy as np

from tests.small import ROWS, SIDE, begin, finish, without_c_code
from yann_weightnorm import dataset_from_arrays

__all__ = ["bn_lstm", "check_learning", "grown", "lstm", "on_sequence", "perturbed", "rnn",
           "slopes"]

EPSILON = 1e-5


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn(x, w_x, w_h, b):
    """Return the hidden states (batch, steps, neurons) for `x`, (batch, steps, features)."""
    h, found = np.zeros((len(x), len(w_h))), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_x + h @ w_h + b)
        found.append(h)
    return np.stack(found, axis=1)


def lstm(x, w_x, w_h, b):
    """Return the hidden states (batch, steps, neurons)."""
    h = c = np.zeros((len(x), len(w_h)))
    found = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w_x + h @ w_h + b, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        found.append(h)
    return np.stack(found, axis=1)


def bn_lstm(x, w_x, w_h, b, gamma_x, gamma_h, gamma_c, beta_c, *known):
    """Return the hidden states and [mean_x, var_x, mean_h, ...], each (steps, width).

    `known` are such statistics; without them a step is normalised by those of its batch.
    """
    h = c = np.zeros((len(x), len(w_h)))
    found, statistics = [], [[] for _ in range(6)]
    for t in range(x.shape[1]):
        def normalised(z, gamma, place):
            mean, var = (k[t] for k in known[place:place + 2]) if known else (  # noqa: B023
                z.mean(axis=0), z.var(axis=0))
            statistics[place].append(mean)
            statistics[place + 1].append(var)
            return gamma * (z - mean) / np.sqrt(var + EPSILON)

        z = normalised(x[:, t] @ w_x, gamma_x, 0) + normalised(h @ w_h, gamma_h, 2) + b
        i, f, g, o = np.split(z, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(normalised(c, gamma_c, 4) + beta_c)
        found.append(h)
    return np.stack(found, axis=1), [np.array(s) for s in statistics]


def slopes(cost, params, step=1e-6):
    """Return the gradient of `cost(*params)` by each entry of each array, by differences."""
    found = []
    for place, param in enumerate(params):
        found.append(np.zeros_like(param))
        for entry in np.ndindex(*param.shape):
            sides = []
            for way in (step, -step):
                moved = [p.copy() for p in params]
                moved[place][entry] += way
                sides.append(cost(*moved))
            found[-1][entry] = (sides[0] - sides[1]) / (2 * step)
    return found


def on_sequence(type, seed=0, steps="rows", data=None, optimizer=None, **options):
    """Return a network with a layer of `type`, called 'it', that reads images row by row."""
    net = begin(seed, optimizer or {"optimizer_type": "sgd", "max_norm": None}, data=data)
    net.add_layer("sequence", id="steps", steps=steps)
    net.add_layer(type, id="it", **dict({"num_neurons": 3}, **options))
    return net


def perturbed(layer, seed=5):
    """Move every parameter of `layer` off its start; return their values."""
    rng = np.random.RandomState(seed)
    for p in layer.params:
        value = p.get_value()
        p.set_value((value + 0.3 * abs(rng.normal(size=value.shape))).astype(value.dtype))
    return [p.get_value().astype("float64") for p in layer.params]


def grown(rows=ROWS // 3, seed=1, features=SIDE * SIDE):
    """Return rows of pixels that a network of one channel takes, (rows, features)."""
    return np.random.RandomState(seed).normal(size=(rows, features))


def check_learning(type):
    """A network with a layer of `type` learns to tell which of the first three rows is bright."""
    rng, labels = np.random.RandomState(0), np.arange(60) % 3
    images = 0.1 * rng.normal(size=(60, SIDE, SIDE, 1))
    images[np.arange(60), labels] += 1
    data = dataset_from_arrays(*[(images, labels)] * 3, mini_batch_size=20)
    net = on_sequence(type, num_neurons=8, data=data, optimizer={
        "optimizer_type": "adam", "clip_norm": 1.0})
    with without_c_code():
        finish(net)
        costs = net.train(epochs=40, learning_rates=(0, 0.03),
                          early_terminate=False).column("cost")
        assert costs[-1] < 0.2 * costs[0], (costs[0], costs[-1])
        assert net.test() > 95
