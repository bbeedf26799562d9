"""DRAW: an auto-encoder that reads and draws an image in several glimpses.

Both arms begin alike, with weights of deviation 0.01; weight normalization is in every weight,
those of the LSTM layers too, one length a column.

Source: Gregor et al. (2015), arXiv:1502.04623; Salimans & Kingma (2016), section 5.3,
arXiv:1602.07868, who used github.com/jbornschein/draw and its settings.
"""

import numpy as np
import theano.tensor as T

from yann_weightnorm.normalization import compose, decompose
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.generative.attention import PARAMETERS, Window, attention_named
from yann_weightnorm.studies.generative.bounds import (
    bernoulli_log_likelihood, divergence, sampled)
from yann_weightnorm.studies.generative.optimizers import Averaging
from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.network import network

__all__ = ["Draw", "begin", "build", "row_seconds"]

DEVIATION = 0.01  # of every weight at the start
CLIP = 10         # the norm of a step's gradient
ROW_SECONDS = 1e-10


class Draw(Layer):
    """The whole of DRAW: images below, the negative lower bound of each above, in nats.

    Parameters
    ----------
    id : str
    input_shape : (int, int, int, int)
        Mini batch size, channels, height, width; the maps are bits.
    rng : numpy.random.RandomState
        Draws weights, then the seed of the noise.
    hidden : int
        Units of each of the two LSTM layers.
    latent : int
        Hidden variables at each glimpse.
    glimpses : int
    attention : str, default 'none'
        As :func:`~yann_weightnorm.studies.generative.attention.attention_named` takes it.
    weight_norm : bool, default False

    Attributes
    ----------
    noise : (glimpses, rows, latent), symbolic
    """

    type = "DRAW"

    def __init__(self, id, input_shape, rng, *, hidden=256, latent=100, glimpses=10,
                 attention="none", weight_norm=False):
        super().__init__(id, input_shape, rng)
        self.hidden, self.latent, self.glimpses = hidden, latent, glimpses
        self.patches, self.weight_norm = attention_named(attention), weight_norm
        self.height, self.width = input_shape[2:]
        self.pixels = input_shape[1] * self.height * self.width
        self.output_shape, self._maps = (input_shape[0], 1), {}
        self._make_params()
        self.noise = self.random_streams().normal(
            size=(glimpses, input_shape[0], latent), dtype=self._maps["mean"][1].dtype)

    def expression(self, x, stream):
        """Return the negative bound of each row, (rows, 1)."""
        return -self.bound(x.flatten(2), self.noise[:, :x.shape[0]]).dimshuffle(0, "x")

    def bound(self, x, noise):
        """Return the lower bound of each row of bits `x`, for the noise of every glimpse."""
        nothing = T.zeros((x.shape[0], self.hidden), dtype=x.dtype)
        encoder, decoder = (nothing, nothing), (nothing, nothing)
        canvas, cost = T.zeros_like(x) + self.canvas, 0
        whole = None if self.patches else x  # what every glimpse sees of the image itself
        encode = self._lstm("encoder", whole)
        decode = self._lstm("decoder")
        for glimpse in range(self.glimpses):
            seen = self._read(x, canvas, decoder[0])
            encoder = encode([*seen, decoder[0]], encoder)
            mean, log_variance = self._map("mean", encoder[0]), self._map("deviation", encoder[0])
            cost = cost + divergence(mean, log_variance)
            decoder = decode([sampled(mean, log_variance, noise[glimpse])], decoder)
            canvas = canvas + self._write(decoder[0])
        return bernoulli_log_likelihood(x, canvas) - cost

    # -- parameters ---------------------------------------------------------------------------

    def _make_params(self):
        read, write = self.patches or (None, None)
        seen = 2 * (read * read if read else self.pixels) + self.hidden
        self._make_map("encoder", seen + self.hidden, 4 * self.hidden)
        self._make_map("decoder", self.latent + self.hidden, 4 * self.hidden)
        self._make_map("mean", self.hidden, self.latent)
        self._make_map("deviation", self.hidden, self.latent)
        self._make_map("write", self.hidden, write * write if write else self.pixels)
        if self.patches:
            self._make_map("read_window", self.hidden, PARAMETERS)
            self._make_map("write_window", self.hidden, PARAMETERS)
        self.canvas = self.param("canvas", (self.pixels,), lambda rng: np.zeros(self.pixels))

    def _make_map(self, name, inputs, outputs):
        """Make a weight, plain or of directions and lengths, and a bias, which begins at 0."""
        shape, drawn = (inputs, outputs), {}

        def start(rng):
            drawn["w"] = rng.normal(0, DEVIATION, shape)
            return drawn["w"]

        w = self.param(f"{name}.{'v' if self.weight_norm else 'w'}", shape, start)
        if self.weight_norm:
            g = self.param(f"{name}.g", (1, outputs), lambda rng: decompose(drawn["w"], 0)[1],
                           broadcastable=(True, False))
            w = compose(w, g, axes=0)
        self._maps[name] = w, self.param(f"{name}.b", (outputs,), lambda rng: np.zeros(outputs))

    # -- what a glimpse is made of ------------------------------------------------------------

    def _map(self, name, x):
        w, b = self._maps[name]
        return T.dot(x, w) + b

    def _lstm(self, name, constant=None):
        """Return an LSTM layer's step: (what comes in, parts of rows; state) -> (output, cell).

        Where the first part of what comes in is the same `constant` in every step, it is multiplied
        here, once, and left out of what the step is given.
        """
        w, b = self._maps[name]
        if constant is not None:
            b, w = T.dot(constant, w[:self.pixels]) + b, w[self.pixels:]

        def step(parts, state):
            output, cell = state
            total = T.dot(T.concatenate([*parts, output], axis=1), w) + b
            entry, keep, show, new = (total[:, k * self.hidden:(k + 1) * self.hidden]
                                      for k in range(4))
            cell = T.nnet.sigmoid(keep) * cell + T.nnet.sigmoid(entry) * T.tanh(new)
            return T.nnet.sigmoid(show) * T.tanh(cell), cell

        return step

    def _read(self, x, canvas, decoded):
        """Return what a glimpse sees: of the image, if that changes, and of what is missing."""
        error = x - T.nnet.sigmoid(canvas)
        if not self.patches:
            return [error]
        window = self._window("read_window", decoded, self.patches[0])
        return [window.read(x), window.read(error)]

    def _write(self, decoded):
        drawn = self._map("write", decoded)
        if self.patches:
            drawn = self._window("write_window", decoded, self.patches[1]).write(drawn)
        return drawn

    def _window(self, name, decoded, count):
        return Window(self._map(name, decoded), count, self.height, self.width)


def build(run, dataset):
    """Return the network of `run` over `dataset`, cooked but not trained.

    Its cost is the negative lower bound on the log likelihood in nats, mean over rows.

    Parameters
    ----------
    run : GenerativeRun
    dataset : Dataset
        Of bits, one channel.
    """
    net = network(rng=np.random.RandomState(run.seed), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True})
    net.add_layer(type="input", id="input", origin="data")
    net.add_layer(type=Draw, id="draw", hidden=run.hidden, latent=run.latent,
                  glimpses=run.glimpses, attention=run.attention,
                  weight_norm=arm_named(run.arm).weight_norm)
    net.add_layer(type="objective", id="cost", layer_type="value",
                  objective=net.layers["draw"].output.mean())
    steps = run.average * max(1, dataset.rows("train") // run.mini_batch_size)
    net.optimizer["adam"] = Averaging("adam", optimizer_type="adam", clip_norm=CLIP,
                                      steps=steps or None)
    net.last_optimizer_created = "adam"
    net.cook(resultor=None)
    return net


def begin(net, run):
    """Bring `net` where a network built with the run's seed would be."""
    net.restart(np.random.RandomState(run.seed))


def row_seconds(run):
    """Return about how long a row takes, trained once."""
    weights = 4 * run.hidden * (3 * run.hidden + run.latent + 1568) + 784 * run.hidden
    return 0.3e-3 + ROW_SECONDS * weights * run.glimpses
