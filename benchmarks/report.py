"""docs/benchmarks.md, written from the measurements."""

from benchmarks import tables
from benchmarks.machine import BUSY, ROOT, UNSET
from benchmarks.plots import draw_growth, draw_steps
from benchmarks.results import busy
from benchmarks.targets import verdicts
from yann_weightnorm.files import write_atomically
from yann_weightnorm.toolbox.figures import save_figure

__all__ = ["page", "write_page"]

# Why what falls short does so: written by hand, and put into the page.
NOTES = ROOT / "benchmarks" / "notes.md"

HEAD = """\
<!-- Written by `python -m benchmarks report`; change benchmarks/report.py instead. -->

# Benchmarks

How long a training step takes, beside PyTorch on the same processor. All of it is measured by

```sh
make bench               # installs PyTorch, too; may be interrupted, and goes on where it was
make bench BENCH=report  # this page
```

Both sides train the same networks (`benchmarks/networks.py`) on the same data with plain gradient
descent, by as many threads as they take by themselves. Each side runs in processes of its own,
which take turns; the arms of a network take turns step by step in one process. A figure is the
median of the rounds' medians, with the lowest and the highest round in brackets; a ratio is that of
a round, so it need not be that of the medians. A ratio below 1 says that ours is faster. PyTorch
comes twice: as it is, and with glibc told what this package tells it
(`yann_weightnorm.theano_setup.malloc`), from which it gains as well.
"""

NETWORKS_TEXT = """\
`mlp-500` is 784-800-800-10 with mini batches of 500; `lenet` has 20 and 50 filters of 5 x 5, each
with pooling, on images of 28 x 28, then 500 neurons, mini batches of 500; `cnn-quarter`, `-half`
and `-full` are the paper's network for CIFAR-10 at that part of its width, without its noise and
dropout, mini batches of 100; `lstm` reads 28 rows of 28 pixels with 100 cells, mini batches of 100.
Batch norm is in the hidden layers. PyTorch has no LSTM with batch norm: that arm is written there
in Python, step by step. Our step counts wrong predictions besides, as YANN's does. GFLOP/s are
ours, of the products alone, those of a convolution counted as the definition has them: Winograd's
tiles take fewer, so the figure may lie above what the processor reaches."""


def write_page(results, folder=None):
    """Write the page and its pictures into docs, or `folder`; return the page's path."""
    folder = folder or ROOT / "docs"
    save_figure(draw_steps(results), folder / "images" / "benchmarks-steps.png")
    save_figure(draw_growth(results), folder / "images" / "benchmarks-growth.png")
    path = folder / "benchmarks.md"
    write_atomically(path, page(results).encode("utf-8"))
    return path


def page(results):
    """Return the page's text."""
    parts = [HEAD, "## On what", setting(results), "## What is promised",
             tables.markdown(tables.target_table(verdicts(results)))]
    if NOTES.exists():
        parts += ["## What falls short, and why", NOTES.read_text("utf-8").strip()]
    parts += ["## A training step", NETWORKS_TEXT, tables.markdown(tables.step_table(results)),
              "![Our step's time in terms of PyTorch's](images/benchmarks-steps.png)",
              "## How it grows", "Perceptrons of equally wide hidden layers: mini batches of 100, "
              "width 800 and two hidden layers, where nothing else is said.",
              "![Time of a step by mini batch, width and depth](images/benchmarks-growth.png)"]
    for title, words, table in SECTIONS:
        rows = table(results)
        if len(rows) > 1:
            parts += [f"## {title}", words, tables.markdown(rows)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


SECTIONS = (
    ("Memory", "The most that a process held which trained one network.", tables.memory_table),
    ("Compiling", "From importing the package to the end of the first step, where nothing was ever "
     "compiled, and in the next process.", tables.compiling_table),
    ("Loading data", "An epoch of 100 mini batches from arrays in memory; PyTorch's through "
     "`DataLoader`.", tables.loading_table),
    ("Studies", "Runs of two small perceptrons; each worker computes by one thread. Starting the "
     "workers and compiling count.", tables.study_table),
)


def setting(results):
    """Return what the measurements were made on, and when."""
    dates = sorted({line["date"] for line in results.lines})
    loud = sum(map(busy, results.lines))
    lines = [f"- {'; '.join(results.machines())}",
             f"- measured {' to '.join(dict.fromkeys([dates[0], dates[-1]]))}",
             f"- unset for every program: {', '.join(UNSET)}"]
    lines += sorted({f"- {', '.join(f'{k} {v}' for k, v in line['versions'].items())}; kernels: "
                     f"{line['kernels']}" for line in results.lines if "versions" in line})
    lines.append(f"- {len(results.lines)} processes, {loud} of them while other programs took more "
                 f"than {BUSY:.0%} of the machine")
    return "\n".join(lines)
