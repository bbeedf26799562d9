"""What a network has learnt and where its training stands, carried over to its twin.

Whatever the two have alike goes over as it is. Of a layer that was converted the weight goes over;
what its twin has no place for (the length of v, what optimizers remember of v and g, or of w) is
put aside under the layer's id, in ``network.aside``, for the way back.
"""

import contextlib
import hashlib

import numpy as np

from yann_weightnorm.folding.twins import (
    other_params,
    parts_of,
    set_weight,
    weight_names,
    weight_value,
)
from yann_weightnorm.toolbox import network_state

__all__ = ["OWN_OPTIONS", "Carrying", "fits"]

# Options that only one of two twins has, or that mean something else in the other.
OWN_OPTIONS = "form", "learn_g", "regularize"
NOW, BEST = "now", "best"


def fits(entry, layer, version=NOW):
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


class Carrying:
    """Sets a twin, built and cooked, to what its network has learnt.

    Parameters
    ----------
    network, twin : network
    choice : Choice
        The layers that are of another class in the twin.
    found : dict
        Layer id -> what an earlier conversion put aside, where that is still good.
    """

    def __init__(self, network, twin, choice, found):
        self.network, self.twin, self.choice, self.found = network, twin, choice, found
        self.aside = {id: {"options": _own_options(network, id), "digests": {}, "arrays": {}}
                      for id in choice.classes}

    def carry(self, remember):
        """Set parameters, the best ones so far, and the state of training.

        Parameters
        ----------
        remember : bool
            Whether to put aside what the twin has no place for.
        """
        if self.network.best_params:
            with _holding(self.network.best_params):
                self._carry_parameters(BEST)
            self.twin.keep_best()
        self._carry_parameters(NOW)
        self._carry_state()
        others = {id: entry for id, entry in self.network.aside.items() if id not in self.aside}
        self.twin.aside = dict(others, **self.aside) if remember else {}

    # -- parameters ---------------------------------------------------------------------------

    def _carry_parameters(self, version):
        for id, view in self.network.layers.items():
            old, new = view.layer, self.twin.layers[id].layer
            converted = id in self.choice.classes
            for name in other_params(old) if converted else old.param_names:
                if self._owns(old, name):
                    _param(new, name).set_value(_param(old, name).get_value())
            if converted:
                self._carry_weights(old, new, version)

    def _carry_weights(self, old, new, version):
        mine = [name for name in weight_names(old) if self.choice.shares(old, name) is None]
        entry, back = self.aside[old.id], self.found.get(old.id)
        for name in mine:
            if back is not None and fits(back, old, version):
                for part in parts_of(new, name):
                    _param(new, part).set_value(back["arrays"][f"{version}/{part}"])
            else:
                set_weight(new, name, weight_value(old, name))
            entry["digests"][f"{version}/{name}"] = _digest(weight_value(new, name))
            entry["arrays"].update((f"{version}/{part}", _param(old, part).get_value())
                                   for part in parts_of(old, name) if self._owns(old, part))

    def _owns(self, layer, name):
        return self.choice.owners.of(_param(layer, name))[0] is layer

    # -- training -----------------------------------------------------------------------------

    def _carry_state(self):
        arrays, numbers = network_state.state(self.network)
        made, _ = network_state.state(self.twin)
        for name in made:
            if not name.startswith("best/") and name in arrays and \
                    arrays[name].shape == made[name].shape:
                made[name] = arrays[name]
        for id, entry in self.aside.items():
            slots = _slots(arrays, self.network.layers[id].layer)
            entry["arrays"].update((f"slot/{place}", arrays[place]) for place in slots)
            back = self.found.get(id, {"arrays": {}})["arrays"]
            made.update((place, back[f"slot/{place}"])
                        for place in _slots(made, self.twin.layers[id].layer)
                        if f"slot/{place}" in back)
        network_state.set_state(self.twin, made, dict(numbers, aside=[]))
        self.twin.best_validation_errors = self.network.best_validation_errors
        self.twin.left_off = numbers["training"] or self.network.left_off


def _param(layer, name):
    return layer.params[layer.param_names.index(name)]


def _own_options(network, id):
    call = next(c for c in network.calls if c.kind == "layer" and c.options["id"] == id)
    return {name: call.options[name] for name in OWN_OPTIONS if name in call.options}


def _slots(arrays, layer):
    """Return the names in `arrays` of what optimizers remember of the parameters of weights."""
    parts = [f"{layer.id}.{part}." for name in weight_names(layer)
             for part in parts_of(layer, name)]
    return [place for place in arrays if place.startswith("optimizer/")
            and place.split("/", 2)[2].startswith(tuple(parts))]


@contextlib.contextmanager
def _holding(values):
    """Let parameters hold other `values`, (parameter, array) pairs, for a while."""
    before = [(param, param.get_value()) for param, _ in values]
    try:
        for param, value in values:
            param.set_value(value)
        yield
    finally:
        for param, value in before:
            param.set_value(value)
