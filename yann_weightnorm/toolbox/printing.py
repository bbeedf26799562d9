"""What YANN prints: lines by level of verbosity, and the tree of layers."""

__all__ = ["print_layer", "print_tree", "say"]

RULE = "-" * 35
STEP = 9  # columns that a level of the tree moves to the right


def say(level, text, verbose):
    """Print `text` behind `level` dots if `verbose` is at least `level`."""
    if verbose >= level:
        print(f"{'.' * level} {text}")


def print_tree(network):
    """Print, for each layer that nothing is below, the tree of layers above it."""
    for view in network.layers.values():
        if not any(origin in network.layers for origin in view.origin):
            _print_branch(network, view, " ", True)


def _print_branch(network, view, prefix, last):
    prefix = print_layer(view, prefix, last)
    for number, id in enumerate(view.destination, start=1):
        _print_branch(network, network.layers[id], prefix, number == len(view.destination))


def print_layer(layer, prefix=" ", last=True):
    """Print what `layer` is behind `prefix`; return the prefix of the layers above it."""
    entry = f"{prefix}|-"
    prefix += " " * STEP if last else "|" + " " * (STEP - 1)
    print("\n".join([entry.replace("-", " ")] * 3))
    print(f"{entry} id: {layer.id}")
    for line in ["=" * 17 + "-" * 18] + description(layer) + [RULE]:
        print(f"{prefix}{line}")
    return prefix


def description(layer):
    """Return the lines that describe `layer`."""
    lines = [f"type: {layer.type}", f"output shape: {list(layer.output_shape[1:])}"
             if len(layer.output_shape) > 1 else "output shape: scalar"]
    if hasattr(layer, "filter_size"):
        lines += [f"filter size: {_by(layer.filter_size)}", f"pool size: {_by(layer.pool_size)}",
                  f"stride: {_by(layer.stride)}", f"input shape: {_by(layer.input_shape[2:])}",
                  f"input feature maps: {layer.input_shape[1]}"]
    if layer.params:
        names = ", ".join(str(p.name or "expression").rsplit(".", 1)[-1] for p in layer.params)
        lines += [f"parameters: {names}", f"batch norm: {'ON' if layer.batch_norm else 'OFF'}"]
    if not layer.active and layer.active_params:
        lines.append("not learnable")
    return lines


def _by(pair):
    return f"[{pair[0]} X {pair[1]}]"
