"""Which layer of a network a parameter belongs to."""

__all__ = ["Owners", "param_of"]


def param_of(layer, name):
    """Return the parameter `name` of `layer`, one of its `params`."""
    return layer.params[layer.param_names.index(name)]


class Owners:
    """The owners of a network's parameters: of each, the first layer that has it.

    Parameters
    ----------
    network : network
    """

    def __init__(self, network):
        self._owners = {}
        for view in network.layers.values():
            for name, param in zip(view.param_names, view.params):
                if hasattr(param, "get_value"):
                    self._owners.setdefault(param, (view.layer, name))

    def of(self, param):
        """Return (layer, name) of the owner of `param`; (None, None) if it is an expression."""
        return self._owners.get(param, (None, None))

    def owns(self, layer, name):
        """Return whether the parameter `name` of `layer` is its own."""
        return self.of(param_of(layer, name))[0] is layer
