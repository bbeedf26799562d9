"""A network as plain values: the calls that built it, fit for JSON, and the network they make.

Most options are numbers, names and tuples of them. Beyond those a blueprint knows arrays, the
parameters and outputs of the network's own layers, transposes of these, and data sets; each is a
dict with one key that says which. What it cannot tell in words (any other expression, a function)
it marks, so that a network is never rebuilt as something else than it was.
"""

import numbers
import pathlib
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.datasets import SPLITS, Dataset

__all__ = ["Call", "Decoder", "Encoder", "named_params", "untold"]

VIEWS = {"dropout": "dropout_layers", "stable": "layers", "inference": "inference_layers"}
UNTOLD = "untold"


class Call:
    """One call of ``add_layer`` or ``add_module``: what it added, by which options.

    Attributes
    ----------
    kind : {'layer', 'module'}
    type : str
    options : dict
        Every argument, `id` and `origin` as they turned out.
    """

    def __init__(self, kind, type, options):
        self.kind, self.type, self.options = kind, type, options


def named_params(network):
    """Return an OrderedDict: ``<layer id>.<parameter>`` -> shared variable, each one once.

    A parameter that layers share goes by the first layer that has it.
    """
    named, seen = OrderedDict(), set()
    for id, view in network.dropout_layers.items():
        for name, param in zip(view.param_names, view.params):
            if hasattr(param, "get_value") and param not in seen:
                seen.add(param)
                named[f"{id}.{name}"] = param
    return named


class Encoder:
    """Turns the calls of a network into plain values.

    Parameters
    ----------
    network : network

    Attributes
    ----------
    arrays : dict
        Name -> array, of the arrays among the options.
    """

    def __init__(self, network):
        self.network, self.arrays, self._earlier = network, {}, set()
        self._params = {param: name for name, param in named_params(network).items()}
        self._views = [(stream, id, view) for stream, views in VIEWS.items()
                       for id, view in getattr(network, views).items()]

    def calls(self):
        """Return the network's calls, a list of dicts."""
        return [{"kind": call.kind, "type": call.type, "options": self._options(call)}
                for call in self.network.calls]

    def _options(self, call):
        if call.kind != "layer":
            return self.value(call.options)
        id = call.options["id"]
        options = self.value(dict(call.options, learnable=self.network.layers[id].active))
        self._earlier.add(id)
        return options

    def value(self, value):
        """Return `value` in terms of JSON."""
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, np.bool_):
            return bool(value)
        if isinstance(value, numbers.Integral):
            return int(value)
        if isinstance(value, numbers.Real):
            return _number(float(value))
        if isinstance(value, dict):
            return {str(key): self.value(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return self._thing(value)

    def _thing(self, value):
        if isinstance(value, pathlib.PurePath):
            return str(value)
        if isinstance(value, Dataset):
            return {"dataset": facts(value)}
        if isinstance(value, np.ndarray):
            return {"array": self._keep(value)}
        if isinstance(value, theano.gof.Variable):
            return self._symbol(value)
        return {UNTOLD: f"a {type(value).__name__}"}

    def _symbol(self, value):
        if self._params.get(value, "").rpartition(".")[0] in self._earlier:
            return {"param": self._params[value]}
        for stream, id, view in self._views:
            if id in self._earlier and view.output is value:
                return {"output": [stream, id]}
            if id in self._earlier and getattr(view, "w", None) is value:
                return {"weight": id}
        if hasattr(value, "get_value"):
            return {"shared": self._keep(value.get_value())}
        node = value.owner
        if node and isinstance(node.op, T.DimShuffle) and node.op.new_order == (1, 0):
            return {"transposed": self._symbol(node.inputs[0])}
        return {UNTOLD: "an expression"}

    def _keep(self, array):
        name = f"option/{len(self.arrays)}"
        self.arrays[name] = np.array(array, order="C")
        return name


class Decoder:
    """Turns plain values back into calls, on the network that they build.

    Parameters
    ----------
    network : network
        Empty at first; later layers refer to earlier ones.
    arrays : dict
        What :attr:`Encoder.arrays` was.
    dataset : Dataset, str or path, optional
        Takes the place of every data set in the calls.
    """

    def __init__(self, network, arrays, dataset=None):
        self.network, self.arrays, self.dataset = network, arrays, dataset

    def build(self, calls):
        """Repeat the encoded `calls` on the network."""
        for call in calls:
            options = self.value(call["options"])
            if call["kind"] == "layer":
                self.network.add_layer(call["type"], **options)
            else:
                self.network.add_module(call["type"], self._module_options(options))

    def _module_options(self, options):
        if "dataset" in options and self.dataset is not None:
            options["dataset"] = self.dataset
        return options

    def value(self, value):
        """Return what the encoded `value` stands for; lists become tuples."""
        if isinstance(value, list):
            return tuple(self.value(item) for item in value)
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and next(iter(value)) in self.READERS:
            (kind, content), = value.items()
            return self.READERS[kind](self, content)
        return {key: self.value(item) for key, item in value.items()}

    def _output(self, content):
        stream, id = content
        return getattr(self.network, VIEWS[stream])[id].output

    READERS = {
        "float": lambda decoder, text: float(text),
        "array": lambda decoder, name: decoder.arrays[name],
        "shared": lambda decoder, name: theano.shared(decoder.arrays[name]),
        "param": lambda decoder, name: named_params(decoder.network)[name],
        "output": _output,
        "weight": lambda decoder, id: decoder.network.layers[id].w,
        "transposed": lambda decoder, value: decoder.value(value).T,
        "dataset": lambda decoder, found: AbsentDataset.of(found),
    }


def untold(value):
    """Return what an encoded `value` could not tell, a list of words."""
    if isinstance(value, dict):
        if UNTOLD in value:
            return [value[UNTOLD]]
        value = list(value.values())
    return [word for item in value for word in untold(item)] if isinstance(value, list) else []


def facts(dataset):
    """Return what a data set looks like to a network, a dict; with its folder, if it has one."""
    found = {"name": dataset.name, "mini_batch_size": dataset.mini_batch_size,
             "shape": [dataset.height, dataset.width, dataset.channels],
             "rows_per_block": [dataset.rows_in_block[split] for split in SPLITS],
             "blocks": [dataset.blocks(split) for split in SPLITS],
             "rows": [dataset.rows(split) for split in SPLITS]}
    folder = getattr(dataset, "folder", None)
    return found if folder is None else dict(found, folder=str(pathlib.Path(folder).resolve()))


class AbsentDataset(Dataset):
    """The place of a data set that is not here when its network is loaded: facts and no rows."""

    @classmethod
    def of(cls, found):
        """Return the data set that ``facts`` gave `found` for: its folder, if that is there."""
        folder = found.pop("folder", None)
        if folder is not None and pathlib.Path(folder).is_dir():
            return folder
        return cls(**found)

    def load(self, split, block=0):
        """Raise a ValueError: there are no rows here."""
        raise ValueError(f"the network was saved with the dataset {self.name!r}, which was in "
                         f"memory or in a folder that is gone; give one like it to "
                         f"network.load(path, dataset=...).")

    def labels(self, split):
        """Return None: nothing is known of them."""
        return None


def _number(value):
    return value if np.isfinite(value) else {"float": repr(value)}
