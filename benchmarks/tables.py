"""The measurements as tables, for a terminal and for the page."""

from statistics import median

from benchmarks.networks import ARMS, flops, named
from benchmarks.plan import NETWORKS, PEERS
from benchmarks.targets import against, arm_ratio

__all__ = ["compiling_table", "loading_table", "markdown", "memory_table", "spread", "step_table",
           "study_table", "target_table", "text"]

SIDES = {"ours": "ours", "torch": "PyTorch", "torch-malloc": "PyTorch, same malloc"}


def spread(values, form="{:.1f}"):
    """Return the median of `values`, with the lowest and the highest if there are several."""
    if not values:
        return "-"
    middle, low, high = (form.format(value) for value in (median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} [{low}, {high}]"


def target_table(verdicts):
    """Return rows of subject, what, figure, limit, verdict."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    rows = [("", "", "measured", "limit", "")]
    for target in verdicts:
        sign = ">=" if target.at_least else "<="
        rows.append((target.subject, target.what, spread(target.values, "{:.2f}"),
                     f"{sign} {target.limit:.2f}", words[target.met]))
    return rows


def step_table(results):
    """Return rows of the milliseconds of a training step, each network and arm."""
    rows = [("network", "arm", *(f"{name}, ms" for name in SIDES.values()), "/ PyTorch",
             "/ same malloc", "/ plain", "GFLOP/s")]
    for name in NETWORKS:
        for arm in ARMS:
            times = [step_times(results, name, side, arm) for side in SIDES]
            if any(times):
                rows.append((name, arm, *map(spread, times),
                             *(spread(against(results, name, side, arm), "{:.2f}")
                               for side in PEERS),
                             spread(arm_ratio(results, name, arm), "{:.2f}"),
                             rate(name, times[0])))
    return rows


def step_times(results, name, side, arm):
    """Return the median milliseconds of a step, one a round."""
    return [median(line["ms"][arm]) for line in results.select("steps", name, side)
            if line["ms"].get(arm)]


def rate(name, times):
    """Return how many floating-point operations of the products we do in a second."""
    return f"{flops(named(name)) / median(times) / 1e6:.0f}" if times else "-"


def memory_table(results):
    """Return rows of the most memory that a process of one network has held."""
    rows = [("network, weight norm", *(f"{name}, MB" for name in SIDES.values()))]
    for name in NETWORKS:
        found = [[line["megabytes"] for line in results.select("memory", name, side)]
                 for side in SIDES]
        if any(found):
            rows.append((name, *(spread(values, "{:.0f}") for values in found)))
    return rows


def compiling_table(results):
    """Return rows of the seconds from the import to the end of the first step."""
    rows = [("LeNet", "seconds")]
    for side in ("cold", "warm"):
        found = [line["seconds"] for line in results.select("compiling", "lenet", side)]
        if found:
            rows.append((f"{side} compile directory", spread(found)))
    return rows


def loading_table(results):
    """Return rows of what a step takes alone, and in an epoch with its data loaded."""
    rows = [("mlp-100, weight norm", "step alone, ms", "in an epoch, ms")]
    for side, name in SIDES.items():
        lines = results.select("loading", "mlp-100", side)
        if lines:
            rows.append((name, *(spread([median(line["ms"][what]) for line in lines], "{:.2f}")
                                 for what in ("step", "epoch"))))
    return rows


def study_table(results):
    """Return rows of a study's runs in a minute."""
    rows = [("workers", "runs a minute")]
    for side in ("1 worker", "2 workers"):
        found = [60 * line["runs"] / line["seconds"] for line in results.select("study", "mlp",
                                                                                side)]
        if found:
            rows.append((side.split()[0], spread(found)))
    return rows


def text(results, verdicts):
    """Return what a terminal shows: times, then targets."""
    tables = [step_table(results), memory_table(results), compiling_table(results),
              loading_table(results), study_table(results), target_table(
                  [target for target in verdicts if target.values])]
    return "\n\n".join(aligned(rows) for rows in tables if len(rows) > 1)


def aligned(rows):
    """Return rows as columns."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows)


def markdown(rows):
    """Return rows as a table of Markdown; the first is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])
