"""What YANN prints: lines by level of verbosity, and the tree of layers."""

__all__ = ["print_layer", "print_tree", "say", "say_results", "shows_bar"]

RULE = "-" * 35
DOUBLE_RULE = "=" * 17 + "-" * 18
STEP = 9  # columns that a level of the tree moves to the right


def say(level, text, verbose):
    """Print `text` behind `level` dots if `verbose` is at least `level`."""
    if verbose >= level:
        print(f"{'.' * level} {text}")


def shows_bar(show_progress, verbose):
    """Return whether a progress bar is shown: not among the many lines of `verbose` 3."""
    return bool(show_progress) and 1 <= verbose < 3


def say_results(cost, rate, momentum, verbose):
    """Print the cost of an epoch at `verbose` 2, and its rate and momentum at 3."""
    say(2, f"Cost                : {cost:.6g}", verbose)
    say(3, f"Learning Rate       : {rate:.6g}", verbose)
    say(3, f"Momentum            : {momentum}", verbose)


def print_tree(network):
    """Print, for each layer that nothing is below, the tree of layers above it."""
    for view in network.layers.values():
        # An input's origin is a datastream, whose id may be a layer's as well.
        if view.type == "input" or not any(id in network.layers for id in view.origin):
            _print_branch(network, view, " ", True)


def _print_branch(network, view, prefix, last):
    prefix = print_layer(view, prefix, nest=True, last=last)
    for number, id in enumerate(view.destination, start=1):
        _print_branch(network, network.layers[id], prefix, number == len(view.destination))


def print_layer(layer, prefix=" ", nest=False, last=True):
    """Print what a layer is.

    Parameters
    ----------
    layer : Layer or View
    prefix : str
        Begins every line.
    nest : bool, default False
        Whether the layers above follow. Otherwise the neighbours are named.
    last : bool, default True
        Whether no other branch of the tree follows at this level.

    Returns
    -------
    str
        The prefix of the layers above.
    """
    entry = f"{prefix}|-"
    parts = [["", "", "", f" id: {layer.id}", DOUBLE_RULE], description(layer), [RULE]]
    if hasattr(layer, "filter_size"):
        parts += [filter_description(layer), [RULE]]
    if not nest:
        parts += [[f" origin: {', '.join(map(str, layer.origin)) or 'none'}",
                   f" destination: {', '.join(layer.destination) or 'none'}"]]
    print("\n".join(f"{entry}{line}" for part in parts for line in part))
    return prefix + ("" if last else "|").ljust(STEP)


def description(layer):
    """Return the lines that describe any layer."""
    lines = [f" type: {layer.type}", f" output shape: {layer.output_shape}"]
    if layer.params:
        names = ", ".join(str(p.name or "expression").rsplit(".", 1)[-1] for p in layer.params)
        lines += [f" batch norm: {'ON' if layer.batch_norm else 'OFF'}", f" parameters: {names}"]
    if layer.type == "merge":
        lines.append(f" merges by: {layer.how}")
    if not layer.active and layer.active_params:
        lines.append(" not learnable")
    return lines


def filter_description(layer):
    """Return the lines that describe the filters of a layer that has some."""
    lines = [f" filter size: {_by(layer.filter_size)}"]
    if hasattr(layer, "pool_type"):
        lines.append(f" pooling size: {_by(layer.pool_size)}")
    height, width = layer.input_shape[2:]
    return lines + [f" stride size: {_by(layer.stride)}", f" input shape: [{height} {width}]",
                    f" input feature maps: {layer.input_shape[1]}"]


def _by(pair):
    return f"[{pair[0]} X {pair[1]}]"
