"""From what a network is made of to what its twin is made of: parameters, outputs, expressions."""

import copy

import numpy as np
import theano
from theano.gof.graph import clone_get_equiv, inputs

from yann_weightnorm.toolbox.rebuilding.owners import param_of

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
        Parameter of the network -> the twin's parameters that are learnt instead, a list.
    lost : dict
        Parameter without a counterpart -> its name, in words.
    """

    def __init__(self):
        self.known, self.successors, self.lost = {}, {}, {}
        self._generators = []   # (a generator of NumPy's, the twin's)

    # -- what corresponds ---------------------------------------------------------------------

    def add_generator(self, old, new):
        """Let the generator `new`, a numpy.random.RandomState, stand for `old`."""
        self._generators.append((old, new))

    def add_module(self, kind, old, new):
        """Let the variables of the module `new` stand for those of `old`."""
        if kind == "datastream":
            self.known.update({old.x: new.x, old.y: new.y, old.data_x: new.data_x,
                               old.data_y: new.data_y})
        elif kind == "optimizer":
            self.known[old.learning_rate] = new.learning_rate

    def add_weight(self, old, new):
        """Let the weight `new`, a parameter or made of some, stand for `old`."""
        self.known.setdefault(old, new)

    def add_params(self, old, new, names):
        """Let the parameters `names` of the layer `new` stand for those of `old`."""
        for name in names:
            before, after = param_of(old, name), param_of(new, name)
            self.known.setdefault(before, after)
            self.successors.setdefault(before, [after])

    def add_outputs(self, network, twin, id):
        """Let what the twin's layer `id` gives in each stream stand for what the network's does."""
        for views in VIEWS:
            self.known[getattr(network, views)[id].output] = getattr(twin, views)[id].output

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
        lost = [self.lost[leaf] for leaf in inputs([made]) if leaf in self.lost]
        if lost:
            raise ValueError(f"{who} is made of {' and '.join(lost)}, which a layer with a plain "
                             f"weight does not have; make it of the layer's w, or leave the layer "
                             f"out of what is folded: fold(net, layers=[...]).")
        return made
