"""A run: one line of a study's grid, flat values that determine its numbers.

A study declares its own: a frozen dataclass on :class:`Run` whose fields are its settings.

>>> from yann_weightnorm.studies.kinds import COUNT, NAME, WHOLE
>>> @dataclasses.dataclass(frozen=True)
... class Throw(Run):
...     arm: str = setting(NAME, "arms")
...     faces: int = setting(COUNT, "face_counts", word="faces ")
...     seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
...     epochs: int = setting(COUNT, graph=False, told=False)
>>> run = Throw("dice", "loaded", faces=6, seed=0, epochs=3)
>>> run.id, str(run)
('loaded-faces6-seed0-1d2d8603', 'loaded, faces 6, seed 0')
"""

import dataclasses
import hashlib
import json
import re
from typing import ClassVar, NamedTuple

from yann_weightnorm.studies.kinds import Kind

__all__ = ["Run", "Setting", "setting", "settings_of"]


class Setting(NamedTuple):
    """What is to know of a field of runs.

    Attributes
    ----------
    field : str
    kind : Kind
    many : bool
        Whether it is an axis of the grid, with any number of values.
    word : str
        What stands before a value where a run is told in words.
    graph : bool
        Whether the compiled functions depend on it.
    told : bool
        Whether it is told at all.
    """

    field: str
    kind: Kind
    many: bool
    word: str
    graph: bool
    told: bool


def setting(kind, plural=None, *, word="", graph=True, told=True, **field):
    """Return a dataclass field that is a setting of a study, called `plural` if it is an axis.

    `kind` is one of :mod:`yann_weightnorm.studies.kinds`; `word`, `graph` and `told` are as in
    :class:`Setting`; what else is given goes to ``dataclasses.field``.
    """
    return dataclasses.field(metadata={"plural": plural, "kind": kind, "word": word,
                                       "graph": graph, "told": told}, **field)


def settings_of(cls):
    """Return the :class:`Setting` of every field of the run class `cls`, by the setting's name."""
    found = {}
    for field in dataclasses.fields(cls):
        if field.metadata:
            known = dict(field.metadata)
            plural = known.pop("plural")
            found[plural or field.name] = Setting(field.name, many=bool(plural), **known)
    return found


@dataclasses.dataclass(frozen=True)
class Run:
    """Everything that decides what a run computes; nothing about where and when.

    Subclasses add fields, all of them plain values that JSON has, among them `arm`, `seed` and
    `epochs`.

    Attributes
    ----------
    study : str
        The study's name.
    """

    study: str

    MOST_LETTERS: ClassVar = 120  # of an id's words; a file's name may have 255 bytes

    @property
    def id(self):
        """A file name: what the run is, and a digest of all its values."""
        words = "-".join(_joined(told, value) for told, value in self._told())
        values = json.dumps(dataclasses.asdict(self), sort_keys=True)
        digest = hashlib.sha256(values.encode("utf-8")).hexdigest()[:8]
        words = re.sub(r"[^A-Za-z0-9.]+", "-", words)[:self.MOST_LETTERS].strip("-.")
        return f"{words}-{digest}"

    @property
    def values(self):
        """The values as the header of a record has them: a dict without the study's name."""
        values = dataclasses.asdict(self)
        del values["study"]
        return values

    @property
    def graph(self):
        """What runs must have in common to share compiled functions."""
        return tuple(getattr(self, each.field) for each in settings_of(type(self)).values()
                     if each.graph)

    @property
    def points(self):
        """How many records of kind 'epoch' a run has that doesn't diverge."""
        return self.epochs

    def __str__(self):
        return ", ".join(_text(told, value) for told, value in self._told())

    def _told(self):
        return [(each, getattr(self, each.field)) for each in settings_of(type(self)).values()
                if each.told and getattr(self, each.field) not in (None, "")]


def _text(told, value):
    return told.word + (f"{value:g}" if isinstance(value, float) else str(value))


def _joined(told, value):
    return _text(told, value).replace(" ", "", 1) if told.word else _text(told, value)
