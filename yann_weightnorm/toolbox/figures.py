"""Matplotlib figures in files, in the format that the file's ending names."""

import io
import pathlib
import warnings

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from yann_weightnorm.files import write_atomically
from yann_weightnorm.toolbox.registry import hint

__all__ = ["check_ending", "new_figure", "save_figure"]

DOTS_PER_INCH = 200  # of the formats that are made of pixels
DRAWN = ("eps", "pdf", "pgf", "ps", "svg", "svgz")  # formats that are made of lines


def new_figure(width, height, layout=None):
    """Return an empty figure of so many inches, which no window and no ``pyplot`` knows of."""
    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def check_ending(path, who):
    """Return `path` as a ``pathlib.Path`` if its ending names a format that can be written.

    Raises
    ------
    ValueError
        If it doesn't; the message begins with `who`.
    """
    path, known = pathlib.Path(path), sorted(FigureCanvasAgg.filetypes)
    ending = path.suffix[1:].lower()
    if ending not in known:
        raise ValueError(f"{who} got filename {str(path)!r}{hint(ending, known)}; its ending must "
                         f"be one of {', '.join(known)}.")
    return path


def save_figure(figure, path):
    """Write `figure` to `path`, whole or not at all; a folder that is missing is made."""
    path, file = pathlib.Path(path), io.BytesIO()
    ending = path.suffix[1:].lower()
    with warnings.catch_warnings():
        # A name in a script that the font lacks becomes boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(file, format=ending, dpi="figure" if ending in DRAWN else DOTS_PER_INCH)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, file.getvalue())
