"""Generative networks so small that they are compiled at once, over images of a few bits."""

import numpy as np

from tests.small import floatx, without_c_code
from yann_weightnorm import dataset_from_arrays
from yann_weightnorm.studies.generative.study import MODELS, GenerativeRun

__all__ = ["ROWS", "built", "images", "tiny"]

ROWS, BATCH = 12, 6


def tiny(model, **values):
    """Return the run of a tiny network of `model`, with other `values`."""
    return GenerativeRun(**dict(dict(
        study="generative", model=model, arm="weight norm", dataset="bits", attention="none",
        maps=2, blocks=1, hidden=3, latent=2, glimpses=2, average=0, mini_batch_size=BATCH,
        train_rows=None, other_rows=None, learning_rate=0.05, seed=0, epochs=2), **values))


def images(height, width, rows=ROWS, seed=0):
    """Return images of bits whose left half is mostly dark: something that can be learnt."""
    rng, light = np.random.RandomState(seed), np.full((height, width, 1), 0.8)
    light[:, :width // 2] = 0.2
    return (rng.uniform(size=(rows, height, width, 1)) < light).astype("float32")


def built(run, height, width):
    """Return the network of `run` over images of that size, in float64, compiled without C."""
    splits = [(images(height, width, rows, seed), np.zeros(rows, "int64"))
              for rows, seed in ((ROWS, 0), (4, 1), (5, 2))]
    dataset = dataset_from_arrays(*splits, mini_batch_size=run.mini_batch_size)
    with floatx("float64"), without_c_code():
        net = MODELS[run.model].build(run, dataset)
        for function in (net.train_step, net.mini_batch_test):
            function.compile()
        return net
