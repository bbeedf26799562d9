"""A study without networks: arithmetic in place of training, for what isn't about training."""

import dataclasses
import os
import resource
import time

import numpy as np
import psutil

from yann_weightnorm.studies.kinds import COUNT, NAME, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study

__all__ = ["SETTINGS", "ToyRun", "comparable", "seconds", "toy"]

SETTINGS = {"networks": ("even", "odd"), "arms": ("fast", "slow"), "datasets": ("none",),
            "learning_rates": (0.1, 0.2), "seeds": (0, 1, 2), "epochs": 3, "mini_batch_size": 1,
            "train_rows": None}


@dataclasses.dataclass(frozen=True)
class ToyRun(Run):
    """Networks 'even' and 'odd', which are none."""

    network: str = setting(NAME, "networks")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets", told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)


def perform(run, data, emit):
    """Emit numbers that depend on the run alone.

    The arm 'fails' fails, 'dies' ends the worker, 'starves' asks for more memory than there is,
    'eats' takes more and more of it.
    """
    emit({"kind": "header", "rows": {"train": 1}})
    for epoch in range(1, run.epochs + 1):
        time.sleep(0.2 if run.arm == "slow" else 0.01)
        if run.arm == "fails":
            raise ValueError("it was asked to")
        if run.arm == "dies":
            os._exit(1)
        if run.arm == "starves":
            starve()
        if run.arm == "eats":
            eat()
        emit({"kind": "epoch", "epoch": epoch, "train_cost": run.learning_rate / epoch,
              "train_error": 90.0 / epoch, "valid_error": 80.0 / epoch + run.seed,
              "learning_rate": run.learning_rate, "seconds": time.perf_counter()})
    emit({"kind": "end", "status": "finished", "test_error": 70.0 + run.seed, "seconds": 1.0,
          "diverged_at": None})


def starve():
    """Ask for a gigabyte where the system gives a quarter of one."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = psutil.Process().memory_info().vms + 2 ** 28
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        np.ones(2 ** 27)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def eat(most=2 ** 31):
    """Take memory, until somebody ends it, or there are two gigabytes."""
    eaten = []
    while sum(map(len, eaten)) < most:
        eaten.append(np.ones(2 ** 26, dtype="uint8"))
        time.sleep(0.05)


def check(run, data):
    """Refuse nothing."""


def seconds(run):
    """Return the same for every run."""
    return 1.0


def toy(**settings):
    """Return the toy study with other settings."""
    return Study(name="toy", question="Does it run?", run=ToyRun, parts=("even", "odd"),
                 settings=dict(SETTINGS, **settings), perform=perform, check=check,
                 epoch_seconds=seconds, start_seconds=seconds)


def comparable(folder):
    """Return the records in a folder by file name, as lists of dicts without the timings.

    Without the git revision too: somebody may commit while the tests run.
    """
    import json
    found = {}
    for path in sorted((folder / "records").glob("*.jsonl")):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        for record in records:
            for name in ("seconds", "started", "command", "git"):
                record.pop(name, None)
        found[path.name] = records
    return found
