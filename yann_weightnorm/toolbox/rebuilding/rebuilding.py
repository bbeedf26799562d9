"""The twin of a network: built again by the same calls, on variables of its own."""

import numpy as np
import theano

from yann_weightnorm.toolbox import registry
from yann_weightnorm.toolbox.rebuilding.owners import Owners, param_of
from yann_weightnorm.toolbox.rebuilding.translating import Translation

__all__ = ["Rebuilding", "was_given"]


class Rebuilding:
    """Builds the twin of a network.

    Expressions among the options are made anew of the twin's parts; functions, data sets and
    shared variables that are no parameters serve both.

    Parameters
    ----------
    network : network

    Attributes
    ----------
    twin : network
        Built, by :meth:`build`. Neither cooked nor set to any values yet.
    translation : Translation
    owners : Owners
        Of the parameters of `network`.
    """

    def __init__(self, network):
        self.network, self.owners = network, Owners(network)
        self.translation, self.twin = Translation(), None

    def build(self):
        """Build the twin and return it.

        Raises
        ------
        ValueError
            If the network was built with another floatX than Theano has now.
        """
        self._check_floatx()
        self.twin = type(self.network)(verbose=0, rng=np.random.RandomState(0))
        self.twin.borrow = self.network.borrow
        self.translation.add_generator(self.network.rng, self.twin.rng)
        for param in self.network.active_params:
            if hasattr(param, "get_value") and self.owners.of(param)[0] is None:
                self.translation.add_own(param)
        for call in self.network.calls:
            (self._layer if call.kind == "layer" else self._module)(call)
        self.twin.active_params = self._active_params()
        return self.twin

    def cook(self):
        """Cook the twin as the network was cooked, if it was. No result file is begun."""
        if self.network.cook_options is not None:
            self.twin.begins_files = False
            self.twin.cook(**self.network.cook_options)
            self.twin.begins_files = True

    # -- what a conversion does otherwise -----------------------------------------------------

    def class_of(self, layer):
        """Return the class of the layer that stands for `layer`."""
        return type(layer)

    def options_of(self, layer):
        """Return options that the layer that stands for `layer` has besides its own, or instead."""
        return {}

    def params_given(self, layer):
        """Return the `input_params` of the layer that stands for `layer`."""
        return [self.param_given(layer, name) for name in layer.param_names]

    def match(self, old, new):
        """Tell the translation what of the layer `new` stands for what of `old`."""
        if hasattr(old, "set_weight"):
            for name in getattr(old, "weight_shapes", ["w"]):
                self.translation.add_weight(getattr(old, name), getattr(new, name))
        if type(old) is type(new):
            self.translation.add_params(old, new, old.param_names)

    # -----------------------------------------------------------------------------------------

    def param_given(self, layer, name):
        """Return what is given for the parameter `name`: None, an array, or what others have."""
        if not self.owners.owns(layer, name):
            return self.translation.symbol(param_of(layer, name), layer.who)
        if not was_given(layer, name):
            return None
        # As it was given: the present value is set later, and may be one that no layer begins with.
        given = layer._given[layer.param_names.index(name)]
        return given.get_value() if hasattr(given, "get_value") else given

    def _check_floatx(self):
        now, then = theano.config.floatX, {p.dtype for p in self.network.params}
        if then - {now}:
            raise ValueError(f"the network was built with floatX={min(then - {now})}, and Theano "
                             f"has floatX={now} now; set it back before the network is copied or "
                             f"converted.")

    def _module(self, call):
        id = call.options["id"]
        self.twin.add_module(call.type, self.translation.value(call.options,
                                                               f"{call.type} {id!r}"))
        self.translation.add_module(call.type, *(getattr(net, call.type)[id]
                                                 for net in (self.network, self.twin)))

    def _layer(self, call):
        view = self.network.layers[call.options["id"]]
        cls = self.class_of(view.layer)
        options = dict(call.options, **self.options_of(view.layer))
        given, known = options.pop("input_params", None), registry.option_names(cls)
        options = self.translation.value({name: value for name, value in options.items()
                                          if name in known or name == "origin"}, view.who)
        if given:
            options["input_params"] = self.params_given(view.layer)
        # The type by the name that the call gave it, which may be an alias.
        type_name = call.type if cls is type(view.layer) else cls.type
        self.twin.add_layer(type_name, id=view.id, learnable=view.active, **options)
        self.match(view.layer, self.twin.layers[view.id].layer)
        self.translation.add_outputs(self.network, self.twin, view.id)

    def _active_params(self):
        found = self.translation.successors
        learnt = (found[param] if param in found else
                  [self.translation.symbol(param, "one of the active_params")]
                  for param in self.network.active_params)
        return list(dict.fromkeys(param for params in learnt for param in params))


def was_given(layer, name):
    """Return whether `input_params` gave the parameter `name` of `layer`."""
    place = layer.param_names.index(name)
    return place < len(layer._given) and layer._given[place] is not None
