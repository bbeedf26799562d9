"""Datasets by name."""

from functools import partial

from yann_weightnorm.toolbox.datasets.cifar10 import cifar10
from yann_weightnorm.toolbox.datasets.cifar100 import cifar100
from yann_weightnorm.toolbox.datasets.digits import digits
from yann_weightnorm.toolbox.datasets.mnist import fashion_mnist, mnist
from yann_weightnorm.toolbox.datasets.mnist_5k import mnist_5k
from yann_weightnorm.toolbox.datasets.mnist_variants import MNIST_VARIANTS, mnist_variant
from yann_weightnorm.toolbox.datasets.svhn import svhn
from yann_weightnorm.toolbox.registry import hint

__all__ = ["dataset_names", "load_dataset"]

PACKAGED = {"mnist-5k": mnist_5k, "digits": digits}
FROM_FOLDER = {"mnist": mnist, "fashion-mnist": fashion_mnist, "cifar10": cifar10,
               "cifar100": cifar100, "svhn": svhn,
               **{name: partial(mnist_variant, name) for name in MNIST_VARIANTS}}


def dataset_names():
    """Return the names that :func:`load_dataset` takes, the default set first."""
    return [*PACKAGED, *FROM_FOLDER]


def load_dataset(name, folder=None, mini_batch_size=100, **options):
    """Return the dataset called `name`.

    Parameters
    ----------
    name : str
        One of :func:`dataset_names`.
    folder : str, path-like or None, default None
        Folder of the sets that are published as files, one folder a set; None reads
        $YANN_WEIGHTNORM_DATA. What is nowhere is fetched where the set's own function says so. The
        sets that come with a package, 'mnist-5k' and 'digits', need none.
    mini_batch_size : int, default 100
        Rows in a mini batch.
    **options
        Those of the function that makes the set, such as `seed` or `train_rows`.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If no dataset has that name; the nearest one is suggested.
    TypeError
        If the dataset has no such option.
    """
    options["mini_batch_size"] = mini_batch_size
    if name in PACKAGED:
        return PACKAGED[name](**options)
    if name in FROM_FOLDER:
        return FROM_FOLDER[name](folder, **options)
    raise ValueError(f"no dataset {name!r}{hint(str(name), dataset_names())}; "
                     f"known: {', '.join(dataset_names())}.")
