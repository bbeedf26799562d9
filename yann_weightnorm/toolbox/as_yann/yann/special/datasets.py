"""YANN's ready-made data sets, and all that is in ``yann.utils.dataset``, as YANN has it."""

from yann_weightnorm.toolbox.making import (
    combine_split_datasets, cook_caltech101, cook_caltech256, cook_celeba_normalized_zero_mean,
    cook_cifar10, cook_cifar10_normalized, cook_cifar10_normalized_zero_mean, cook_mnist,
    cook_mnist_multi_load, cook_mnist_normalized, cook_mnist_normalized_zero_mean,
    download_celebA, mix_split_datasets, split_all, split_only_train)

from ..utils import dataset
from ..utils.dataset import *  # noqa: F403  (YANN's module does so, and scripts rely on it)

__all__ = dataset.__all__ + [
    "combine_split_datasets", "cook_caltech101", "cook_caltech256",
    "cook_celeba_normalized_zero_mean", "cook_cifar10", "cook_cifar10_normalized",
    "cook_cifar10_normalized_zero_mean", "cook_mnist", "cook_mnist_multi_load",
    "cook_mnist_normalized", "cook_mnist_normalized_zero_mean", "download_celebA",
    "mix_split_datasets", "split_all", "split_only_train"]
