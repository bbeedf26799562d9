"""Settings of a study: flat values that the command line overrides by name.

A study's settings are the fields of its runs, see :func:`~yann_weightnorm.studies.runs.setting`.
One of several values is an axis of the grid. A setting may be narrowed to one part of the study:
``lenet.epochs`` is ``epochs`` for the network 'lenet' alone.
"""

from yann_weightnorm.toolbox.registry import hint

__all__ = ["overridden", "parse_assignment", "setting_for", "text_of"]


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


def overridden(defaults, given, fields, parts=(), whole=()):
    """Return the settings `defaults` with the texts in `given` in their place.

    Parameters
    ----------
    defaults : dict
        Name -> value, narrowed names among them.
    given : dict of str to str
    fields : dict of str to Setting
        All settings by name.
    parts : collection of str
        What a setting can be narrowed to.
    whole : collection of str
        Settings that can't be narrowed.

    Raises
    ------
    ValueError
        If a name is unknown (the nearest is suggested), or a value isn't of its kind.
    """
    settings = dict(defaults)
    for name in sorted(given, key=lambda name: "." in name):  # plain names first
        part, _, key = name.rpartition(".")
        if key not in fields or (part and (part not in parts or key in whole)):
            raise ValueError(_unknown(name, fields, parts, whole))
        if not part:  # what is said of all parts ends what the study said of one
            settings = without(settings, key)
        settings[name] = read(name, fields[key], given[name])
    return settings


def without(settings, key):
    """Return `settings` less `key`, narrowed or not."""
    return {name: value for name, value in settings.items() if name.rpartition(".")[2] != key}


def read(name, setting, text):
    """Return the value, or the tuple of distinct values, that `text` gives the setting."""
    kind = setting.kind
    texts = [part.strip() for part in text.split(",") if part.strip()] if setting.many else [text]
    try:
        values = tuple(dict.fromkeys(kind.read(each) for each in texts))
        if not values:
            raise ValueError
    except (ValueError, KeyError):
        wanted = kind.many if setting.many else kind.one
        raise ValueError(f"{name} takes {wanted}, got {text!r}.") from None
    return values if setting.many else values[0]


def setting_for(settings, part, key):
    """Return the setting `key` as it holds for the part `part` of the study."""
    return settings.get(f"{part}.{key}", settings.get(key))


def text_of(value):
    """Return a setting's value as --set takes it.

    >>> text_of((0.001, 0.003)), text_of(None), text_of(True)
    ('0.001,0.003', 'all', 'yes')
    """
    if isinstance(value, tuple):
        return ",".join(map(text_of, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "all" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _unknown(name, fields, parts, whole):
    narrow = [key for key in fields if key not in whole]
    known = list(fields) + [f"{part}.{key}" for part in parts for key in narrow]
    words = f"no setting {name!r}{hint(name, known)}; known: {', '.join(fields)}"
    if not parts:
        return f"{words}."
    return (f"{words}; for one of {', '.join(parts)} alone: "
            f"{', '.join(f'<name>.{key}' for key in narrow)}.")
