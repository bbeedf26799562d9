"""How the numbers came about: everything that the headers of the records say about it."""

from yann_weightnorm.report.numbers import rate

__all__ = ["background", "commands"]

WALL = "by the wall's clock"  # of records that don't say it: other programs' time is in theirs
NAMED = ("network", "arm", "dataset")  # what the sections of the report name


def background(runs):
    """Return (name, list of values) pairs: what all runs share, or each value that occurs."""
    facts = [
        ("studies", _distinct(run.header["study"] for run in runs)),
        *_values(runs),
        ("rows", _distinct(_rows(run) for run in runs)),
        ("versions", _distinct(_versions(run) for run in runs)),
        ("machine", _distinct(run.header.get("machine") for run in runs)),
        ("seconds", _distinct(run.header.get("clock", WALL) for run in runs)),
        ("git revision", _distinct(run.header.get("git") for run in runs)),
        ("records written", [_dates(runs)]),
    ]
    return [(name, values) for name, values in facts if values]


def commands(runs):
    """Return the distinct commands that made the records."""
    return _distinct(run.header.get("command") for run in runs)


def _values(runs):
    """Return what each value of the runs was, those that name networks and arms left out."""
    names = dict.fromkeys(name for run in runs for name in run.run)
    return [(name.replace("_", " "), [", ".join(map(_text, _sorted(
        run.run[name] for run in runs if run.run.get(name) is not None)))])
        for name in names if name not in NAMED and any(run.run.get(name) is not None
                                                      for run in runs)]


def _text(value):
    return rate(value) if isinstance(value, float) else str(value)


def _distinct(values):
    """Return the values as text, each once, in order of appearance, without the unknown ones."""
    return list(dict.fromkeys(str(value) for value in values if value is not None and value != ""))


def _sorted(values):
    """Return the distinct values in order; mixed types, which don't compare, by their text."""
    try:
        return sorted(set(values))
    except TypeError:
        return sorted(set(values), key=str)


def _rows(run):
    rows = run.header.get("rows") or {}
    sizes = ", ".join(f"{number} {part}" for part, number in rows.items())
    return f"{run.run.get('dataset', run.header['study'])}: {sizes}" if sizes else None


def _versions(run):
    return ", ".join(f"{name} {value}" for name, value in
                     (run.header.get("versions") or {}).items() if value is not None)


def _dates(runs):
    """Return the day and minute of the first start and, if it differs, of the last."""
    first, last = (pick(run.started for run in runs)[:16].replace("T", " ") for pick in (min, max))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"
