"""Measure this package beside PyTorch on this machine, and write docs/benchmarks.md.

    python -m benchmarks --torch-path FOLDER    # what is not measured yet
    python -m benchmarks --only lstm --quick    # a first look
    python -m benchmarks report                 # docs/benchmarks.md from the measurements

Each side of a comparison runs in a process of its own, and they take turns, round by round; the
arms of a network (plain, weight norm, ...) take turns step by step in one process. Measurements are
kept as they come: interrupt it at any moment and give the same command again. Those that were made
while other programs were busy are made anew.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from benchmarks.idle import Others
from benchmarks.interleave import Rival
from benchmarks.machine import BUSY, ROOT, UNSET, environ, machine, today
from benchmarks.plan import PEERS, plan, rivals
from benchmarks.results import Results, busy

__all__ = ["main"]

RESULTS = ROOT / "benchmarks" / "results.jsonl"
COMPILED = ("steps", "defaults", "memory", "loading")  # measures that compile before they measure


def main(argv=None):
    """Carry out the command line.

    Returns
    -------
    int
        0; 1 if a target was missed; 2 if the command is mistaken, or a program failed; 130 if it
        was interrupted.
    """
    options = parse(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        results = Results(options.results, options.fresh)
        return write(results) if options.command == "report" else measure(options, results)
    except (ValueError, RuntimeError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("benchmarks: interrupted; what is measured stays, and the same command goes on.",
              file=sys.stderr)
        return 130


def measure(options, results):
    """Measure what is missing, or only compile it; return the exit code."""
    todo = chosen(options, results)
    print(f"{machine()}; unset for every program: {', '.join(UNSET)}", flush=True)
    carry_out(todo, results, options)
    return tell(results) if options.command == "run" else 0


def parse(argv):
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=("run", "prepare", "report"), default="run",
                        help="measure (default); only compile what will be measured; or write the "
                             "page")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME",
                        help="networks (mlp-500), families of them (cnn), measures (memory, ...)")
    parser.add_argument("--sides", nargs="+", choices=("ours", *PEERS),
                        help="measure these alone where peers are compared")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each side (default 3)")
    parser.add_argument("--steps", type=int, default=20, help="timed steps of each (default 20)")
    parser.add_argument("--quick", action="store_true", help="one round of five steps")
    parser.add_argument("--torch-path", metavar="FOLDER",
                        help="where PyTorch was installed by pip --target (default: beside us)")
    parser.add_argument("--results", default=str(RESULTS), metavar="FILE",
                        help="where measurements are kept (default benchmarks/results.jsonl)")
    parser.add_argument("--fresh", action="store_true", help="drop the measurements that are kept")
    options = parser.parse_args(argv)
    if options.quick:
        options.rounds, options.steps = 1, 5
    return options


def chosen(options, results):
    """Return the (round, measurement) pairs that are to be made."""
    if results.machines() not in ([], [machine()]):
        raise ValueError(f"{results.path} was measured on {' and '.join(results.machines())}, this "
                         f"is {machine()}; name another file with --results, or drop that one with "
                         f"--fresh.")
    found = plan(options.only, sides(options))
    if options.command == "prepare":
        return [(0, each) for each in found if each.measure in COMPILED]
    return [(number, each) for number in range(options.rounds) for each in found
            if not results.has(each, number, options.steps)]


def sides(options):
    """Return the sides that are wanted and there."""
    wanted = options.sides or ("ours", *PEERS)
    if any(side in PEERS for side in wanted) and not has_torch(options.torch_path):
        print("PyTorch isn't here, so only this package is measured: pip install torch, or say "
              "where it is with --torch-path", file=sys.stderr)
        wanted = [side for side in wanted if side not in PEERS]
    return wanted


def has_torch(path):
    """Return whether PyTorch can be imported."""
    probe = Rival("PyTorch", [sys.executable, "-c", "import torch; print(1)"],
                  environ(path))
    try:
        return bool(probe.run())
    except RuntimeError:
        return False


def carry_out(todo, results, options):
    """Make the measurements `todo` one after the other."""
    steps = 0 if options.command == "prepare" else options.steps
    with tqdm(total=sum(len(each.sides) for _, each in todo), unit="process", disable=None) as bar:
        for number, measurement in todo:
            lines = in_turn(number, measurement, steps, options.torch_path, bar)
            if options.command == "run":
                results.add(lines)


def in_turn(number, measurement, steps, torch_path, bar):
    """Return the lines of one round; what took turns is kept together or not at all."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for rival in rivals(measurement, steps, folder, torch_path):
            bar.set_description(f"{measurement.measure} {measurement.subject} {rival.name}")
            lines.append(run(rival, measurement, number, steps))
            bar.update()
    return lines


def run(rival, measurement, number, steps):
    """Return the line of one process."""
    others = Others()
    found = rival.run()
    return dict({"measure": measurement.measure, "subject": measurement.subject,
                 "side": rival.name, "round": number, "steps": steps, "machine": machine(),
                 "date": today(), "others": others.share()}, **found)


def tell(results):
    """Print what came out; return 1 if a target was missed."""
    from benchmarks.targets import verdicts
    from benchmarks.tables import text
    found = verdicts(results)
    print(text(results, found))
    loud = [line for line in results.lines if busy(line)]
    if loud:
        print(f"{len(loud)} of {len(results.lines)} measurements were made while other programs "
              f"took more than {BUSY:.0%} of the machine; the same command makes them anew.")
    return int(any(verdict.met is False for verdict in found))


def write(results):
    """Write the page and its pictures; return 0."""
    from benchmarks.report import write_page
    if not results.lines:
        raise ValueError(f"{results.path} holds no measurements yet: python -m benchmarks")
    print(Path(write_page(results)).relative_to(ROOT))
    return 0
