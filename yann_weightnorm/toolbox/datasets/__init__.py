"""Sets of labelled images, as the datastream module reads them."""

from yann_weightnorm.toolbox.datasets.arrays import ArrayDataset, dataset_from_arrays
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset, check_labels
from yann_weightnorm.toolbox.datasets.catalogue import dataset_names, load_dataset
from yann_weightnorm.toolbox.datasets.cifar10 import cifar10
from yann_weightnorm.toolbox.datasets.cifar100 import cifar100
from yann_weightnorm.toolbox.datasets.digits import digits
from yann_weightnorm.toolbox.datasets.download import download_dataset
from yann_weightnorm.toolbox.datasets.idx import read_idx
from yann_weightnorm.toolbox.datasets.mapped import MappedDataset, open_dataset, save_dataset
from yann_weightnorm.toolbox.datasets.mnist import fashion_mnist, mnist
from yann_weightnorm.toolbox.datasets.mnist_5k import mnist_5k
from yann_weightnorm.toolbox.datasets.mnist_variants import mnist_variant
from yann_weightnorm.toolbox.datasets.svhn import svhn
from yann_weightnorm.toolbox.datasets.yann_format import open_yann_dataset, save_yann_dataset

__all__ = [
    "SPLITS",
    "ArrayDataset",
    "Dataset",
    "MappedDataset",
    "check_labels",
    "cifar10",
    "cifar100",
    "dataset_from_arrays",
    "dataset_names",
    "digits",
    "download_dataset",
    "fashion_mnist",
    "load_dataset",
    "mnist",
    "mnist_5k",
    "mnist_variant",
    "open_dataset",
    "open_yann_dataset",
    "read_idx",
    "save_dataset",
    "save_yann_dataset",
    "svhn",
]
