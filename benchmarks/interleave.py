"""Run rival programs in turn, A B C, A B C, ..., and compare their medians.

A machine's speed drifts with its load and its clock. Rivals that take turns drift together, so
that their ratio is worth more than either time.
"""

import json
import os
import subprocess
import sys
from statistics import median

from benchmarks.machine import ROOT

__all__ = ["Rival", "ratio", "rounds"]


class Rival:
    """One program of a comparison.

    Parameters
    ----------
    name : str
    command : list of str
        Prints a JSON object as its last line.
    environ : dict
        Variables to set, or to unset where the value is None.

    Attributes
    ----------
    results : list of dict
        What each run has printed.
    """

    def __init__(self, name, command, environ=None):
        self.name, self.command, self.environ = name, command, environ or {}
        self.results = []

    def run(self):
        """Run once; keep the result and return it.

        Raises
        ------
        RuntimeError
            If the program fails, with its own words.
        """
        env = dict(os.environ)
        for name, value in self.environ.items():
            env.pop(name, None)
            if value is not None:
                env[name] = value
        done = subprocess.run(self.command, env=env, cwd=str(ROOT), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        if done.returncode:
            raise RuntimeError(f"{self.name} failed:\n{done.stderr}")
        self.results.append(json.loads(done.stdout.splitlines()[-1]))
        return self.results[-1]

    def medians(self, kind):
        """Return the median of ``result["ms"][kind]`` of each run."""
        return [median(result["ms"][kind]) for result in self.results]


def rounds(rivals, count):
    """Run every rival `count` times, in turn; say so on stderr."""
    for number in range(count):
        for rival in rivals:
            print(f"round {number + 1} of {count}: {rival.name}", file=sys.stderr)
            rival.run()


def ratio(above, below):
    """Return the median of the ratios of two lists, pair by pair."""
    return median(a / b for a, b in zip(above, below))
