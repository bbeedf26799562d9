"""A network once more, from the calls that built it, with some layers of another class."""

import numpy as np

from yann_weightnorm.folding.translating import Translation
from yann_weightnorm.folding.twins import (
    is_normalised,
    other_params,
    parts_of,
    weight_names,
    weight_value,
)
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox import registry

__all__ = ["Rebuilding"]


class Rebuilding:
    """Builds the twin of a network.

    Parameters
    ----------
    network : network
    choice : Choice
        The layers that are of another class in the twin.
    options : dict
        Options of those layers, by id, instead of or besides the ones that they were added with.

    Attributes
    ----------
    twin : network
        Built; neither cooked nor set to any values yet.
    """

    def __init__(self, network, choice, options):
        self.network, self.choice, self.options = network, choice, options
        self.translation = Translation()
        self.twin = type(network)(verbose=0, rng=np.random.RandomState(0))
        self.twin.borrow = network.borrow
        self.translation.add_generator(network.rng, self.twin.rng)
        for param in network.active_params:
            if hasattr(param, "get_value") and choice.owners.of(param)[0] is None:
                self.translation.add_own(param)
        for call in network.calls:
            (self._layer if call.kind == "layer" else self._module)(call)
        self.twin.active_params = self._active_params()

    def cook(self):
        """Cook the twin as the network was cooked, if it was. No result file is begun."""
        if self.network.cook_options is None:
            return
        self.twin.begins_files = False
        self.twin.cook(**self.network.cook_options)
        self.twin.begins_files = True

    def _active_params(self):
        found = self.translation.successors
        learnt = (found[param] if param in found else
                  [self.translation.symbol(param, "one of the active_params")]
                  for param in self.network.active_params)
        return list(dict.fromkeys(param for params in learnt for param in params))

    def _module(self, call):
        id = call.options["id"]
        self.twin.add_module(call.type, self.translation.value(
            call.options, f"{call.type} {id!r}"))
        modules = getattr(self.network, call.type), getattr(self.twin, call.type)
        self.translation.add_module(call.type, *(module[id] for module in modules))

    def _layer(self, call):
        id = call.options["id"]
        view = self.network.layers[id]
        cls = self.choice.classes.get(id, type(view.layer))
        options = dict(call.options, **self.options.get(id, {}))
        given, origin = options.pop("input_params", None), options.pop("origin", None)
        options = {name: value for name, value in options.items()
                   if name in registry.option_names(cls)}
        options = self.translation.value(dict(options, origin=origin), view.who)
        if given:
            options["input_params"] = self._given(view.layer, cls)
        self.twin.add_layer(cls.type, id=id, learnable=view.active, **options)
        self.translation.add_layer(self.network, self.twin, id)

    # -- input_params -------------------------------------------------------------------------

    def _given(self, layer, cls):
        """Return the `input_params` of the layer of class `cls` that stands for `layer`."""
        if layer.id not in self.choice.classes:
            return [self._entry(layer, name) for name in layer.param_names]
        weights = [entry for name in weight_names(layer)
                   for entry in self._weight(layer, name, cls)]
        return weights + [self._entry(layer, name) for name in other_params(layer)]

    def _entry(self, layer, name):
        place = layer.param_names.index(name)
        param = layer.params[place]
        if self.choice.owners.of(param)[0] is not layer:
            return self.translation.symbol(param, layer.who)
        return param.get_value() if _was_given(layer, place) else None

    def _weight(self, layer, name, cls):
        """Return the entries of the parameters that the weight `name` will be made of."""
        shared = self.choice.shares(layer, name)
        if shared is not None:
            owner, owned = shared
            new = self.twin.layers[owner.id].layer
            return [getattr(new, part) for part in parts_of(new, owned)]
        first = layer.param_names.index(parts_of(layer, name)[0])
        value = weight_value(layer, name) if _was_given(layer, first) else None
        form = self.options.get(layer.id, {}).get("form", "l2")
        return [value] + [None] * (len(FORMS[form].parameters) if is_normalised(cls) else 0)


def _was_given(layer, place):
    """Return whether `input_params` gave the parameter at `place` of `layer`."""
    return place < len(layer._given) and layer._given[place] is not None
