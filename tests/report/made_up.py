"""TEST DATA: made-up records for the tests of the report. No network was trained for them."""

import math

from yann_weightnorm.records import RunWriter

ARMS = {"plain": 0.55, "weight norm": 0.8, "weight norm + init": 0.95, "batch norm": 0.9,
        "mean-only batch norm": 0.85}


def write_study(folder, *, networks=("mlp",), datasets=("mnist-5k",), arms=tuple(ARMS)[:2],
                rates=(0.01, 0.03, 0.1), seeds=(0, 1, 2), epochs=12, diverge_at=math.inf,
                cut=(), **header):
    """Write a grid of runs; those at a learning rate of `diverge_at` or more diverge.

    `cut` holds (arm, learning rate, seed) of runs to leave unfinished.
    """
    grid = [(network, dataset, arm, rate, seed) for dataset in datasets for network in networks
            for seed in seeds for rate in rates for arm in arms]
    for index, (network, dataset, arm, rate, seed) in enumerate(grid):
        run = {"network": network, "arm": arm, "dataset": dataset, "seed": seed,
               "learning_rate": rate, "epochs": epochs, "mini_batch_size": 100}
        name = f"run-{index:04d}"
        with RunWriter(folder, name, make_header(run, index, **header)) as record:
            diverges = rate >= diverge_at and (arm == "plain" or seed == seeds[0])
            _write_run(record, run, diverges, cut=(arm, rate, seed) in cut)
    return folder


def make_header(run, index=None, **more):
    """Return a full header."""
    return dict({
        "study": "supervised", "run": run, "index": index,
        "versions": {"yann_weightnorm": "0.1.0", "theano": "1.0.5", "numpy": "1.23.5",
                     "python": "3.11.7", "blas": "scipy-openblas32 0.3.34 SkylakeX"},
        "machine": "2 cores, AMD EPYC, AVX-512, 23 GiB, Linux", "clock": "of the processor",
        "command": "yann-weightnorm study run supervised --out study", "git": "abc1234",
        "rows": {"train": 4000, "valid": 500, "test": 500},
        "started": f"2024-05-06T07:{(index or 0) // 60 % 60:02d}:{(index or 0) % 60:02d}+00:00",
    }, **more)


def _write_run(record, run, diverges, cut):
    last = max(2, run["epochs"] // 3) if diverges or cut else run["epochs"]
    for epoch in range(1, last + 1):
        record.epoch(epoch, **_epoch(run, epoch, lost=diverges and epoch == last))
    if diverges:
        record.end("diverged", seconds=0.4 * last, diverged_at=last)
    elif not cut:
        record.end("finished", test_error=_error(run, last, floor=3.3), seconds=0.4 * last)


def _epoch(run, epoch, lost):
    if lost:
        return {"train_cost": math.nan, "train_error": 90.0, "valid_error": 90.0,
                "learning_rate": run["learning_rate"], "seconds": 0.4}
    return {"train_cost": 2.3 * _error(run, epoch, floor=0) / 90,
            "train_error": round(_error(run, epoch, floor=0) * 40) / 40,
            "valid_error": round(_error(run, epoch, floor=3) * 5) / 5,
            "learning_rate": run["learning_rate"],
            "seconds": 0.4 + 0.05 * list(ARMS).index(run["arm"]) if run["arm"] in ARMS else 0.4}


def _error(run, epoch, floor):
    """Return an error that falls with the epochs, sooner with some arms and rates."""
    speed = ARMS.get(run["arm"], 0.7) * math.exp(-abs(math.log10(run["learning_rate"] / 0.03)))
    speed *= 5 / len(run["dataset"]) ** 0.75
    wobble = math.sin(12.9898 * epoch + 78.233 * run["seed"] + len(run["arm"])
                      + len(run["network"] + run["dataset"]))
    return 90 * math.exp(-speed * epoch ** 0.8) * (1 + 0.25 * wobble) + floor * (1 + 0.1 * wobble)
