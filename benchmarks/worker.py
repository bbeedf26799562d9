"""One measurement, in a process of its own; prints a JSON object as its last line.

    python -m benchmarks.worker steps ours mlp-100 --steps 20 --arms plain "weight norm"

The sides are ``ours``, ``torch``, and ``torch-malloc``: PyTorch after glibc was told what this
package tells it. What belongs to one side alone is imported for that side alone.
"""

import argparse
import importlib.util
import json
import time
from pathlib import Path

from benchmarks import networks, timing

__all__ = ["MEASURES", "main"]

MALLOC = Path(__file__).resolve().parent.parent / "yann_weightnorm/theano_setup/malloc.py"


def main(argv=None):
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measure", choices=list(MEASURES))
    parser.add_argument("side")
    parser.add_argument("subject", help="a network, or what the measure says")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--arms", nargs="+", default=["weight norm"])
    options = parser.parse_args(argv)
    print(json.dumps(MEASURES[options.measure](options)))


def side(name):
    """Return the module of a side."""
    if name == "torch-malloc":
        keep_memory()
    if name.startswith("torch"):
        from benchmarks import peer
        return peer
    from benchmarks import ours
    return ours


def keep_memory():
    """Tell glibc what our package tells it; only this file of it is loaded."""
    spec = importlib.util.spec_from_file_location("malloc", MALLOC)
    malloc = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(malloc)
    on, why = malloc.apply(None)
    if not on:
        raise SystemExit(f"torch-malloc: {why}; leave this side out with --sides ours torch")


# -- the measures ----------------------------------------------------------------------------------

def steps(options):
    """Return the milliseconds of each step of every arm, and the most memory that was held."""
    where = side(options.side)
    functions = where.steps(networks.named(options.subject), options.arms)
    times = timing.in_turn(functions, options.steps)
    return dict(where.program(), ms=times, megabytes=timing.peak_memory())


def compiling(options):
    """Return the seconds from importing the package to the end of the first step."""
    begin = time.perf_counter()
    where = side("ours")
    step, = where.steps(networks.named(options.subject), options.arms).values()
    built = time.perf_counter()
    step(0)
    end = time.perf_counter()
    return dict(where.program(), seconds=end - begin, build=built - begin)


def loading(options):
    """Return the milliseconds a step without loading and of a whole epoch with it."""
    where = side(options.side)
    net, arm = networks.named(options.subject), options.arms[0]
    bare = timing.in_turn(where.steps(net, [arm]), options.steps)[arm]
    return dict(where.program(), ms={"step": bare, "epoch": where.epochs(net, arm)})


def streaming(options):
    """Return the milliseconds a step of epochs over files, and over the same in memory."""
    from benchmarks import streaming as measured
    return measured.measure(measured.parse(["--rounds", "1"]))


def study(options):
    """Return the seconds that a small study takes with as many workers as the side says."""
    from benchmarks.studies import throughput
    return throughput(int(options.side.split()[0]), options.steps)


MEASURES = {"steps": steps, "defaults": steps, "memory": steps, "compiling": compiling,
            "loading": loading, "streaming": streaming, "study": study}


if __name__ == "__main__":
    main()
