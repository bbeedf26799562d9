"""What is measured: each measurement, and the programs that take turns in it."""

import sys
from typing import NamedTuple

from benchmarks.interleave import Rival
from benchmarks.machine import environ
from benchmarks.networks import arms_of, named

__all__ = ["GROWTH", "NETWORKS", "PEERS", "Measurement", "plan", "rivals"]

NETWORKS = ("mlp-500", "mlp-100", "lenet", "cnn-quarter", "cnn-half", "cnn-full", "lstm")
# What is varied, and the networks that differ in it alone.
GROWTH = {
    "rows of a mini batch": {rows: f"mlp-{rows}" for rows in (50, 100, 200, 500, 1000)},
    "width": {200: "mlp-100-w200", 400: "mlp-100-w400", 800: "mlp-100", 1600: "mlp-100-w1600"},
    "hidden layers": {1: "mlp-100-d1", 2: "mlp-100", 4: "mlp-100-d4", 8: "mlp-100-d8"},
}
PEERS = ("torch", "torch-malloc")
DEFAULTS = "theano-defaults"
ARM = "weight norm"  # of measurements of one arm


class Measurement(NamedTuple):
    """One comparison.

    Attributes
    ----------
    measure : str
        One of :data:`benchmarks.worker.MEASURES`.
    subject : str
        A network, or another thing that the measure knows.
    sides : tuple of str
        Those that take turns.
    arms : tuple of str
        How the network is parametrised, each step by step in turn in one process.
    """

    measure: str
    subject: str
    sides: tuple
    arms: tuple = (ARM,)


def plan(only=(), sides=None):
    """Return the measurements, most important first.

    Parameters
    ----------
    only : sequence of str
        Networks (``mlp-500``) or families of them (``cnn``) whose steps to time, or measures, to
        leave the rest out. ``growth`` is all that shows how a step grows.
    sides : sequence of str, optional
        The only sides to measure, of those that are compared with peers.

    Raises
    ------
    ValueError
        If one of `only` is none of these.
    """
    found = everything()
    for word in only:
        if not any(matches(each, word) for each in found):
            raise ValueError(f"--only {word}: nothing is called so; there are "
                             f"{', '.join(dict.fromkeys(each.measure for each in found))}; "
                             f"{', '.join(dict.fromkeys(each.subject for each in found))}.")
    found = [each for each in found if not only or any(matches(each, word) for word in only)]
    return [part for part in (narrowed(each, sides) for each in found) if part.sides]


def everything():
    """Return all measurements."""
    compared = ("ours",) + PEERS
    main = [Measurement("steps", name, compared, arms_of(named(name))) for name in NETWORKS]
    main.append(Measurement("defaults", NETWORKS[0], ("ours", DEFAULTS)))
    memory = [Measurement("memory", name, compared) for name in NETWORKS]
    more = dict.fromkeys(name for names in GROWTH.values() for name in names.values()
                         if name not in NETWORKS)
    growth = [Measurement("steps", name, compared, ("plain", ARM)) for name in more]
    return main + memory + growth + [
        Measurement("compiling", "lenet", ("cold", "warm")),
        Measurement("loading", "mlp-100", compared),
        Measurement("streaming", "mlp-500", ("ours",)),
        Measurement("study", "mlp", ("1 worker", "2 workers"))]


def matches(measurement, word):
    """Return whether `word` is the measure, or the network whose steps are timed, or its family."""
    if measurement.measure != "steps":
        return word == measurement.measure
    grown = any(measurement.subject in names.values() for names in GROWTH.values())
    main = measurement.subject in NETWORKS
    return word in (measurement.measure, measurement.subject) or grown and word == "growth" or \
        main and word == measurement.subject.split("-")[0]


def narrowed(measurement, sides):
    """Return `measurement` with those of `sides` alone, if it is one that has peers."""
    if sides is None or "torch" not in measurement.sides:
        return measurement
    return measurement._replace(sides=tuple(s for s in measurement.sides if s in sides))


def rivals(measurement, steps, folder, torch_path=None):
    """Return the programs of a measurement.

    Parameters
    ----------
    measurement : Measurement
    steps : int
        Timed steps of each arm.
    folder : str
        An empty folder that is there for the measurement's time.
    torch_path : str, optional
        Folder to import PyTorch from.
    """
    return [Rival(side, [sys.executable, "-m", "benchmarks.worker", measurement.measure, side,
                         measurement.subject, "--steps", str(steps), "--arms", *measurement.arms],
                  settings(measurement, side, folder, torch_path))
            for side in measurement.sides]


def settings(measurement, side, folder, torch_path):
    """Return the environment of one side."""
    if side in PEERS:
        return environ(torch_path)
    if side == DEFAULTS:
        from benchmarks.defaults import theanos_defaults
        return environ(**theanos_defaults())
    if measurement.measure == "compiling":
        return dict(environ(), THEANO_FLAGS=f"base_compiledir={folder}")
    return environ()
