"""YANN's makers and readers of data sets.

With the modules that YANN's imports, for scripts that take them from here.
"""

import glob
import os
import pickle as cPickle
import sys
import time

import numpy
import scipy.io
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.making import (
    check_type, create_shared_memory_dataset, download_data, gray2rgb, load_cifar100,
    load_data_mat, load_images_only, load_skdata_caltech101, load_skdata_caltech256,
    load_skdata_cifar10, load_skdata_mnist, load_skdata_mnist_bg_images,
    load_skdata_mnist_bg_rand, load_skdata_mnist_noise1, load_skdata_mnist_noise2,
    load_skdata_mnist_noise3, load_skdata_mnist_noise4, load_skdata_mnist_noise5,
    load_skdata_mnist_noise6, load_skdata_mnist_rotated, load_skdata_mnist_rotated_bg,
    pickle_dataset, preprocessing, rgb2gray, setup_dataset, shuffle)

__all__ = [
    "T",
    "cPickle",
    "check_type",
    "create_shared_memory_dataset",
    "download_data",
    "glob",
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
    "numpy",
    "os",
    "pickle_dataset",
    "preprocessing",
    "rgb2gray",
    "scipy",
    "setup_dataset",
    "shuffle",
    "sys",
    "theano",
    "time",
]
