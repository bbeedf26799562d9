"""The pictures of docs/benchmarks.md."""

from statistics import median

from matplotlib.ticker import LogLocator

from benchmarks.networks import ARMS
from benchmarks.plan import GROWTH, NETWORKS
from benchmarks.tables import SIDES, step_times
from benchmarks.targets import against
from yann_weightnorm.report.palette import COLOURS
from yann_weightnorm.toolbox.figures import new_figure

__all__ = ["draw_growth", "draw_steps"]

STYLES = {"plain": (0, (4, 2)), "weight norm": "-"}


def plain_axes(figure, count, **options):
    """Return `count` axes in a row, without the upper and the right spine."""
    axes = figure.subplots(1, count, squeeze=False, **options)[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    return axes


def draw_steps(results):
    """Return a figure of our step's time in terms of PyTorch's, by network and arm."""
    figure = new_figure(9, 3.6, layout="constrained")
    axes = plain_axes(figure, 2, sharex=True, sharey=True)
    for each, side in zip(axes, ("torch", "torch-malloc")):
        for place, name in enumerate(NETWORKS):
            draw_bars(each, results, name, place, side)
        each.axvline(1, color="black", lw=0.8)
        each.set_xlabel(f"our step / that of {SIDES[side]}")
    axes[0].set_yticks(range(len(NETWORKS)), NETWORKS)
    axes[0].invert_yaxis()
    handles = [axes[0].barh([0], [0], color=COLOURS[number]) for number in range(len(ARMS))]
    figure.legend(handles, ARMS, loc="outside upper center", ncol=len(ARMS), frameon=False)
    return figure


def draw_bars(axes, results, name, place, side):
    """Draw one bar an arm, with the spread of the rounds."""
    height = 0.8 / len(ARMS)
    for number, arm in enumerate(ARMS):
        found = against(results, name, side, arm)
        if found:
            middle = median(found)
            axes.barh(place + (number - (len(ARMS) - 1) / 2) * height, middle, height,
                      color=COLOURS[number], ecolor="black",
                      xerr=[[middle - min(found)], [max(found) - middle]])


def draw_growth(results):
    """Return a figure of how a perceptron's step grows with mini batch, width and depth."""
    figure = new_figure(9, 3.2, layout="constrained")
    axes = plain_axes(figure, len(GROWTH))
    for each, (what, names) in zip(axes, GROWTH.items()):
        for number, (side, label) in enumerate(SIDES.items()):
            for arm, style in STYLES.items():
                draw_line(each, results, names, side, arm, color=COLOURS[number], ls=style,
                          label=f"{label}, {arm}")
        each.set(xlabel=what, xscale="log", yscale="log")
        each.set_xticks(list(names), list(map(str, names)))
        each.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        each.yaxis.set_major_formatter("{x:g}")
        each.minorticks_off()
    axes[0].set_ylabel("ms a step")
    handles, labels = axes[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper center", ncol=len(SIDES), frameon=False)
    return figure


def draw_line(axes, results, names, side, arm, **options):
    """Draw the medians of one side and arm over what varies."""
    points = {at: step_times(results, name, side, arm) for at, name in names.items()}
    points = {at: median(times) for at, times in points.items() if times}
    if points:
        axes.plot(list(points), list(points.values()), marker="o", ms=3, lw=1.2, **options)
