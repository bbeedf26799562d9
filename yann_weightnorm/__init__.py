"""Weight normalization for the YANN toolbox on Theano.

Importing the package prepares Theano and registers the layer types.
"""

from yann_weightnorm import theano_setup

theano_setup.prepare()

from yann_weightnorm import layers  # noqa: E402  (Theano is imported from here on)
from yann_weightnorm.folding import fold, weight_normalize  # noqa: E402
from yann_weightnorm.initialization import initialize_from_data  # noqa: E402
from yann_weightnorm.interchange import from_torch, to_torch  # noqa: E402
from yann_weightnorm.onnx_export import to_onnx  # noqa: E402
from yann_weightnorm.robust_start import initialize_robustly  # noqa: E402
from yann_weightnorm.toolbox.datasets import (  # noqa: E402
    dataset_from_arrays, load_dataset, open_dataset, save_dataset)
from yann_weightnorm.toolbox.gan import gan  # noqa: E402
from yann_weightnorm.toolbox.network import network  # noqa: E402
from yann_weightnorm.toolbox.registry import layer_names as layer_types  # noqa: E402

__all__ = ["dataset_from_arrays", "fold", "from_torch", "gan", "initialize_from_data",
           "initialize_robustly", "layer_types", "layers", "load_dataset", "network",
           "open_dataset", "save_dataset", "to_onnx", "to_torch", "weight_normalize"]

__version__ = "0.1.0"
