"""Learning curves and sweeps as pictures, for papers and slides."""

import io
import textwrap
import warnings

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from PIL import Image

from yann_weightnorm.report.curves import arm_band, recorded_metrics
from yann_weightnorm.report.numbers import rate
from yann_weightnorm.report.sweeps import is_steep, pictured, sweep_metrics, sweep_points

__all__ = ["graph_lines", "picture", "small", "sweep_picture"]

DOTS_PER_INCH = 160
COLOURS = 64
WIDEST = 30  # letters along a vertical axis
ABREAST = 5  # graphs in a line at most
LEGEND = "Median and 95 % interval over seeds, each arm at its own best {}"


def picture(comparisons, looks):
    """Return a PNG's bytes: lines of graphs, one per metric, for each comparison; one legend.

    Parameters
    ----------
    comparisons : list of Comparison
    looks : dict of str to Look
    """
    names = list(dict.fromkeys(arm.name for each in comparisons for arm in each.arms))
    lines, columns = _legend_shape(names)
    metrics = recorded_metrics(comparisons)
    rows, abreast = graph_lines(len(metrics))
    figure = _figure(2.9 * rows * len(comparisons) + 0.25 * lines + 0.4)
    axes = figure.subplots(rows * len(comparisons), abreast, squeeze=False)
    for comparison, those in zip(comparisons, np.split(axes, len(comparisons))):
        _graphs(comparison, those.ravel(), looks, metrics)
    _legend(figure, names, looks, columns, comparisons[0].plan)
    return _bytes(figure)


def graph_lines(count):
    """Return in how many lines so many graphs stand, and how many abreast.

    >>> graph_lines(5), graph_lines(8), graph_lines(11)
    ((1, 5), (2, 4), (3, 4))
    """
    rows = -(-count // ABREAST)
    return rows, -(-count // rows)


def small(png):
    """Return the picture with 64 colours, which is what graphs need, in a third of the bytes."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.NONE).save(file, "png", optimize=True)
    return file.getvalue()


def sweep_picture(sweep, looks):
    """Return a PNG's bytes: what tables show last and, if any, the diverged runs, by the axis."""
    lines, columns = _legend_shape(list(sweep.arms))
    figure = _figure(3.4 + 0.25 * lines)
    metrics, names = sweep_metrics(sweep), pictured(sweep)
    axes = figure.subplots(1, len(names), squeeze=False)[0]
    for axis, name in zip(axes, names):
        for arm, points in sweep.arms.items():
            _draw_points(axis, sweep_points(points, name), looks[arm])
        axis.set_xlabel(sweep.words)
        axis.set_ylabel(_wrapped(metrics[name].title))
        axis.set_xscale("log" if sweep.log else "linear")
        axis.set_yscale("log" if is_steep(sweep, name) else "linear")
        axis.set_xticks(sweep.places, labels=[rate(x) for x in sweep.places])
        axis.minorticks_off()
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_title(_plain(sweep.title), loc="left", fontsize=11, fontweight="bold")
    _legend(figure, list(sweep.arms), looks, columns, sweep.plan)
    return _bytes(figure)


def _figure(height):
    figure = Figure(figsize=(11, height), layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
    return figure


def _legend(figure, names, looks, columns, plan):
    figure.legend(handles=[_handle(name, looks[name]) for name in names], ncol=columns,
                  loc="outside lower center", frameon=False, handlelength=3,
                  title=LEGEND.format(plan.tuned.replace("_", " ")), title_fontsize="small")


def _draw_points(axis, points, look):
    """Draw the finite medians of an arm with their intervals."""
    points = [(x, found) for x, found, _ in points if np.isfinite(found.median)]
    if not points:
        return
    x, medians = [each[0] for each in points], np.array([each[1].median for each in points])
    ends = np.array([(each[1].low, each[1].high) for each in points]).T
    ends = np.where(np.isfinite(ends), ends, medians)
    axis.errorbar(x, medians, yerr=[medians - ends[0], ends[1] - medians], color=look.colour,
                  linestyle=look.linestyle, marker=look.marker, capsize=3, linewidth=1.6)


def _legend_shape(names):
    """Return (lines, columns) of a legend that is as wide as the picture at most."""
    fitting = max(1, min(len(names), 130 // (max(map(len, names)) + 9)))
    lines = -(-len(names) // fitting)
    return lines, -(-len(names) // lines)


def _bytes(figure):
    file = io.BytesIO()
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # huge numbers may overflow
        # A name in a script that the font lacks becomes boxes; the page and the CSV have it whole.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()


def _graphs(comparison, axes, looks, metrics):
    """Draw a graph per metric into the first of `axes`, and empty the others."""
    for axis in axes[len(metrics):]:
        axis.axis("off")
    for axis, (name, metric) in zip(axes, metrics.items()):
        for arm in comparison.arms:
            if name in arm.plan.metrics:
                _draw(axis, arm_band(arm, name), looks[arm.name])
        axis.set_xlabel(comparison.plan.point)
        axis.set_ylabel(_wrapped(metric.title))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_title(_plain(comparison.title), loc="left", fontsize=11, fontweight="bold")


def _draw(axis, drawn, look):
    """Draw one arm, or nothing for an arm without a best learning rate."""
    if not np.isfinite(drawn.median).any():
        return
    axis.plot(drawn.epoch, drawn.median, color=look.colour, linestyle=look.linestyle, linewidth=1.8)
    axis.fill_between(drawn.epoch, drawn.low, drawn.high, color=look.colour, alpha=0.16,
                      linewidth=0)


def _handle(name, look):
    return Line2D([], [], color=look.colour, linestyle=look.linestyle, linewidth=1.8,
                  label=_plain(name))


def _wrapped(title):
    """Return an axis' name in lines that are no longer than the axis."""
    return textwrap.fill(title, WIDEST)


def _plain(text):
    """Return text that Matplotlib sets as it is, without reading formulas into it."""
    return text.replace("$", r"\$")
