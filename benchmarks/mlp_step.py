"""Time a training step: this package's set-up, Theano's defaults, PyTorch; weight norm, plain.

    python benchmarks/mlp_step.py --rounds 5 --torch-python /path/to/python

Four programs take turns, each in a process of its own:

1. the weight-normalised MLP 784-800-800-10, mini batches of 500, SGD, with this package's measures;
2. the same network with Theano's defaults: every measure off, float32, SciPy's own OpenBLAS
   linked by hand (what a careful user has who only made Theano import);
3. the same in PyTorch, as it comes;
4. weight norm and plain side by side, step by step: that MLP, and the paper's network for CIFAR-10
   at a quarter of its width, mini batches of 100.

OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for them: such variables, set on some machines for
the sake of old versions, choose the kernel that runs.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from idle import Others
from interleave import Rival, merge, ratio, rounds

HERE = Path(__file__).resolve().parent
UNSET = {"OPENBLAS_CORETYPE": None, "OPENBLAS_L2_SIZE": None, "THEANO_FLAGS": None}
BUSY = 0.1                              # the share of others above which figures don't count
# (what, limit): the ratios that the project promises.
LIMITS = {"ours / Theano's defaults": 0.5, "ours / PyTorch": 0.8,
          "weight norm / plain, MLP": 1.05, "weight norm / plain, CNN": 1.05}


def main(argv=None):
    """Run the benchmark; return 1 if a ratio is above its limit, else 0."""
    options = parse(argv)
    rivals = all_rivals(options)
    others = Others()
    rounds(list(rivals.values()), options.rounds)
    report = dict(summary(rivals), others=others.share())
    print(table(rivals, report))
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    return int(any(value > LIMITS[what] for what, value in report["ratios"].items()))


def parse(argv):
    """Return the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each program (default 3)")
    parser.add_argument("--steps", type=int, default=30, help="timed steps a turn (default 30)")
    parser.add_argument("--torch-python", default=sys.executable, metavar="PATH",
                        help="a Python that has PyTorch (default: this one)")
    parser.add_argument("--without-cnn", action="store_true", help="leave the CNN out")
    parser.add_argument("--json", metavar="FILE", help="write times and ratios there")
    return parser.parse_args(argv)


def all_rivals(options):
    """Return name -> Rival; without PyTorch, say so and go on."""
    steps, python = str(options.steps), sys.executable
    nets = str(HERE / "nets.py")
    paths = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    ours = dict(UNSET, PYTHONPATH=paths)
    rivals = {"ours": Rival("ours", [python, nets, "mlp", steps, "weightnorm"], ours),
              "defaults": Rival("Theano's defaults", [python, nets, "mlp", steps, "weightnorm"],
                                dict(ours, **theanos_defaults()))}
    if subprocess.run([options.torch_python, "-c", "import torch"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        rivals["torch"] = Rival("PyTorch", [options.torch_python, str(HERE / "torch_mlp.py"),
                                            steps], UNSET)
    else:
        print(f"PyTorch is missing in {options.torch_python}: pip install torch, or --torch-python",
              file=sys.stderr)
    names = {"mlp": "MLP"} if options.without_cnn else {"mlp": "MLP", "cnn": "CNN"}
    for name, label in names.items():
        rivals[label] = Rival(f"weight norm and plain, {label}",
                              [python, nets, name, steps, "weightnorm", "plain"], ours)
    return rivals


def theanos_defaults():
    """Return the environment of a careful user of plain Theano.

    The package isn't imported here: its settings would reach the programs that are to do without.
    """
    found = sorted(Path(find_spec("scipy").origin).parent.parent.glob("scipy.libs/libopenblasp*"))
    if not found or " " in str(found[0]):
        raise SystemExit("SciPy here brings no OpenBLAS with standard names that Theano can link: "
                         "pip install 'scipy<1.11', so that there is something to compare with.")
    folder, name = found[0].parent, found[0].stem[3:]
    # Without its mending scan wouldn't compile; the network has none, so that it may be off.
    return {"YANN_WEIGHTNORM_DISABLE": "floatx,blas,threads,malloc,vector,scan,cache",
            "THEANO_FLAGS": rf"floatX=float32,blas.ldflags=-L{folder} -l{name} "
                            rf"-Wl\,-rpath\,{folder}"}


def summary(rivals):
    """Return times, ratios and what they were measured on."""
    times = {name: rival.medians() for name, rival in rivals.items()}
    ratios = {"ours / Theano's defaults": ratio(times["ours"], times["defaults"])}
    if "torch" in rivals:
        ratios["ours / PyTorch"] = ratio(times["ours"], times["torch"])
    for label in ("MLP", "CNN"):
        if label in rivals:
            ratios[f"weight norm / plain, {label}"] = median(
                merge(result) for result in rivals[label].results)
    return {"ms": times, "plain ms": {label: rivals[label].medians("plain")
                                      for label in ("MLP", "CNN") if label in rivals},
            "ratios": ratios, "machine": machine(), "unset": sorted(UNSET),
            "programs": {name: {key: rival.results[-1][key] for key in ("blas", "versions")}
                         for name, rival in rivals.items()}}


def machine():
    """Return the class of this machine in a few words."""
    model = platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines
                      if line.startswith("model name")), model)
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}"


def table(rivals, report):
    """Return the report as text."""
    lines = [f"{report['machine']}; unset: {', '.join(report['unset'])}", "",
             f"{'':<28}{'median':>9}{'lowest':>9}{'highest':>9}   ms a step, medians of rounds"]
    for name, rival in rivals.items():
        lines.append(row(rival.name if name in ("ours", "defaults", "torch")
                         else f"weight norm, {name}", report["ms"][name], rival.results[-1]))
        if name in report["plain ms"]:
            lines.append(row(f"plain, {name}", report["plain ms"][name], rival.results[-1]))
    lines.append("")
    for what, value in report["ratios"].items():
        verdict = " EXCEEDED" if value > LIMITS[what] else ""
        lines.append(f"{what:<28}{value:>9.2f}   limit {LIMITS[what]}{verdict}")
    others = report["others"]
    if others is not None and others > BUSY:
        lines += ["", f"Other programs took {others:.0%} of the machine: repeat this when it is "
                      "idle."]
    return "\n".join(lines)


def row(name, times, result):
    """Return one line of the table."""
    versions = ", ".join(f"{key} {value}" for key, value in result["versions"].items())
    return (f"{name:<28}{median(times):>9.1f}{min(times):>9.1f}{max(times):>9.1f}   "
            f"{result['blas']}; {versions}")


if __name__ == "__main__":
    sys.exit(main())
