"""The numbers of a network that a model keeps: parameters, weights, tensors of the script's own."""

from theano.compile.sharedvalue import SharedVariable
from theano.gof.graph import Constant, inputs

from yann_weightnorm.folding.twins import is_normalised, weight_value

__all__ = ["known_value", "weight_of"]


def known_value(variable, who, name):
    """Return the value of a shared variable or of an expression, an array.

    Raises
    ------
    ValueError
        If it is no fixed value: something has to be given to compute it, or it is drawn.
    """
    if hasattr(variable, "get_value"):
        return variable.get_value()
    leaves = inputs([variable])
    missing = [leaf for leaf in leaves if not isinstance(leaf, (Constant, SharedVariable))]
    drawn = any(getattr(leaf, "default_update", None) is not None for leaf in leaves)
    if missing or drawn:
        why = f"made of {', '.join(map(str, missing))}" if missing else "drawn anew each time"
        raise ValueError(f"to_onnx can't write {who}: its {name} has no fixed value, it is {why}. "
                         f"Leave the layer out by outputs=[...].")
    return variable.eval()


def weight_of(layer, name="w"):
    """Return the value of a weight, an array, however it is parametrised."""
    if is_normalised(type(layer)):
        return weight_value(layer, name)
    return known_value(getattr(layer, name), layer.who, name)
