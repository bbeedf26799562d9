"""What a network has learnt and where its training stands: named arrays and plain numbers."""

import numpy as np

from yann_weightnorm.toolbox.blueprint import named_params

__all__ = ["parameters", "set_parameters", "set_state", "state"]


def parameters(network):
    """Return the values of all parameters: ``<layer id>.<name>`` -> array."""
    return {name: param.get_value() for name, param in named_params(network).items()}


def set_parameters(network, values):
    """Set all parameters to `values`, as :func:`parameters` returns them.

    Raises
    ------
    ValueError
        If a name is missing or unknown, or an array has another shape or type.
    """
    named = named_params(network)
    odd = sorted(set(named) ^ set(values))
    if odd:
        raise ValueError(f"the parameters don't fit the network: {', '.join(odd[:5])} on one side "
                         f"only; build the network as it was when they were saved.")
    for name, param in named.items():
        _set(param, values[name], f"parameter {name}")


def state(network):
    """Return (arrays, numbers): all that goes on changing besides the parameters.

    The optimizers' memories, the generators of masks and orders, the best parameters so far, what
    a conversion put aside, and the course of training.
    """
    arrays = {place: np.array(variable.get_value(), order="C")
              for place, variable in _variables(network).items()}
    arrays.update((f"best/{name}", value) for name, value in _best(network).items())
    arrays.update((f"history/{name}", np.asarray(getattr(network, name), dtype="float64"))
                  for name in network.recorded)
    arrays.update((f"aside/{number}/{name}", array)
                  for number, entry in enumerate(network.aside.values())
                  for name, array in entry["arrays"].items())
    shown = {id: visualizer.indices.tolist() for id, visualizer in network.visualizer.items()
             if visualizer.indices is not None}
    numbers = {"generators": {}, "training": _training(network), "aside": _told_aside(network),
               "shown": shown}
    for name, rng in _generators(network).items():
        kind, keys, *rest = rng.get_state()
        arrays[f"generator/{name}"], numbers["generators"][name] = keys, [kind, *rest]
    return arrays, numbers


def _training(network):
    """Return where training stands; where it is to go on, if that is still to be done."""
    if network.left_off or network.training is None:
        return network.left_off or None
    return dict(network.training.state(), settings=network.training_settings,
                best_error=network.best_validation_errors)


def set_state(network, arrays, numbers):
    """Set what :func:`state` returned; training can go on from there.

    Raises
    ------
    ValueError
        If an array is missing or has another shape.
    """
    for place, variable in _variables(network).items():
        _set(variable, _found(arrays, place), place)
    named = named_params(network)
    network.best_params = [(named[place[5:]], arrays[place]) for place in sorted(arrays)
                           if place.startswith("best/") and place[5:] in named]
    for name in network.recorded:
        setattr(network, name, _found(arrays, f"history/{name}").tolist())
    network.aside = _found_aside(arrays, numbers.get("aside", ()))
    for id, indices in numbers["shown"].items():
        network.visualizer[id].indices = np.array(indices, dtype=int)
    for name, (kind, *rest) in numbers["generators"].items():
        _generator(network, name).set_state((kind, _found(arrays, f"generator/{name}"), *rest))


def _variables(network):
    """Return the shared variables behind optimizers, masks and noise, by name."""
    found = {}
    for id, optimizer in network.optimizer.items():
        found[f"optimizer/{id}/learning_rate"] = optimizer.learning_rate
        for slot in optimizer.slots.updates:
            found[_free(found, f"optimizer/{id}/{slot.name}")] = slot
    for id, view in network.layers.items():
        for number, generator in enumerate(view.generators):
            for count, (variable, *_) in enumerate(generator.state_updates):
                found[f"masks/{id}/{number}.{count}"] = variable
    return found


def _free(taken, name):
    """Return `name`, with a number behind it if it is taken."""
    count = sum(other == name or other.startswith(f"{name}#") for other in taken)
    return f"{name}#{count}" if count else name


def _best(network):
    names = {param: name for name, param in named_params(network).items()}
    return {names[param]: value for param, value in network.best_params if param in names}


def _told_aside(network):
    """Return what is aside but the arrays, a list: ids as keys could be taken for other things."""
    return [{"id": id, "options": entry["options"], "digests": entry["digests"]}
            for id, entry in network.aside.items()]


def _found_aside(arrays, told):
    return {entry["id"]: {"options": entry["options"], "digests": entry["digests"], "arrays": {
        name.split("/", 2)[2]: array for name, array in arrays.items()
        if name.startswith(f"aside/{number}/")}} for number, entry in enumerate(told)}


def _generators(network):
    """Return the generators of NumPy's that the network draws from, each one once."""
    found = {"network": network.rng}
    found.update((f"datastream/{id}", stream.rng) for id, stream in network.datastream.items()
                 if stream.rng is not network.rng)
    return found


def _generator(network, name):
    where, _, id = name.partition("/")
    if where == "datastream":
        return network.datastream[id].rng
    return network.rng


def _found(arrays, name):
    if name not in arrays:
        raise ValueError(f"the state of {name} is missing; build the network as it was when the "
                         f"state was saved.")
    return arrays[name]


def _set(variable, value, what):
    now = variable.get_value(borrow=True)
    if now.shape != value.shape or now.dtype != value.dtype:
        raise ValueError(f"{what} is {now.dtype} of shape {now.shape} in the network, but "
                         f"{value.dtype} of shape {value.shape} where it was saved; build the "
                         f"network as it was then, with the same floatX.")
    variable.set_value(value)
