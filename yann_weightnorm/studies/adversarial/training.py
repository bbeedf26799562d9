"""One run of an adversarial network: begun, played, and told about in records."""

import math
from typing import NamedTuple

import numpy as np
import theano

from yann_weightnorm.studies import clock
from yann_weightnorm.studies.adversarial.judging import Judge
from yann_weightnorm.studies.adversarial.networks import begin
from yann_weightnorm.studies.adversarial.reconstruction import Search, as_maps, constant_error
from yann_weightnorm.toolbox.datasets import SPLITS
from yann_weightnorm.toolbox.network import network

__all__ = ["COLLAPSED", "Game", "collapsed_since", "play_and_tell"]

COLLAPSED = 5.0  # percent of the variance of the data that what is made has at most
SEED = 42        # of the latent vectors that all runs are judged on


class Game(NamedTuple):
    """An adversarial network, and what measures it.

    Attributes
    ----------
    net : gan
    search : Search
    judge : Judge
    """

    net: network
    search: Search
    judge: Judge


def play_and_tell(game, run, emit):
    """Train the network of `game` from its beginning, and hand each record to `emit`.

    Parameters
    ----------
    game : Game
    run : AdversarialRun
    emit : function (record)
    """
    net, began = game.net, clock.now()
    net.train_step.compile()  # so that no epoch's seconds count it
    dataset = net.cooked_datastream.dataset
    emit({"kind": "header", "rows": {split: dataset.rows(split) for split in SPLITS}})
    begin(net, run)
    net.set_learning_rate(run.learning_rate)
    told, fine = [], True
    while fine and len(told) < run.epochs:
        told.append(_epoch(game, run, len(told) + 1))
        fine = all(map(math.isfinite, told[-1].values()))
        if fine:
            emit(dict(told[-1], kind="epoch"))
    at = collapsed_since([each["spread"] for each in told]) if fine else len(told)
    emit({"kind": "end", "status": "finished" if at is None else "diverged",
          "test_reconstruction": None if at else _error(game, run, "test", run.final_steps),
          "seconds": clock.now() - began, "diverged_at": at})


def collapsed_since(spreads):
    """Return the epoch, counted from 1, since which the generator has been collapsed; else None.

    It is where what it makes hardly varies: `spreads`, one an epoch, are `COLLAPSED` or less.

    >>> collapsed_since([2.0, 80.0, 60.0]) is None
    True
    >>> collapsed_since([2.0, 80.0, 1.0, 0.5])
    3
    """
    since = None
    for epoch, spread in enumerate(spreads, start=1):
        since = (since or epoch) if spread <= COLLAPSED else None
    return since


def _epoch(game, run, epoch):
    """Return what one epoch of the game gives, a dict; a cost alone if that is not finite."""
    began = clock.now()
    cost, _ = game.net.run_epoch(epoch - 1)
    seconds = clock.now() - began
    if not math.isfinite(cost):
        return {"cost": cost}
    rows = _images(game, "valid", run.search_rows)
    z = np.random.RandomState(SEED).standard_normal((len(rows), run.latent))
    return dict(game.net.epoch_costs, **game.judge(rows, z.astype(theano.config.floatX)),
                epoch=epoch, learning_rate=run.learning_rate, seconds=seconds,
                valid_reconstruction=_error(game, run, "valid", run.search_steps))


def _error(game, run, split, steps):
    """Return the mean error of reconstructions, in percent of that of the mean training image."""
    rows = _images(game, split, run.search_rows)
    dataset = game.net.cooked_datastream.dataset
    found = game.search(as_maps(rows, dataset), steps, run.search_rate)
    return 100.0 * float(found.mean()) / constant_error(rows, dataset.load("train")[0])


def _images(game, split, count):
    """Return the first `count` images of a split as rows, floatX."""
    return game.net.cooked_datastream.load_data(split)[0][:count]
