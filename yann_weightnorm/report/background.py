"""How the numbers came about: everything that the headers of the records say about it."""

from yann_weightnorm.report.numbers import rate

__all__ = ["background", "commands"]


def background(runs):
    """Return (name, list of values) pairs: what all runs share, or each value that occurs."""
    facts = [
        ("studies", _distinct(run.header["study"] for run in runs)),
        ("seeds", [", ".join(map(str, _sorted(run.run["seed"] for run in runs)))]),
        ("learning rates", [", ".join(map(rate, _sorted(run.run["learning_rate"]
                                                        for run in runs)))]),
        ("epochs", _distinct(run.run.get("epochs") for run in runs)),
        ("mini-batch size", _distinct(run.run.get("mini_batch_size") for run in runs)),
        ("rows", _distinct(_rows(run) for run in runs)),
        ("versions", _distinct(_versions(run) for run in runs)),
        ("machine", _distinct(run.header.get("machine") for run in runs)),
        ("git revision", _distinct(run.header.get("git") for run in runs)),
        ("records written", [_dates(runs)]),
    ]
    return [(name, values) for name, values in facts if values]


def commands(runs):
    """Return the distinct commands that made the records."""
    return _distinct(run.header.get("command") for run in runs)


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
    return f"{run.run['dataset']}: {sizes}" if sizes else None


def _versions(run):
    return ", ".join(f"{name} {value}" for name, value in
                     (run.header.get("versions") or {}).items() if value is not None)


def _dates(runs):
    """Return the day and minute of the first start and, if it differs, of the last."""
    first, last = (pick(run.started for run in runs)[:16].replace("T", " ") for pick in (min, max))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"
