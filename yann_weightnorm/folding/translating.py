"""From what a network is made of to what its twin is made of: parameters, outputs, expressions."""

import copy

import numpy as np
import theano
from theano.gof.graph import clone_get_equiv, inputs

from yann_weightnorm.folding.twins import other_params, parts_of, weight_names

__all__ = ["Translation"]

VIEWS = "dropout_layers", "layers", "inference_layers"


class Translation:
    """What stands in the twin for each variable of the network that it is made from.

    Attributes
    ----------
    known : dict
        Variable of the network -> the twin's. Whatever is made of such variables is translated by
        making it of their counterparts.
    successors : dict
        Learnt parameter of the network -> the twin's parameters that are learnt instead, a list.
    """

    def __init__(self):
        self.known, self.successors = {}, {}
        self._lost = {}         # parameter without a counterpart -> its name
        self._generators = []   # (a generator of NumPy's, the twin's)

    # -- what corresponds ---------------------------------------------------------------------

    def add_generator(self, old, new):
        """Let the generator `new`, a numpy.random.RandomState, stand for `old`."""
        self._generators.append((old, new))

    def add_module(self, kind, old, new):
        """Let the variables of the module `new` stand for those of `old`."""
        if kind == "datastream":
            self.known.update({old.x: new.x, old.y: new.y})
        elif kind == "optimizer":
            self.known[old.learning_rate] = new.learning_rate

    def add_layer(self, network, twin, id):
        """Let parameters, weights and outputs of the twin's layer `id` stand for the network's."""
        old, new = network.layers[id].layer, twin.layers[id].layer
        if hasattr(old, "set_weight"):
            for name in weight_names(old):
                self.known.setdefault(getattr(old, name), getattr(new, name))
        if type(old) is type(new):
            self._add_params(old, new, old.param_names)
        else:
            self._add_params(old, new, other_params(old))
            self._add_weights(old, new)
        for views in VIEWS:
            self.known[getattr(network, views)[id].output] = getattr(twin, views)[id].output

    def _add_params(self, old, new, names):
        for name in names:
            before, after = _param(old, name), _param(new, name)
            self.known.setdefault(before, after)
            self.successors.setdefault(before, [after])

    def _add_weights(self, old, new):
        for name in weight_names(old):
            learnt = [p for p in (_param(new, part) for part in parts_of(new, name))
                      if p in new.active_params]
            for part in parts_of(old, name):
                param = _param(old, part)
                self.successors.setdefault(param, learnt)
                if param not in self.known:
                    self._lost.setdefault(param, f"the {part} of {old.who}")

    def add_own(self, param):
        """Let a copy stand for a shared variable that belongs to no layer, such as a script's."""
        if param not in self.known:
            twin = theano.shared(param.get_value(), name=param.name,
                                 broadcastable=param.broadcastable)
            self.known[param], self.successors[param] = twin, [twin]

    # -- translating --------------------------------------------------------------------------

    def value(self, value, who):
        """Return `value`, an option of the layer or module `who`, as the twin has it.

        Raises
        ------
        ValueError
            If it is made of a parameter that has no counterpart.
        """
        if isinstance(value, dict):
            return {key: self.value(item, who) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(item, who) for item in value]
        if isinstance(value, np.random.RandomState):
            return self._generator(value)
        return self.symbol(value, who) if isinstance(value, theano.gof.Variable) else value

    def _generator(self, rng):
        for old, new in self._generators:
            if old is rng:
                return new
        self.add_generator(rng, copy.deepcopy(rng))
        return self._generators[-1][1]

    def symbol(self, variable, who):
        """Return the symbolic `variable`, made of what stands for its parts.

        Raises
        ------
        ValueError
            If it is made of a parameter that has no counterpart.
        """
        if variable in self.known or variable.owner is None:
            made = self.known.get(variable, variable)
        else:
            memo = dict(self.known)
            made = clone_get_equiv(list(memo), [variable], copy_inputs=False, copy_orphans=False,
                                   memo=memo)[variable]
        lost = [self._lost[leaf] for leaf in inputs([made]) if leaf in self._lost]
        if lost:
            raise ValueError(f"{who} is made of {' and '.join(lost)}, which a layer with a plain "
                             f"weight does not have; make it of the layer's w, or leave the layer "
                             f"out of what is folded: fold(net, layers=[...]).")
        return made


def _param(layer, name):
    return layer.params[layer.param_names.index(name)]
