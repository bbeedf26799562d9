"""One run of a classifier: begun, trained, tested, and told about in records."""

import threading

from yann_weightnorm.studies import clock
from yann_weightnorm.toolbox.datasets import SPLITS

__all__ = ["Cache", "train_and_tell"]

_one_at_a_time = threading.Lock()  # a scheduler's worker may have several threads


class Cache:
    """Keeps the network of the last graph: each holds its data set.

    Parameters
    ----------
    make : function (run, data)
        Returns the network of the run's graph, cooked.
    """

    def __init__(self, make):
        self.make, self._made = make, {}

    def __call__(self, run, data):
        """Return the network of the run's graph, compiled once in a process."""
        key = run.graph + (data,)
        if key not in self._made:
            self._made.clear()
            self._made[key] = self.make(run, data)
        return self._made[key]


def train_and_tell(cooked, begin, rates, run, data, emit):
    """Train and test the network of `run`; hand each record to `emit`.

    Parameters
    ----------
    cooked : function (run, data)
        Returns its network.
    begin : function (net, run)
        Brings the network where one built with the run's seed would be.
    rates : tuple or function
        Learning rates, as ``net.train`` takes them.
    run : Run
    data : str or None
    emit : function (record)
    """
    with _one_at_a_time:
        net, began = cooked(run, data), clock.now()
        dataset = net.datastream["data"].dataset
        emit({"kind": "header", "rows": {split: dataset.rows(split) for split in SPLITS}})
        begin(net, run)
        net.clock = clock.now
        history = net.train(epochs=run.epochs, learning_rates=rates, nan_retreats=0,
                            early_terminate=False, show_progress=False,
                            on_epoch=lambda epoch: emit(_epoch(epoch)))
        at = history.diverged_at
        emit({"kind": "end", "status": "finished" if at is None else "diverged",
              "test_error": 100.0 - net.test(show_progress=False) if at is None else None,
              "seconds": clock.now() - began,
              "diverged_at": None if at is None else at + 1})


def _epoch(epoch):
    """Return the record of an :class:`~yann_weightnorm.toolbox.history.Epoch`."""
    return {"kind": "epoch", "epoch": epoch.epoch + 1, "train_cost": float(epoch.cost),
            "train_error": epoch.training_error, "valid_error": epoch.validation_error,
            "learning_rate": float(epoch.learning_rate), "seconds": epoch.seconds}
