"""What a network has learnt and where its training stands, carried over to its twin.

Whatever the two have alike goes over as it is. Of a layer that was converted the weight goes over;
what its twin has no place for (the length of v, what optimizers remember of v and g, or of w) is
put aside under the layer's id, in ``network.aside``, for the way back.
"""

import hashlib

import numpy as np

from yann_weightnorm.folding.twins import (
    other_params,
    parts_of,
    set_weight,
    weight_names,
    weight_value,
)
from yann_weightnorm.toolbox.rebuilding import Carrying
from yann_weightnorm.toolbox.rebuilding.owners import param_of

__all__ = ["OWN_OPTIONS", "CarryingOver", "fits"]

# Options that only one of two twins has, or that mean something else in the other.
OWN_OPTIONS = "form", "learn_g", "regularize"


def fits(entry, layer, version="now"):
    """Return whether the weights of `layer` are still those that it was given by a conversion.

    Parameters
    ----------
    entry : dict or None
        What was put aside of the layer then: `digests` of the weights, `arrays`, `options`.
    layer : Layer
    version : {'now', 'best'}
        Of the present parameters, or of the best so far, which `layer` has to hold meanwhile.
    """
    return entry is not None and all(
        entry["digests"].get(f"{version}/{name}") == _digest(weight_value(layer, name))
        for name in weight_names(layer))


def _digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


class CarryingOver(Carrying):
    """Sets a twin with converted layers to what its network has learnt.

    Parameters
    ----------
    converting : Converting
    found : dict
        Layer id -> what an earlier conversion put aside, where that is still good.
    remember : bool
        Whether to put aside what the twin has no place for.
    """

    def __init__(self, converting, found, remember):
        super().__init__(converting)
        self.choice, self.found, self.remember = converting.choice, found, remember
        self.aside = {id: {"options": _own_options(self.network, id), "digests": {}, "arrays": {}}
                      for id in self.choice.classes}

    def carry(self):
        """Set parameters, the best ones so far, the state of training, and what is put aside."""
        super().carry()
        self.twin.aside = dict(self.network.aside, **self.aside) if self.remember else {}

    def carry_layer(self, old, new, version):
        """Set what both have to what `old` holds, and the weights, however they are made."""
        if old.id not in self.choice.classes:
            super().carry_layer(old, new, version)
            return
        self.carry_params(old, new, other_params(old))
        entry = self.aside[old.id]
        for name in weight_names(old):
            if self.choice.shares(old, name) is None:
                self._carry_weight(old, new, name, version)
            entry["digests"][f"{version}/{name}"] = _digest(weight_value(new, name))
            entry["arrays"].update((f"{version}/{part}", param_of(old, part).get_value())
                                   for part in parts_of(old, name) if self.owners.owns(old, part))

    def _carry_weight(self, old, new, name, version):
        back = self.found.get(old.id)
        if fits(back, old, version):
            for part in parts_of(new, name):
                param_of(new, part).set_value(back["arrays"][f"{version}/{part}"])
        else:
            set_weight(new, name, weight_value(old, name))

    def merge_state(self, made, arrays):
        """Set the twin's state; what optimizers remember of weights is put aside or comes back."""
        super().merge_state(made, arrays)
        for id, entry in self.aside.items():
            slots = _slots(arrays, self.network.layers[id].layer)
            entry["arrays"].update((f"slot/{place}", arrays[place]) for place in slots)
            back = self.found.get(id, {"arrays": {}})["arrays"]
            made.update((place, back[f"slot/{place}"])
                        for place in _slots(made, self.twin.layers[id].layer)
                        if f"slot/{place}" in back)


def _own_options(network, id):
    call = next(c for c in network.calls if c.kind == "layer" and c.options["id"] == id)
    return {name: call.options[name] for name in OWN_OPTIONS if name in call.options}


def _slots(arrays, layer):
    """Return the names in `arrays` of what optimizers remember of the parameters of weights."""
    parts = [f"{layer.id}.{part}." for name in weight_names(layer)
             for part in parts_of(layer, name)]
    return [place for place in arrays if place.startswith("optimizer/")
            and place.split("/", 2)[2].startswith(tuple(parts))]
