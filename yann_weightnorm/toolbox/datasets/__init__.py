"""Sets of labelled images, as the datastream module reads them."""

from yann_weightnorm.toolbox.datasets.arrays import ArrayDataset, dataset_from_arrays
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset, check_labels

__all__ = ["SPLITS", "ArrayDataset", "Dataset", "check_labels", "dataset_from_arrays"]
