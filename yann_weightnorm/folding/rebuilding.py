"""The twin of a network that has some layers of another class."""

from yann_weightnorm.folding.twins import (
    is_normalised,
    other_params,
    parts_of,
    weight_names,
    weight_value,
)
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.rebuilding import Rebuilding
from yann_weightnorm.toolbox.rebuilding.owners import param_of
from yann_weightnorm.toolbox.rebuilding.rebuilding import was_given

__all__ = ["Converting"]


class Converting(Rebuilding):
    """Builds the twin of a network, in which the layers of a choice are converted.

    Parameters
    ----------
    network : network
    choice : Choice
    options : dict
        Options of those layers, by id, instead of or besides the ones that they were added with.
    """

    def __init__(self, network, choice, options):
        super().__init__(network)
        self.choice, self.options, self.owners = choice, options, choice.owners

    def class_of(self, layer):
        """Return the class that the choice gives `layer`, or its own."""
        return self.choice.classes.get(layer.id, type(layer))

    def options_of(self, layer):
        """Return the options of the converted layer."""
        return self.options.get(layer.id, {})

    def params_given(self, layer):
        """Return what stands for the weights, then for what both classes have."""
        if layer.id not in self.choice.classes:
            return super().params_given(layer)
        weights = [entry for name in weight_names(layer) for entry in self._weight(layer, name)]
        return weights + [self.param_given(layer, name) for name in other_params(layer)]

    def _weight(self, layer, name):
        """Return the entries of the parameters that the weight `name` will be made of."""
        shared = self.choice.shares(layer, name)
        if shared is not None:
            owner, owned = shared
            new = self.twin.layers[owner.id].layer
            return [param_of(new, part) for part in parts_of(new, owned)]
        given = was_given(layer, parts_of(layer, name)[0])
        form = FORMS[self.options_of(layer).get("form", "l2")]
        more = len(form.parameters) if is_normalised(self.class_of(layer)) else 0
        return [weight_value(layer, name) if given else None] + [None] * more

    def match(self, old, new):
        """Tell the translation what stands for what; parts of a weight have no counterpart."""
        super().match(old, new)
        if type(old) is type(new):
            return
        self.translation.add_params(old, new, other_params(old))
        for name in weight_names(old):
            learnt = [p for p in (param_of(new, part) for part in parts_of(new, name))
                      if p in new.active_params]
            for part in parts_of(old, name):
                self._succeed(param_of(old, part), learnt, f"the {part} of {old.who}")

    def _succeed(self, param, learnt, words):
        self.translation.successors.setdefault(param, learnt)
        if param not in self.translation.known:
            self.translation.lost.setdefault(param, words)
