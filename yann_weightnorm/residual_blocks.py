"""Residual blocks of a network, found by its sums.

Source of what they are needed for: Arpit, Campos & Bengio (2019), arXiv:1906.02341.
"""

from collections import namedtuple

__all__ = ["Block", "find_blocks", "find_places"]



class Block(namedtuple("Block", "sum fork shortcut residual stage")):
    """A sum of a shortcut and of one or more residual branches, which leave from one layer.

    Attributes
    ----------
    sum : str
        Id of the merge layer.
    fork : str
        Id of the layer that all branches leave from.
    shortcut : tuple of str
        Ids of the weight layers of the shortcut: none, or one.
    residual : list of tuple of str
        Ids of the weight layers of each residual branch, upwards.
    stage : int
        Blocks whose shortcuts, without a weight, lead from one to the next have one number.
    """

    __slots__ = ()


def find_places(net):
    """Return the place of layers in residual blocks, as their option `residual` would say it.

    Parameters
    ----------
    net : network

    Returns
    -------
    dict
        Layer id -> 'first', ('last', blocks of its stage) or 'shortcut'. A branch of one weight
        layer has a last one only.
    """
    blocks = find_blocks(net)
    places = {}
    for block in blocks:
        count = sum(other.stage == block.stage for other in blocks)
        places.update((id, "shortcut") for id in block.shortcut)
        for branch in block.residual:
            places[branch[0]] = "first"
            places[branch[-1]] = "last", count
    return places


def find_blocks(net):
    """Return the residual blocks of `net`, a list of :class:`Block` in the order of their sums.

    A sum is one if its branches leave from one layer, each is a chain, and one of them, the
    shortcut, has fewer weight layers than the others: none or one. Whatever else sums up is none.
    A block within a branch counts as its own shortcut there.
    """
    return list(_Finder(net).blocks.values())


class _Finder:
    """Walks down from each sum of a network, the lower ones first."""

    def __init__(self, net):
        self.layers, self.order = net.layers, {id: n for n, id in enumerate(net.layers)}
        self.origins, self.below, self.blocks = {}, {}, {}
        for id, view in net.layers.items():
            # An input's origin is a datastream, whose id may be a layer's as well.
            origins = [] if view.type == "input" else [o for o in view.origin if o in net.layers]
            self.origins[id] = origins
            self.below[id] = set(origins).union(*(self.below[o] for o in origins))
            if getattr(view, "layer_type", None) == "sum" and origins:
                self._read(id, origins)

    def _read(self, id, origins):
        common = set.intersection(*({origin} | self.below[origin] for origin in origins))
        if not common:
            return
        fork = max(common, key=self.order.get)
        chains = [self._chain(origin, fork) for origin in origins]
        if any(chain is None for chain in chains):
            return
        chains.sort(key=len)
        if len(chains[0]) < len(chains[1]) and len(chains[0]) <= 1:
            self.blocks[id] = Block(id, fork, chains[0], chains[1:],
                                    self._stage(fork, chains[0]))

    def _chain(self, id, fork):
        """Return the ids of the weight layers from above `fork` up to `id`; None if no chain."""
        found = []
        while id != fork:
            if hasattr(self.layers[id], "robust_length"):
                found.append(id)
            id = self._down(id)
            if id is None or self.order[id] < self.order[fork]:
                return None
        return tuple(reversed(found))

    def _down(self, id):
        """Return the layer that `id` stands on; of a block, the one that it leaves from."""
        if id in self.blocks:
            return self.blocks[id].fork
        return self.origins[id][0] if len(self.origins[id]) == 1 else None

    def _stage(self, fork, shortcut):
        """Return the stage of the block that `fork` stands on, or a new one."""
        while fork is not None and fork not in self.blocks:
            fork = None if hasattr(self.layers[fork], "robust_length") else self._down(fork)
        if shortcut or fork is None:
            return 1 + max((block.stage for block in self.blocks.values()), default=0)
        return self.blocks[fork].stage
