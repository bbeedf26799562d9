"""Digits: 1,797 small images that come with the PyPI package scikit-learn."""

from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.packages import packaged
from yann_weightnorm.toolbox.datasets.splitting import stratified

__all__ = ["digits"]

DARKEST = 16


def digits(*, mini_batch_size=100, seed=0, normalize=True):
    """Return 1,797 images of 8x8 handwritten digits: 1,445 train, 176 validate, 176 test.

    Parameters
    ----------
    mini_batch_size : int, default 100
        Rows in a mini batch.
    seed : int, default 0
        Chooses which images fall in which split, and their order. Each split has a tenth, or the
        rest, of every digit.
    normalize : bool, default True
        Divide the pixels, 0 to 16, by 16.

    Returns
    -------
    Dataset

    Raises
    ------
    ImportError
        If scikit-learn isn't installed; says how to install it.
    """
    bunch = packaged("sklearn.datasets", "scikit-learn", "digits").load_digits()
    images = bunch.images.astype("float32") / (DARKEST if normalize else 1)
    return dataset_from_arrays(*stratified(images, bunch.target, seed=seed), name="digits",
                               mini_batch_size=mini_batch_size)
