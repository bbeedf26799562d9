"""The learning curves as a picture per network, for papers and slides."""

import io
import warnings

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from yann_weightnorm.report.curves import METRICS, arm_band

__all__ = ["picture"]

DOTS_PER_INCH = 160
LEGEND = "Median and range over seeds, each arm at its own best learning rate"


def picture(comparisons, looks):
    """Return PNG bytes: a row per comparison, a column per metric, one legend below."""
    rows = len(comparisons)
    names = list(dict.fromkeys(arm.name for each in comparisons for arm in each.arms))
    lines, columns = _legend_shape(names)
    figure = Figure(figsize=(11, 2.9 * rows + 0.25 * lines + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, len(METRICS), squeeze=False)
    for comparison, line in zip(comparisons, axes):
        _row(comparison, line, looks)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.08)
    figure.legend(handles=[_handle(name, looks[name]) for name in names], ncol=columns,
                  loc="outside lower center", frameon=False, handlelength=3, title=LEGEND,
                  title_fontsize="small")
    return _png(figure)


def _legend_shape(names):
    """Return (lines, columns) of a legend that is as wide as the picture at most."""
    fitting = max(1, min(len(names), 130 // (max(map(len, names)) + 9)))
    lines = -(-len(names) // fitting)
    return lines, -(-len(names) // lines)


def _png(figure):
    file = io.BytesIO()
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # huge numbers may overflow
        # A name in a script that the font lacks becomes boxes; the page and the CSV have it whole.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format="png", dpi=DOTS_PER_INCH)
    return file.getvalue()


def _row(comparison, line, looks):
    for axis, (metric, label) in zip(line, METRICS.items()):
        for arm in comparison.arms:
            _draw(axis, arm_band(arm, metric), looks[arm.name])
        axis.set_xlabel("epoch")
        axis.set_ylabel(label)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    line[0].set_title(_plain(comparison.title), loc="left", fontsize=11, fontweight="bold")


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


def _plain(text):
    """Return text that Matplotlib sets as it is, without reading formulas into it."""
    return text.replace("$", r"\$")
