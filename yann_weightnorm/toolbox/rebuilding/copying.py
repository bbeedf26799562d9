"""A copy of a network: a twin that has learnt the same and trains on the same way."""

import copy

from yann_weightnorm.toolbox.rebuilding.carrying import Carrying
from yann_weightnorm.toolbox.rebuilding.rebuilding import Rebuilding

__all__ = ["Copying"]


class Copying:
    """Base of the network: :func:`copy.deepcopy` builds it again, and carries everything over.

    Copying the graph node by node, as Python would, goes as deep as the graph and so, in a network
    of more than a few layers, deeper than Python lets a call go.
    """

    def __deepcopy__(self, memo):
        rebuilding = Rebuilding(self)
        twin = memo[id(self)] = rebuilding.build()
        rebuilding.cook()
        Carrying(rebuilding).carry()
        # Whatever else is copied along may refer to variables of the network.
        memo.update((id(old), new) for old, new in rebuilding.translation.known.items())
        # What a script keeps on the network; what begins with an underscore is made when needed.
        for name, value in vars(self).items():
            if name not in vars(twin) and not name.startswith("_"):
                setattr(twin, name, copy.deepcopy(value, memo))
        twin.verbose, twin.conversion = self.verbose, self.conversion
        return twin
