"""Draw the pictures of docs/weightnorm.md: the geometry of weight normalization, in NumPy.

    python docs/plots/weightnorm.py [--out FOLDER]

Every curve comes from a few thousand steps of plain gradient descent on one neuron: the problem of
:func:`descend`. Nothing else is behind the pictures; it takes a few seconds.
"""

import argparse
import pathlib
from collections import namedtuple

import numpy as np

from yann_weightnorm.forms import FORMS
from yann_weightnorm.report.palette import COLOURS
from yann_weightnorm.toolbox.figures import new_figure, save_figure

__all__ = ["decays", "descend", "excess", "growths", "main", "turns"]

HERE = pathlib.Path(__file__).resolve().parent.parent / "images"
FEATURES, ROWS, NOISE, LENGTH = 30, 8, 0.5, 2.0
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100)
LOST = 1e3  # an error beyond this one has left for infinity

History = namedtuple("History", "v g error")


# -- one neuron -------------------------------------------------------------------------------

def descend(rate, arm="g learnt", steps=2000, decay=0.0, on=None, seed=0):
    """Return the :class:`History` of one neuron that learns a linear function by single steps.

    A step sees 8 rows of 30 standard normal features, and targets ``x . target`` with noise of
    deviation 0.5. The target has length 2; v begins with length 1 or so.

    Parameters
    ----------
    rate : float
        Learning rate.
    arm : {'plain', 'g learnt', 'g fixed'}
        Whether w is learnt as it is, as v and g, or as v with g fixed at the target's length.
    steps : int
    decay : float
        Weight decay: the gradient of ``decay * on ** 2`` is added.
    on : {'v', 'g'}, optional
        What decays.
    seed : int

    Returns
    -------
    History
        Before each step: length of v (of w, if plain), g, and half of ``|w - target|^2``, the loss
        in excess of the noise's. It is shorter than `steps` if that is lost to infinity.
    """
    rng = np.random.RandomState(seed)
    target = rng.normal(size=FEATURES)
    target *= LENGTH / np.linalg.norm(target)
    v = rng.normal(size=FEATURES) / np.sqrt(FEATURES)
    g = LENGTH if arm == "g fixed" else np.linalg.norm(v)
    found = []
    for _ in range(steps):
        w = v if arm == "plain" else g * v / np.linalg.norm(v)
        found.append((np.linalg.norm(v), g, np.sum((w - target) ** 2) / 2))
        if not found[-1][-1] < LOST:
            break
        slope_v, slope_g = _slopes(rng, w, v, g, target, arm)
        v = v - rate * (slope_v + (2 * decay * v if on == "v" else 0))
        g = g - rate * (slope_g + (2 * decay * g if on == "g" else 0))
    return History(*np.array(found).T)


def _slopes(rng, w, v, g, target, arm):
    """Return the gradients of v and g for a mini batch: equation 3, or that of w itself."""
    x = rng.normal(size=(ROWS, FEATURES))
    slope = x.T @ (x @ (w - target) - NOISE * rng.normal(size=ROWS)) / ROWS
    if arm == "plain":
        return slope, 0.0
    size = np.linalg.norm(v)
    slope_g = slope @ v / size
    return g / size * slope - g * slope_g / size ** 2 * v, slope_g if arm == "g learnt" else 0.0


def turns(rate=0.7, steps=14):
    """Return the v of steps down a linear function of w in the plane, (steps + 1, 2)."""
    v, slope = np.array([1.0, 0.25]), np.array([0.6, -1.0])
    path = [v]
    for _ in range(steps):
        unit = v / np.linalg.norm(v)
        v = v - rate / np.linalg.norm(v) * (slope - unit * (unit @ slope))
        path.append(v)
    return np.array(path)


def growths(rates=(0.01, 0.1, 1)):
    """Return the history of each rate, with g fixed, by rate."""
    return {rate: descend(rate, "g fixed") for rate in rates}


def excess(rates=RATES):
    """Return for each arm the mean excess of the last 200 steps, one a rate; inf if lost."""
    arms = {}
    for arm in ("plain", "g learnt", "g fixed"):
        runs = [descend(rate, arm) for rate in rates]
        arms[arm] = [run.error[-200:].mean() if run.error[-1] < LOST else np.inf for run in runs]
    return arms


def decays(rate=0.1, decay=0.1):
    """Return the history without decay, with decay of v, and with decay of g, by what decays."""
    return {on: descend(rate, steps=6000, decay=decay if on else 0, on=on)
            for on in (None, "v", "g")}


# -- pictures ---------------------------------------------------------------------------------

def _axes(figure, count, **options):
    axes = figure.subplots(1, count, squeeze=False, **options)[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    return axes


def _arrow(axes, start, end, colour, label, at, side, height="center"):
    """Draw an arrow, and `label` beside the point that lies the part `at` along it."""
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6,
                                              "shrinkA": 0, "shrinkB": 0})
    axes.text(*(np.asarray(start) * (1 - at) + np.asarray(end) * at), f"  {label}  ",
              color=colour, ha=side, va=height)


def _smooth(values, width=100):
    """Return the means of `width` neighbours."""
    return np.convolve(values, np.full(width, 1 / width), "valid")


def draw_projection(figure):
    """One step, and how many of them turn v and lengthen it."""
    step, path = _axes(figure, 2)
    v, slope, rate = np.array([1.5, 0.6]), np.array([0.9, -0.75]), 0.8
    unit = v / np.linalg.norm(v)
    along = slope - unit * (unit @ slope)
    _arrow(step, (0, 0), v, COLOURS[0], "$v$", 0.6, "left", "top")
    _arrow(step, v, v - rate * slope, COLOURS[5], r"$-\nabla_w L$", 1.0, "right")
    _arrow(step, v, v - rate * along, COLOURS[1], r"$-\nabla_v L$", 0.5, "left")
    _arrow(step, (0, 0), v - rate * along, COLOURS[2], "$v'$", 0.5, "right")
    circle = np.linspace(0, np.pi / 2, 100)
    step.plot(*np.linalg.norm(v) * np.array([np.cos(circle), np.sin(circle)]), ":",
              color=COLOURS[5], lw=1)
    points = turns()
    sizes = np.linalg.norm(points, axis=1)
    path.plot(*points.T, "o-", color=COLOURS[0], ms=3, lw=1, label="$v$, step by step")
    path.plot(*(points / sizes[:, None]).T, "o", color=COLOURS[1], ms=3, label="$w$, of length 1")
    path.plot(0, 0, "+", color=COLOURS[5])
    path.legend(frameon=False, loc="lower left")
    step.set(xlim=(-0.1, 2.2), ylim=(-0.1, 1.7), title="One step makes $v$ longer")
    path.set(xlim=(-1.1, 1.4), ylim=(-0.3, 1.65), title="The longer $v$, the less $w$ turns")
    for axes in (step, path):
        axes.set(aspect="equal", xticks=[], yticks=[])


def draw_growth(figure):
    """Length of v and effective step, against the number of steps."""
    size, effective = _axes(figure, 2)
    for (rate, run), colour in zip(growths().items(), COLOURS):
        steps = np.arange(1, len(run.v) + 1)
        size.loglog(steps, run.v, color=colour, label=f"rate {rate:g}")
        effective.loglog(steps, rate * (run.g / run.v) ** 2, color=colour, label=f"rate {rate:g}")
    size.set(xlabel="step", title=r"Length of $v$")
    effective.set(xlabel="step", title=r"Effective rate, $\eta\, g^2/\Vert v\Vert^2$")
    size.legend(frameon=False)


def draw_rates(figure):
    """What is left of the loss, against the learning rate."""
    axes, = _axes(figure, 1)
    names = {"plain": "$w$", "g learnt": "$v$ and $g$", "g fixed": "$v$; $g$ is fixed"}
    for (arm, losses), colour, marker in zip(excess().items(), COLOURS, "osD"):
        kept = np.isfinite(losses)
        axes.loglog(np.array(RATES)[kept], np.array(losses)[kept], marker + "-", color=colour,
                    ms=4, label=names[arm])
        if not kept.all():
            axes.plot(RATES[int(np.argmin(kept))], 1.5, "x", color=colour, ms=8, mew=2)
    axes.set(xlabel="learning rate", ylabel="loss in excess of the noise", ylim=(3e-4, 2.5),
             title="One neuron after 2000 steps ($\\times$: diverges from here on)")
    axes.legend(frameon=False, loc="upper left", title="what is learnt")


def draw_decay(figure):
    """What decay of v does, and what decay of g does."""
    size, length = _axes(figure, 2)
    labels = {None: "no decay", "v": "decay of $v$", "g": "decay of $g$"}
    for (on, run), colour, style in zip(decays().items(), COLOURS, ("-", "--", ":")):
        size.plot(_smooth(run.v), style, color=colour, label=labels[on])
        length.plot(_smooth(run.g), style, color=colour, label=labels[on])
    size.set(xlabel="step", title="Length of $v$", ylim=(0, None))
    length.set(xlabel="step", title="$g$, the length of $w$", ylim=(0, None))
    length.legend(frameon=False, loc="lower right")


def draw_forms(figure):
    """Where the two weights of a neuron can lie while its length stays 1."""
    panels = _axes(figure, 4, sharex=True, sharey=True)
    angles = np.linspace(0, 2 * np.pi, 400)
    v = np.array([np.cos(angles), np.sin(angles)])
    for axes, name in zip(panels, ("l2", "l1", "linf", "centered")):
        w = FORMS[name](0).compose(v, np.ones((1, v.shape[1])))
        axes.axline((0, 0), slope=1, lw=0.5, color=COLOURS[5])
        axes.plot(*w, "o" if name == "centered" else "-", color=COLOURS[0], ms=4)
        axes.set(aspect="equal", title=name, xlabel="$w_1$")
    panels[0].set_ylabel("$w_2$")


PICTURES = {"projection": (draw_projection, 8, 3.4), "growth": (draw_growth, 8, 3),
            "rates": (draw_rates, 6.4, 3.4), "decay": (draw_decay, 8, 3),
            "forms": (draw_forms, 8, 2.6)}


def main(arguments=None):
    """Draw every picture into the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=HERE, metavar="FOLDER",
                        help="where to draw (default: docs/images)")
    out = parser.parse_args(arguments).out
    for name, (draw, width, height) in PICTURES.items():
        figure = new_figure(width, height, layout="constrained")
        draw(figure)
        save_figure(figure, out / f"weightnorm-{name}.png")


if __name__ == "__main__":
    main()
