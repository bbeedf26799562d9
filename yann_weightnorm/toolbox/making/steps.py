"""The steps of preprocessing: each is fitted to rows, then applied to any rows.

A row is an image flattened in the order (height, width, channels). `fit` sees an iterable of
blocks of rows, so that data larger than memory can be fitted; `apply` leaves its argument as it is.
"""

import numpy as np

from yann_weightnorm.toolbox.making.images import rgb2gray

__all__ = ["Centre", "Contrast", "Grey", "Scale", "Step", "Stretch", "Whiten", "WhitenAsYann"]

TINY = 1e-7             # YANN's, below every divisor
FLAT = 1e-8             # an image of less contrast than this has none
MOST_COLUMNS = 16384    # whitening more needs a matrix above 2 GiB


class Step:
    """A step that needs no fitting and changes nothing; the others derive from it."""

    def fit(self, blocks):
        """Take from `blocks`, an iterable of (rows, columns), what `apply` needs."""

    def apply(self, x):
        """Return `x`, (rows, columns), after this step."""
        return x


class Grey(Step):
    """Colour to brightness, as :func:`~yann_weightnorm.toolbox.making.images.rgb2gray` has it."""

    def __init__(self, channels):
        self.channels = channels

    def apply(self, x):
        return rgb2gray(x.reshape(len(x), 1, -1, self.channels)).reshape(len(x), -1)


class Scale(Step):
    """Division by the largest value, so that values from 0 on end at 1."""

    def fit(self, blocks):
        self.largest = max(float(x.max()) for x in blocks)

    def apply(self, x):
        return x / (self.largest + TINY)


class Stretch(Step):
    """From 0 ... 1 to -1 ... 1."""

    def apply(self, x):
        return (x - 0.5) * 2


class Centre(Step):
    """Subtraction of one number, the mean of all values."""

    def fit(self, blocks):
        total = count = 0
        for x in blocks:
            total, count = total + float(x.sum(dtype="float64")), count + x.size
        self.mean = total / count

    def apply(self, x):
        return x - self.mean


class Contrast(Step):
    """Global contrast normalisation: each image gets mean 0 and deviation 1, by itself.

    An image of one colour becomes zeros.

    References
    ----------
    .. [1] Goodfellow, Bengio and Courville (2016), "Deep Learning", equation 12.3, with s = 1 and
       lambda = 0.
    """

    def apply(self, x):
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.maximum(centred.std(axis=1, keepdims=True), FLAT)


class Whiten(Step):
    """ZCA: columns become uncorrelated, of mean 0 and variance 1, and images stay images.

    ``y = (x - mean) U diag(1 / sqrt(s + 1e-7)) U^T``, where U and s are the eigenvectors and
    eigenvalues of the covariance of the rows that were fitted. Directions in which those do not
    vary at all, such as a corner that is black in every one, become 0: nothing says how much a
    value there means.

    Raises
    ------
    ValueError
        On fitting, if the covariance would not fit in memory.

    References
    ----------
    .. [1] Bell and Sejnowski (1997), "The 'independent components' of natural scenes are edge
       filters", Vision Research 37.
    """

    def fit(self, blocks):
        rows, self.mean, scatter = 0, 0.0, 0.0
        for x in blocks:
            _check_columns(x.shape[1])
            x = x.astype("float64")
            here, mean = len(x), x.mean(axis=0)
            gap, share = mean - self.mean, here / (rows + here)
            # Sums of squares around two means, put together: Chan, Golub and LeVeque (1983).
            scatter = scatter + (x - mean).T.dot(x - mean) + np.outer(gap, gap) * rows * share
            self.mean, rows = self.mean + gap * share, rows + here
        self.matrix = _inverse_root(scatter / rows)

    def apply(self, x):
        return (x - self.mean).dot(self.matrix)


class WhitenAsYann(Step):
    """ZCA as YANN computes it: not centred, products divided by the number of columns."""

    def fit(self, blocks):
        x = np.concatenate([block.astype("float64") for block in blocks])
        _check_columns(x.shape[1])
        values, vectors = np.linalg.eigh(x.T.dot(x) / x.shape[1])
        self.matrix = (vectors / np.sqrt(np.maximum(values, 0) + TINY)).dot(vectors.T)

    def apply(self, x):
        return x.dot(self.matrix)


def _inverse_root(covariance):
    values, vectors = np.linalg.eigh(covariance)
    negligible = max(values.max(), 0) * len(values) * np.finfo("float64").eps
    varied = values > negligible
    vectors, values = vectors[:, varied], values[varied]
    return (vectors / np.sqrt(values + TINY)).dot(vectors.T)


def _check_columns(columns):
    if columns > MOST_COLUMNS:
        raise ValueError(
            f"ZCA of images of {columns} values needs a matrix of {columns ** 2 * 8 / 2 ** 30:.0f} "
            f"GiB; it is done up to {MOST_COLUMNS} values. Make the images smaller, or leave "
            f"ZCA out.")
