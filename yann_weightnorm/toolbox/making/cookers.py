"""Data sets ready-made: YANN's `cook_*` functions, each a call of `setup_dataset`.

All take ``(verbose=1, **kwargs)``. What `kwargs` may hold: `data_params`, in place of
`dataset_init_args` as a whole, `preprocess_params`, in place of `preprocess_init_args`,
`save_directory` and `format`. All return the
:class:`~yann_weightnorm.toolbox.making.setup_dataset`.
"""

from yann_weightnorm.toolbox.making.maker import check_kwargs, setup_dataset

__all__ = [
    "cook_caltech101", "cook_caltech256", "cook_celeba_normalized_zero_mean", "cook_cifar10",
    "cook_cifar10_normalized", "cook_cifar10_normalized_zero_mean", "cook_mnist",
    "cook_mnist_multi_load", "cook_mnist_normalized", "cook_mnist_normalized_zero_mean"]

PLAIN = {"normalize": False, "ZCA": False, "grayscale": False, "zero_mean": False}
NORMALIZED = dict(PLAIN, normalize=True)
ZERO_MEAN = dict(NORMALIZED, zero_mean=True)


def _params(name, size, mini_batches, blocks, shape, source="skdata", location=""):
    """Return YANN's dict; `blocks` are of train, test and valid, as in YANN's own table."""
    return {"source": source, "name": name, "location": location, "mini_batch_size": size,
            "mini_batches_per_batch": mini_batches,
            **dict(zip(("batches2train", "batches2test", "batches2validate"), blocks)),
            **dict(zip(("height", "width", "channels"), shape))}


MNIST = _params("mnist", 500, (100, 20, 20), (1, 1, 1), (28, 28, 1))
MNIST_IN_PARTS = _params("mnist", 500, (20, 5, 5), (5, 4, 4), (28, 28, 1))
CIFAR10 = _params("cifar10", 500, (80, 20, 20), (1, 1, 1), (32, 32, 3))
CALTECH101 = _params("caltech101", 72, (1, 1, 1), (60, 37, 30), (224, 224, 3))
CALTECH256 = _params("caltech256", 36, (1, 1, 1), (424, 226, 200), (224, 224, 3))


def _cook(data_params, preprocess_params, verbose, kwargs):
    check_kwargs("the cook", kwargs, ("data_params", "preprocess_params", "save_directory",
                                      "format"))
    options = {key: kwargs[key] for key in ("save_directory", "format") if key in kwargs}
    return setup_dataset(
        kwargs.get("data_params", data_params), verbose=verbose,
        preprocess_init_args=kwargs.get("preprocess_params", preprocess_params), **options)


def cook_mnist_normalized(verbose=1, **kwargs):
    """Make MNIST with pixels from 0 to 1: a block of 100 mini batches of 500, two of 20."""
    return _cook(MNIST, NORMALIZED, verbose, kwargs)


def cook_mnist_normalized_zero_mean(verbose=1, **kwargs):
    """Make MNIST with pixels from -1 to 1, in the blocks of :func:`cook_mnist_normalized`."""
    return _cook(MNIST, ZERO_MEAN, verbose, kwargs)


def cook_mnist_multi_load(verbose=1, **kwargs):
    """Make MNIST with pixels from 0 to 1, in 5 blocks of 20 mini batches of 500, and 4 of 5."""
    return _cook(MNIST_IN_PARTS, NORMALIZED, verbose, kwargs)


def cook_cifar10_normalized(verbose=1, **kwargs):
    """Make CIFAR-10 with values from 0 to 1: a block of 80 mini batches of 500, two of 20."""
    return _cook(CIFAR10, NORMALIZED, verbose, kwargs)


def cook_cifar10_normalized_zero_mean(verbose=1, **kwargs):
    """Make CIFAR-10 with values from -1 to 1, in the blocks of :func:`cook_cifar10_normalized`."""
    return _cook(CIFAR10, ZERO_MEAN, verbose, kwargs)


def cook_caltech101(verbose=1, **kwargs):
    """Make Caltech 101 of 224x224 with values from 0 to 255: a mini batch of 72 in each block.

    60 blocks train, 30 validate and 37 test. The pictures are read from the folder
    ``caltech101``, one folder a class, in $YANN_WEIGHTNORM_DATA.
    """
    return _cook(CALTECH101, PLAIN, verbose, kwargs)


def cook_caltech256(verbose=1, **kwargs):
    """Make Caltech 256 of 224x224 with values from 0 to 255: a mini batch of 36 in each block.

    424 blocks train, 200 validate and 226 test. The pictures are read from the folder
    ``caltech256``, one folder a class, in $YANN_WEIGHTNORM_DATA.
    """
    return _cook(CALTECH256, PLAIN, verbose, kwargs)


def cook_celeba_normalized_zero_mean(verbose=1, location="_data/celebA", **kwargs):
    """Make CelebA, unlabelled, of 32x32 with values from -1 to 1: a mini batch of 500 in a block.

    403 blocks train, one validates, one tests. `location` is the folder of its pictures, as
    :func:`~yann_weightnorm.toolbox.making.download_celebA` leaves it.
    """
    params = _params("celeba", 500, (1, 1, 1), (403, 1, 1), (32, 32, 3), "images-only", location)
    return _cook(params, ZERO_MEAN, verbose, kwargs)


cook_mnist = cook_mnist_normalized
cook_cifar10 = cook_cifar10_normalized
