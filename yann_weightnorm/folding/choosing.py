"""Which layers of a network are converted, and why others are not."""

from collections import OrderedDict

import numpy as np

from yann_weightnorm.folding.twins import (
    parts_of,
    plain_class,
    twin_class,
    weight_names,
    weight_value,
)
from yann_weightnorm.toolbox.rebuilding import Owners

__all__ = ["Choice", "WeightOwners"]


class WeightOwners(Owners):
    """The owners of a network's parameters, and of its weights, however they are made."""

    def of_weight(self, layer, weight):
        """Return (layer, weight's name) of the layer whose weight this one's `weight` is.

        (None, None) if an expression, or parts of another weight and of its own, are behind it.
        """
        found = [self.of(getattr(layer, part)) for part in parts_of(layer, weight)]
        owner = found[0][0]
        for name in weight_names(owner) if owner is not None else ():
            # One form makes of the same parts what the activation asks for, so values count too.
            if found == [(owner, part) for part in parts_of(owner, name)] and (
                    owner is layer or np.array_equal(weight_value(layer, weight),
                                                     weight_value(owner, name))):
                return owner, name
        return None, None


class Choice:
    """The layers of a network that are converted.

    Parameters
    ----------
    network : network
    folds : bool
        Whether weights become plain or, otherwise, normalised.
    wanted : collection of str, optional
        Ids of those that may be converted, all by default.

    Attributes
    ----------
    classes : OrderedDict
        Id -> the class it becomes one of.
    kept : OrderedDict
        Id -> why it is not, of those that might be.
    notes : dict
        Id -> what is different besides.
    owners : WeightOwners
    """

    def __init__(self, network, folds, wanted=None):
        self.folds, self.owners = folds, WeightOwners(network)
        self.classes, self.kept, self.notes = OrderedDict(), OrderedDict(), {}
        for id, view in network.layers.items():
            target = (plain_class if folds else twin_class)(type(view.layer))
            if target is not None and (wanted is None or id in wanted):
                self._choose(view.layer, target)

    def _choose(self, layer, target):
        why = (self._obstacle_to_folding if self.folds else self._obstacle)(layer, target)
        if why:
            self.kept[layer.id] = why
        else:
            self.classes[layer.id] = target

    def _obstacle(self, layer, target):
        """Return why the plain `layer` can't have normalised weights; '' if it can."""
        for name in weight_names(layer):
            owner, owned = self.owners.of_weight(layer, name)
            if owner is None:
                return f"its {name} is made of other weights, which it follows"
            if owner is layer:
                continue
            if owner.id not in self.classes:
                return f"it shares the {owned} of {owner.who}, which is not converted"
            if target.norm_axes != self.classes[owner.id].norm_axes:
                return f"it shares the {owned} of {owner.who}, whose neurons lie along another axis"
        return ""

    def _obstacle_to_folding(self, layer, target):
        for name in weight_names(layer):
            owner, owned = self.owners.of_weight(layer, name)
            if owner is None:
                self.notes[layer.id] = self._cut(layer, name)
            elif owner is not layer and owner.id not in self.classes:
                return f"it shares the {owned} of {owner.who}, which is not folded"
        return ""

    def _cut(self, layer, name):
        others = {self.owners.of(getattr(layer, part))[0] for part in parts_of(layer, name)}
        named = sorted(f"{other.who}'s" for other in others - {None, layer})
        return f"its {name}, made with {' and '.join(named) or 'other weights'}, is its own now"

    def shares(self, layer, weight):
        """Return (layer, name) of another converted layer's weight that is this one; or None."""
        owner, name = self.owners.of_weight(layer, weight)
        return (owner, name) if owner not in (None, layer) else None
