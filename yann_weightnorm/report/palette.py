"""One look per arm, the same in every plot of a report.

Six colours after Okabe and Ito, each with a contrast of 3 or more on white and on the page's
dark ground; dashes and markers differ as well, so that nothing hangs on colour alone.
"""

from typing import NamedTuple

__all__ = ["Look", "looks"]


class Look(NamedTuple):
    """Colour; dash and symbol as Plotly and as Matplotlib name them."""

    colour: str
    dash: str
    symbol: str
    linestyle: object
    marker: str

    def band(self, opacity=0.16):
        """Return the colour of the spread around the line, for Plotly."""
        parts = (str(int(self.colour[at:at + 2], 16)) for at in (1, 3, 5))
        return f"rgba({', '.join(parts)}, {opacity})"


COLOURS = ("#0072B2", "#D55E00", "#009E73", "#C0609A", "#3E9BD8", "#7F7F7F")
DASHES = (("solid", "-"), ("dash", (0, (5, 2))), ("dot", (0, (1.2, 1.6))),
          ("dashdot", (0, (5, 1.6, 1.2, 1.6))), ("longdash", (0, (9, 2))))
SYMBOLS = (("circle", "o"), ("square", "s"), ("diamond", "D"), ("triangle-up", "^"),
           ("triangle-down", "v"), ("pentagon", "p"), ("star", "*"))


def looks(comparisons):
    """Return the :class:`Look` of every arm, by name, in order of first appearance."""
    names = dict.fromkeys(arm.name for each in comparisons for arm in each.arms)
    return {name: _look(place) for place, name in enumerate(names)}


def _look(place):
    dash, linestyle = DASHES[place % len(DASHES)]
    symbol, marker = SYMBOLS[place % len(SYMBOLS)]
    return Look(COLOURS[place % len(COLOURS)], dash, symbol, linestyle, marker)
