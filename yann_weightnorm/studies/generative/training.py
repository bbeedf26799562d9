"""One run of a network with a bound: begun, trained, and told about in records."""

import math

import numpy as np

from yann_weightnorm.studies import clock
from yann_weightnorm.toolbox.datasets import SPLITS
from yann_weightnorm.toolbox.evaluation import split_error, training_epoch

__all__ = ["train_and_tell"]


def train_and_tell(net, run, emit):
    """Train `net`, which has begun, and hand each record to `emit`.

    Its cost is a negative bound. Bounds on validation and test data are those of the averaged
    parameters, where the optimizer averages; that on training data is the mean over the epoch.

    Parameters
    ----------
    net : network
    run : GenerativeRun
    emit : function (record)
    """
    net.train_step.compile()  # so that no epoch's seconds count it
    dataset, began = net.datastream["data"].dataset, clock.now()
    emit({"kind": "header", "rows": {split: dataset.rows(split) for split in SPLITS}})
    net.learning_rate.set_value(np.asarray(run.learning_rate, net.learning_rate.dtype))
    diverged_at, last = None, {}
    for epoch in range(1, run.epochs + 1):
        last = _epoch(net, epoch)
        if not all(map(math.isfinite, last.values())):
            diverged_at = epoch
            break
        emit(dict(last, kind="epoch", epoch=epoch, learning_rate=run.learning_rate))
    emit({"kind": "end", "status": "finished" if diverged_at is None else "diverged",
          "final_bound": None if diverged_at else last["test_bound"],
          "seconds": clock.now() - began, "diverged_at": diverged_at})


def _epoch(net, epoch):
    """Return what one epoch of training gives, a dict."""
    began = clock.now()
    cost, _ = training_epoch(net, epoch - 1)
    seconds = clock.now() - began
    if not math.isfinite(cost):
        return {"train_bound": -cost}
    with net.cooked_optimizer.averaged():
        bounds = {f"{split}_bound": -split_error(net, split) for split in ("test", "valid")}
    return dict(bounds, train_bound=-cost, seconds=seconds)
