"""Layer types by name, and the options each takes."""

from difflib import get_close_matches
from inspect import signature
from warnings import warn

__all__ = ["hint", "layer_class", "layer_names", "layer_type", "option_names", "options_for",
           "start", "start_function"]

_classes = {}
_starts = {}


def layer_type(*names):
    """Class decorator: let ``add_layer(type=name)`` build the class.

    Parameters
    ----------
    *names : str
        The type's name, then its aliases.

    Raises
    ------
    ValueError
        If another class has one of the names.
    """
    def claim(cls):
        for name in names:
            if name in _classes:
                raise ValueError(
                    f"layer type {name!r} is taken by {_classes[name].__name__}; "
                    f"give {cls.__name__} another name.")
            _classes[name] = cls
        cls.type = names[0]
        return cls
    return claim


def layer_class(name):
    """Return the class that `name`, a type or an alias, stands for; a class stands for itself.

    Raises
    ------
    ValueError
        If no layer type has that name; the nearest known one is suggested.
    """
    if isinstance(name, type):
        return name
    if name not in _classes:
        raise ValueError(f"no layer type {name!r}{hint(name, _classes)}; "
                         f"known: {', '.join(layer_names())}.")
    return _classes[name]


def layer_names():
    """Return every type name and alias, sorted."""
    return sorted(_classes)


def options_for(cls, given, who, stacklevel=3):
    """Return the part of `given` that `cls` takes; warn in the name of `who` about the rest.

    A name that is none of its options is a warning rather than an error, because YANN's own
    tutorials pass options that nothing reads.
    """
    known = option_names(cls)
    for name in sorted(set(given) - set(known)):
        warn(f"{who} has no option {name!r}{hint(name, known)}; it is ignored.",
             stacklevel=stacklevel)
    return {name: given[name] for name in known if name in given}


def option_names(cls):
    """Return the options of `cls`: the keyword-only parameters of its ``__init__``.

    If that takes ``**options`` for the class behind it, such as a mixin does, those of that class
    as well.
    """
    names = []
    for base in cls.__mro__:
        if "__init__" in vars(base):
            parameters = signature(base.__init__).parameters.values()
            names += [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
            if not any(p.kind is p.VAR_KEYWORD for p in parameters):
                break
    return list(dict.fromkeys(names))


def start(name):
    """Function decorator: let the network's cook set the parameters by the function, by name.

    So the toolbox can offer a start that it does not import.
    """
    def claim(function):
        _starts[name] = function
        return function
    return claim


def start_function(name):
    """Return the function that :func:`start` was given for `name`.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in _starts:
        raise ValueError(f"no start {name!r}{hint(name, _starts)}; known: "
                         f"{', '.join(sorted(_starts)) or 'none (import yann_weightnorm)'}.")
    return _starts[name]


def hint(word, known):
    """Return ' (perhaps you meant ...)' if a known word is near, else ''."""
    near = get_close_matches(str(word), [str(name) for name in known], n=1)
    return f" (perhaps you meant {near[0]!r})" if near else ""
