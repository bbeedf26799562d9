"""Time training on data that are streamed from the disk against the same data held in memory.

    python -m benchmarks.streaming --rounds 5

Two programs take turns, each in a process of its own, over the same files: one opens them as they
were saved, in many blocks, the other loads all rows into one block first. Both take every step of
some epochs of the weight-normalised MLP 784-800-800-10, mini batches of 500; what counts is an
epoch's time, waits between blocks included. Before each epoch the files are dropped from the
system's cache of the disk, as they would be if they were larger than memory.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.idle import Others
from benchmarks.interleave import Rival, ratio, rounds
from benchmarks.machine import BUSY, environ, machine

ROWS = 500                              # of a mini batch
LIMIT = 1 / 0.95                        # a throughput lower by 5 %
KIND = "weightnorm"


def main(argv=None):
    """Run the benchmark; return 1 if streaming costs more than the limit, else 0."""
    options = parse(argv)
    report = measure(options)
    print(table(report))
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    return int(report["ratio"] > LIMIT or not report["same numbers"])


def measure(options):
    """Return what the programs measured, a dict."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        place = str(Path(folder).resolve() / "data")
        run("make", place, str(options.mini_batches), str(options.block), options.type)
        rivals = {where: Rival(where, command(where, place, str(options.epochs)), environ())
                  for where in ("memory", "disk")}
        others = Others()
        rounds(list(rivals.values()), options.rounds)
    return dict(summary(rivals), others=others.share(), machine=machine(),
                data=f"{options.mini_batches} mini batches of {ROWS} rows, {options.type}, "
                     f"in blocks of {options.block}")


def parse(argv):
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default 5)")
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs a turn (default 3)")
    parser.add_argument("--mini-batches", type=int, default=200,
                        help="size of the data set (default 200: 100,000 rows)")
    parser.add_argument("--block", type=int, default=10,
                        help="mini batches in a block (default 10)")
    parser.add_argument("--type", choices=("float32", "uint8"), default="float32",
                        help="what the images are stored as (default float32)")
    parser.add_argument("--folder", help="where to write the data (default: the system's choice)")
    parser.add_argument("--json", metavar="FILE", help="write times and the ratio there")
    return parser.parse_args(argv)


def command(*words):
    return [sys.executable, "-m", "benchmarks.streaming", "--as", *words]


def run(*words):
    """Run this file in another part, once."""
    Rival(words[0], command(*words), environ()).run()


# -- the parts, each in a process of its own ------------------------------------------------------

def make(place, mini_batches, block, kind):
    """Write the data set: `mini_batches` of random rows, in blocks of `block`."""
    from yann_weightnorm import save_dataset
    from yann_weightnorm.toolbox.datasets import Dataset

    class Noise(Dataset):
        """Images of noise, as bright as their class is high, made when they are asked for."""

        def load(self, split, block=0):
            rng, rows = np.random.RandomState(block), self.block_rows(split, block)
            y = rng.randint(10, size=rows).astype("int32")
            x = rng.randint(0, 128, (rows, self.columns)) + 12 * y[:, None]
            return x.astype("uint8") if kind == "uint8" else x.astype("float32") / 255, y

        def stored(self, split, block=0):
            return (*self.load(split, block), 255 if kind == "uint8" else None)

    total, length = int(mini_batches) * ROWS, int(block) * ROWS
    noise = Noise(name="noise", mini_batch_size=ROWS, shape=(28, 28, 1), rows=(total, 0, 0),
                  rows_per_block=(length, 0, 0), blocks=(-(-total // length), 0, 0))
    save_dataset(noise, place)
    return {}


def epochs(where, place, count):
    """Train, and return the milliseconds a step of each epoch but the first, and the last cost."""
    from yann_weightnorm import dataset_from_arrays, open_dataset
    data = open_dataset(place)
    if where == "memory":
        blocks = [data.load("train", block) for block in range(data.blocks("train"))]
        data = dataset_from_arrays([np.concatenate(part) for part in zip(*blocks)],
                                   mini_batch_size=ROWS)
        del blocks
    net = network_over(data)
    times, steps = [], data.rows("train") // ROWS
    for epoch in range(1 + int(count)):
        forget(place)
        begin = time.perf_counter()
        cost, _ = net.run_epoch(epoch)
        times.append(1e3 * (time.perf_counter() - begin) / steps)
    return {"ms": {KIND: times[1:]}, "cost": cost}


def network_over(data):
    """Return the network of the reference figures over the data set `data`."""
    from benchmarks import ours
    from benchmarks.networks import named
    return ours.build(named(f"mlp-{ROWS}"), "weight norm", data)


def forget(place):
    """Drop the files below `place` from the system's cache, where it can be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in Path(place).rglob("*.npy"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


# -- what came out ---------------------------------------------------------------------------------

def summary(rivals):
    """Return the milliseconds a step of each round, their ratio, and whether the costs agree."""
    times = {where: rival.medians(KIND) for where, rival in rivals.items()}
    costs = {result["cost"] for rival in rivals.values() for result in rival.results}
    return {"ms": times, "ratio": ratio(times["disk"], times["memory"]),
            "same numbers": len(costs) == 1}


def table(report):
    """Return the report as text."""
    lines = [f"{report['machine']}; {report['data']}", "",
             f"{'':<10}{'median':>9}{'lowest':>9}{'highest':>9}   ms a step, medians of rounds"]
    lines += [f"{where:<10}{median(ms):>9.1f}{min(ms):>9.1f}{max(ms):>9.1f}"
              for where, ms in report["ms"].items()]
    exceeded = " EXCEEDED" if report["ratio"] > LIMIT else ""
    lines += ["", f"disk / memory {report['ratio']:.3f}, limit {LIMIT:.3f}{exceeded}: a throughput "
                  f"of {1 / report['ratio']:.1%}"]
    lines.append("the last costs are the same, bit for bit" if report["same numbers"] else
                 "THE COSTS DIFFER: the data were not read as they lie in memory")
    if report["others"] is not None and report["others"] > BUSY:
        lines.append(f"Other programs took {report['others']:.0%} of the machine: repeat this when "
                     f"it is idle.")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        part, *words = sys.argv[2:]
        print(json.dumps(make(*words) if part == "make" else epochs(part, *words)))
    else:
        sys.exit(main())
