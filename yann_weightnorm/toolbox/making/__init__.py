"""Making data sets, with the names of YANN's data set makers.

Those of its modules ``yann.utils.dataset``, ``yann.utils.image`` and ``yann.special.datasets``.
"""

from yann_weightnorm.toolbox.making.celeba import download_celebA
from yann_weightnorm.toolbox.making.class_splits import split_all, split_only_train
from yann_weightnorm.toolbox.making.combining import combine_split_datasets, mix_split_datasets
from yann_weightnorm.toolbox.making.cookers import (
    cook_caltech101, cook_caltech256, cook_celeba_normalized_zero_mean, cook_cifar10,
    cook_cifar10_normalized, cook_cifar10_normalized_zero_mean, cook_mnist, cook_mnist_multi_load,
    cook_mnist_normalized, cook_mnist_normalized_zero_mean)
from yann_weightnorm.toolbox.making.images import check_type, gray2rgb, rgb2gray
from yann_weightnorm.toolbox.making.maker import setup_dataset
from yann_weightnorm.toolbox.making.matlab import load_data_mat
from yann_weightnorm.toolbox.making.pictures import load_images_only
from yann_weightnorm.toolbox.making.plain import (
    create_shared_memory_dataset, download_data, pickle_dataset, shuffle)
from yann_weightnorm.toolbox.making.preprocess import preprocessing
from yann_weightnorm.toolbox.making.skdata import (
    load_cifar100, load_skdata_caltech101, load_skdata_caltech256, load_skdata_cifar10,
    load_skdata_mnist, load_skdata_mnist_bg_images, load_skdata_mnist_bg_rand,
    load_skdata_mnist_noise1, load_skdata_mnist_noise2, load_skdata_mnist_noise3,
    load_skdata_mnist_noise4, load_skdata_mnist_noise5, load_skdata_mnist_noise6,
    load_skdata_mnist_rotated, load_skdata_mnist_rotated_bg)

__all__ = [
    "check_type",
    "combine_split_datasets",
    "cook_caltech101",
    "cook_caltech256",
    "cook_celeba_normalized_zero_mean",
    "cook_cifar10",
    "cook_cifar10_normalized",
    "cook_cifar10_normalized_zero_mean",
    "cook_mnist",
    "cook_mnist_multi_load",
    "cook_mnist_normalized",
    "cook_mnist_normalized_zero_mean",
    "create_shared_memory_dataset",
    "download_celebA",
    "download_data",
    "gray2rgb",
    "load_cifar100",
    "load_data_mat",
    "load_images_only",
    "load_skdata_caltech101",
    "load_skdata_caltech256",
    "load_skdata_cifar10",
    "load_skdata_mnist",
    "load_skdata_mnist_bg_images",
    "load_skdata_mnist_bg_rand",
    "load_skdata_mnist_noise1",
    "load_skdata_mnist_noise2",
    "load_skdata_mnist_noise3",
    "load_skdata_mnist_noise4",
    "load_skdata_mnist_noise5",
    "load_skdata_mnist_noise6",
    "load_skdata_mnist_rotated",
    "load_skdata_mnist_rotated_bg",
    "mix_split_datasets",
    "pickle_dataset",
    "preprocessing",
    "rgb2gray",
    "setup_dataset",
    "shuffle",
    "split_all",
    "split_only_train",
]
