"""Which layers weights are written from or read into, and what their modules are called."""

from collections import OrderedDict

from yann_weightnorm.toolbox.registry import hint

__all__ = ["modules_of", "value_of"]


def modules_of(source, names, layers, who):
    """Return an OrderedDict: name of a PyTorch module -> layer.

    Parameters
    ----------
    source : network, or a layer of one
        A layer is a module of no name.
    names : dict or None
        Layer id -> name of the module, for those that are not called by their id.
    layers : collection of str or None
        Ids of the layers that count, by default all that have parameters.
    who : str
        Begins error messages.

    Raises
    ------
    ValueError
        If a layer is unknown or has no parameters, or two modules have one name.
    """
    if not hasattr(source, "inference_layers"):
        return OrderedDict([("", getattr(source, "layer", source))])
    names = dict(names or {})
    for id in list(names) + list(layers or ()):
        if id not in source.layers or not source.layers[id].params:
            known = [id for id, view in source.layers.items() if view.params]
            raise ValueError(f"{who} got the layer {id!r}{hint(id, known)}; layers with "
                             f"parameters: {', '.join(known) or 'none'}.")
    found = OrderedDict((names.get(id, id), view.layer) for id, view in source.layers.items()
                        if view.params and (layers is None or id in layers))
    if layers is None and len(found) != sum(bool(v.params) for v in source.layers.values()):
        raise ValueError(f"{who} got names {names!r}, by which two layers have one name; give each "
                         f"its own.")
    return found


def value_of(param):
    """Return the value of a parameter, which may be an expression, as an array."""
    return param.get_value() if hasattr(param, "get_value") else param.eval()
