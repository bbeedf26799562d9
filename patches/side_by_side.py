"""Train the same networks in upstream YANN and in the bundled toolbox, and compare their costs.

    python -m patches.side_by_side --yann CHECKOUT --python PYTHON2.7

prints the table of docs/upstream.md: how far the cost comes in upstream, the largest difference of
costs in float32 and in float64, and the milliseconds of an epoch there and here. It fails if costs
are further apart than they may be.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from patches import check, upstream

__all__ = ["RECIPES", "compare", "task"]

STEPS, EPOCHS, SEED, SCALE = 20, 9, 0, 10
LIMIT = 1e-4  # of the difference between two costs
GENTLE, BRISK = 0.005, 0.1  # learning rates; the second is for plain weights and plain steps
STEP_SCRIPT = Path(__file__).resolve().parent / "steps.py"

SGD = {"optimizer_type": "sgd", "momentum_type": "false"}
ADAM = {"optimizer_type": "adam", "momentum_type": "false"}


def _momentum(momentum, kind="sgd"):
    return {"optimizer_type": kind, "momentum_type": momentum, "momentum_params": [0.5, 0.9, 10]}


def _dense(prefix="", classes="classifier", **options):
    hidden = prefix + "dot" if prefix else "dot_product"
    return [[hidden, dict(num_neurons=40, **options)] for _ in range(2)] + [
        [prefix + classes, {"num_classes": 10}], ["objective", {}]]


def _maps(prefix=""):
    hidden = prefix + "dot" if prefix else "dot_product"
    return [[prefix + "conv_pool", {"num_neurons": 8, "filter_size": [3, 3], "pool_size": [2, 2]}],
            [hidden, {"num_neurons": 40}],
            [prefix + "classifier", {"num_classes": 10}], ["objective", {}]]


def _and_back(prefix=""):
    return [[prefix + "conv_pool", {"num_neurons": 4, "filter_size": [3, 3]}],
            [prefix + "deconv", {"num_neurons": 4, "filter_size": [3, 3],
                                 "output_shape": [8, 8, 2]}],
            [prefix + "classifier", {"num_classes": 10}], ["objective", {}]]


NORMALISED = "weightnorm_"
PENALISED = [["dot_product", {"num_neurons": 40, "regularize": True}],
             ["classifier", {"num_classes": 10, "regularize": True}],
             ["objective", {"regularizer": [0.001, 0.001]}]]

# What is trained -> layers, optimizer, rate, options of cook
RECIPES = {
    "softmax regression, SGD": ([["classifier", {"num_classes": 10}], ["objective", {}]],
                                SGD, BRISK, {}),
    "dense, SGD": (_dense(), SGD, BRISK, {}),
    "dense, Polyak's momentum": (_dense(), _momentum("polyak"), BRISK, {}),
    "dense, RMSProp, Nesterov's momentum": (
        _dense(), _momentum("nesterov", "rmsprop"), GENTLE, {}),
    "dense, AdaGrad, Polyak's momentum": (_dense(), _momentum("polyak", "adagrad"), GENTLE, {}),
    "dense, Adam": (_dense(), ADAM, GENTLE, {}),
    "dense, L1 and L2, SGD": (PENALISED, SGD, BRISK, {}),
    "dense, batch norm, SGD": (_dense(batch_norm=True), SGD, BRISK, {}),
    "convolution, AdaGrad, Polyak's momentum": (
        _maps(), _momentum("polyak", "adagrad"), GENTLE, {}),
    "convolution and back, Adam": (_and_back(), ADAM, GENTLE, {}),
    "weight-normalised dense, SGD": (_dense(NORMALISED), SGD, GENTLE, {}),
    "weight-normalised dense, Polyak's momentum": (
        _dense(NORMALISED), _momentum("polyak"), GENTLE, {}),
    "weight-normalised dense, mean-only batch norm, Adam": (
        _dense(NORMALISED, mean_only_batch_norm=True), ADAM, GENTLE, {}),
    "weight-normalised dense, started from data, Adam": (
        _dense(NORMALISED), ADAM, GENTLE, {"data_dependent_start": True}),
    "weight-normalised convolution, AdaGrad, Polyak's momentum": (
        _maps(NORMALISED), _momentum("polyak", "adagrad"), GENTLE, {}),
    "weight-normalised convolution and back, Adam": (_and_back(NORMALISED), ADAM, GENTLE, {}),
}


def task(name, data, folder, toolbox):
    """Return what ``steps.py`` is told for the recipe `name`."""
    layers, optimizer, rate, cook = RECIPES[name]
    return {"layers": layers, "optimizer": optimizer, "cook": cook, "toolbox": toolbox,
            "data": str(data), "folder": str(folder), "seed": SEED, "rate": rate, "steps": STEPS,
            "epochs": EPOCHS, "scale": 1 if cook else SCALE}


def compare(name, copy, python, data, folder, precision):
    """Train recipe `name` in both; return the largest difference of costs, and both times.

    Parameters
    ----------
    copy : Path
        Of upstream, with the series on it.
    python : path-like
        The Python 2.7.
    data, folder : Path
        A data set in YANN's format; where networks write.
    precision : {'float32', 'float64'}

    Returns
    -------
    dict
        `difference`; `upstream` and `here`, the seconds of the fastest epoch; `costs`, of both.
    """
    theirs = _result(check.run_python(
        copy, python, str(STEP_SCRIPT), said=json.dumps(task(name, data, folder, "upstream")),
        floatX=precision))
    here = dict(os.environ, THEANO_FLAGS=",".join(filter(None, [
        os.environ.get("THEANO_FLAGS"), f"floatX={precision}"])))
    ours = _result(subprocess.run(
        [sys.executable, "-m", "patches.steps"], cwd=STEP_SCRIPT.parents[1], env=here,
        input=json.dumps(task(name, data, folder, "here")), capture_output=True, text=True))
    costs = np.array([theirs["costs"], ours["costs"]])
    return {"difference": float(np.max(np.abs(costs[0] - costs[1]))), "costs": costs,
            "upstream": theirs["seconds"], "here": ours["seconds"]}


def _result(done):
    if done.returncode:
        raise ValueError(f"{' '.join(map(str, done.args))} stopped: {done.stderr.strip()[-800:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _rows(copy, python, folder, precisions):
    """Yield the largest difference and the cells of each recipe."""
    data = check.small_data(folder / "digits")
    for name in RECIPES:
        found = [compare(name, copy, python, data, folder, precision) for precision in precisions]
        first, last = found[0]["costs"][0, [0, -1]]
        differences = [one["difference"] for one in found]
        yield max(differences), [
            name, f"{first:.3f} to {last:.3f}", *[f"{one:.0g}" for one in differences],
            f"{1000 * found[0]['upstream']:.1f}", f"{1000 * found[0]['here']:.1f}"]


def main(arguments=None):
    """Print the table, a row at a time; return the exit status."""
    asked = check.parser("side_by_side", __doc__).parse_args(arguments)
    try:
        worst = _print_table(asked.yann, asked.python)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if worst > LIMIT:
        sys.stderr.write(f"costs are {worst:.0e} apart, wanted {LIMIT:g} at most\n")
    return int(worst > LIMIT)


def _print_table(checkout, python):
    """Print the rows; return the largest difference of all."""
    upstream.examine(checkout)
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = upstream.copy(checkout, Path(folder) / "yann")
        upstream.apply(copy)
        for difference, cells in _rows(copy, python, Path(folder), ("float32", "float64")):
            sys.stdout.write(f"| {' | '.join(cells)} |\n")
            sys.stdout.flush()
            worst = max(worst, difference)
    return worst


if __name__ == "__main__":
    sys.exit(main())
