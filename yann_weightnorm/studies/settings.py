"""Settings of a study: flat values that the command line overrides by name.

A setting may be narrowed to one network: ``lenet.epochs`` is ``epochs`` for 'lenet' alone.
"""

import math

from yann_weightnorm.toolbox.registry import hint

__all__ = ["KINDS", "overridden", "parse_assignment", "setting_for"]


def parse_assignment(text):
    """Return (name, value) of 'name=value'.

    Raises
    ------
    ValueError
        If there is no '='.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"--set takes name=value, got {text!r}; write --set epochs=5, say.")
    return name.strip(), value.strip()


def overridden(defaults, given, networks):
    """Return the settings `defaults` with the texts in `given` in their place.

    Parameters
    ----------
    defaults : dict
        Name -> value; their names, with or without a network's before them, are all there are.
    given : dict of str to str
    networks : collection of str
        Networks that a setting can be narrowed to.

    Raises
    ------
    ValueError
        If a name is unknown (the nearest is suggested), or a value isn't of its kind.
    """
    settings = dict(defaults)
    plain = [name for name in defaults if "." not in name]
    for name in sorted(given, key=lambda name: "." in name):  # plain names first
        network, _, key = name.rpartition(".")
        if key not in plain or (network and (network not in networks or key not in NARROWED)):
            known = plain + [f"{each}.{key}" for each in networks for key in NARROWED]
            raise ValueError(f"no setting {name!r}{hint(name, known)}; known: "
                             f"{', '.join(plain)}; for one network alone: "
                             f"{', '.join(f'<network>.{key}' for key in NARROWED)}.")
        if not network:  # what is said of all networks ends what the study said of one
            settings = {old: value for old, value in settings.items()
                        if old.rpartition(".")[2] != key}
        settings[name] = KINDS[key](name, given[name])
    return settings


def setting_for(settings, network, key):
    """Return the setting `key` as it holds for `network`."""
    return settings.get(f"{network}.{key}", settings.get(key))


def _texts(name, text):
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ValueError(f"{name} takes names separated by commas, got {text!r}.")
    return tuple(dict.fromkeys(parts))


def _count(name, text, least=1):
    if not text.isdigit() or int(text) < least:
        raise ValueError(f"{name} takes a whole number, {least} or more, got {text!r}.")
    return int(text)


def _rows(name, text):
    return None if text.lower() in ("all", "none") else _count(name, text)


def _counts(name, text):
    return tuple(_count(name, part, least=0) for part in _texts(name, text))


def _rates(name, text):
    try:
        rates = tuple(dict.fromkeys(float(part) for part in _texts(name, text)))
    except ValueError:
        rates = ()
    if not rates or not all(rate > 0 and math.isfinite(rate) for rate in rates):
        raise ValueError(f"{name} takes numbers above 0 separated by commas, such as "
                         f"0.001,0.003, got {text!r}.")
    return rates


# How the text of each setting is read.
KINDS = {"networks": _texts, "arms": _texts, "datasets": _texts, "seeds": _counts,
         "learning_rates": _rates, "epochs": _count, "mini_batch_size": _count,
         "train_rows": _rows}
NARROWED = ("arms", "seeds", "learning_rates", "epochs")
