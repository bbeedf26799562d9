"""Plain layers and their weight-normalised twins: the classes, the weights by name."""

from yann_weightnorm.layers.normalised import Normalised
from yann_weightnorm.toolbox import registry

__all__ = ["is_normalised", "other_params", "parts_of", "plain_class", "set_weight", "twin_class",
           "weight_names", "weight_value"]


def is_normalised(cls):
    """Return whether layers of the class `cls` have normalised weights."""
    return issubclass(cls, Normalised)


def plain_class(cls):
    """Return the class of plain layers that `cls` derives from; None if `cls` is plain itself."""
    if not is_normalised(cls):
        return None
    return next(base for base in cls.__mro__ if not is_normalised(base) and _is_registered(base))


def twin_class(cls):
    """Return the class of weight-normalised layers that derives from `cls`; None without one."""
    registered = map(registry.layer_class, registry.layer_names())
    return next((twin for twin in registered if plain_class(twin) is cls), None)


def _is_registered(cls):
    name = vars(cls).get("type")
    return name in registry.layer_names() and registry.layer_class(name) is cls


# -- the weights of a layer ----------------------------------------------------------------------

def weight_names(layer):
    """Return the names of the weights of `layer`: 'w', or 'w_x' and 'w_h' if it is recurrent."""
    return list(getattr(layer, "weight_shapes", ["w"]))


def weight_value(layer, name):
    """Return the value of the weight `name`, an array."""
    return layer.weight_value(name) if hasattr(layer, "weight_shapes") else layer.weight_value()


def set_weight(layer, name, value):
    """Set the weight `name` to the array `value`."""
    if hasattr(layer, "weight_shapes"):
        layer.set_weight(name, value)
    else:
        layer.set_weight(value)


def parts_of(layer, name):
    """Return the names of the parameters that the weight `name` is made of, a list."""
    if not is_normalised(type(layer)):
        return [name]
    return layer.normalised[name].names


def other_params(layer):
    """Return the names of the parameters that no weight is made of, a list."""
    behind = {part for name in weight_names(layer) for part in parts_of(layer, name)}
    return [name for name in layer.param_names if name not in behind]
