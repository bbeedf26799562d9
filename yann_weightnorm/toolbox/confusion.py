"""A confusion matrix as a picture."""

import numpy as np

from yann_weightnorm.toolbox.figures import new_figure, save_figure

__all__ = ["confusion_figure", "normalised_rows", "save_confusion"]

WRITTEN = 30   # classes up to which the cells have their numbers; of more, nobody could read them
DARK = 0.6     # shade above which a number is white


def normalised_rows(confusion):
    """Return each row of the matrix divided by its sum, a row of zeros as it is.

    Parameters
    ----------
    confusion : (classes, classes) array
        Counts: rows are true classes, columns predicted ones.
    """
    confusion = np.asarray(confusion, dtype="float64")
    sums = confusion.sum(axis=1, keepdims=True)
    return np.divide(confusion, sums, out=np.zeros_like(confusion), where=sums != 0)


def confusion_figure(confusion):
    """Return a matplotlib figure of a confusion matrix, its rows normalised.

    Parameters
    ----------
    confusion : (classes, classes) array
        Counts: rows are true classes, columns predicted ones.

    Returns
    -------
    matplotlib.figure.Figure
        The accuracy above it, a bar of the colours beside it, the share of its row in each cell.
    """
    shares = normalised_rows(confusion)
    side = 3.2 + 0.24 * min(len(shares), WRITTEN)
    figure = new_figure(side + 0.8, side, layout="constrained")
    axes = figure.subplots()
    # "none" is one pixel a cell in an EPS file, which would be megabytes large otherwise.
    image = axes.matshow(shares, cmap="GnBu", vmin=0.0, vmax=1.0, interpolation="none")
    figure.colorbar(image, ax=axes)
    axes.set_title(_accuracy(np.asarray(confusion)))
    axes.set_xlabel("Predicted labels")
    axes.set_ylabel("True labels")
    axes.xaxis.set_ticks_position("bottom")
    if len(shares) <= WRITTEN:
        _write_shares(axes, shares)
    return figure


def save_confusion(confusion, path):
    """Draw a confusion matrix to the file `path`, whose ending says in which format."""
    save_figure(confusion_figure(confusion), path)


def _accuracy(confusion):
    correct, total = int(np.trace(confusion)), int(confusion.sum())
    percent = f" = {100.0 * correct / total:.2f}%" if total else ""
    return f"Accuracy: {correct}/{total}{percent}"


def _write_shares(axes, shares):
    axes.set_xticks(range(len(shares)))
    axes.set_yticks(range(len(shares)))
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{share:.2f}", ha="center", va="center", fontsize=6,
                  color="white" if share > DARK else "black")
