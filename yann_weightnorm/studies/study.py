"""A study: a question, its arms, its data sets, its grid, and how one run is done."""

import dataclasses
import itertools
from typing import Callable

from yann_weightnorm.plan import Plan
from yann_weightnorm.studies.runs import settings_of
from yann_weightnorm.studies.settings import overridden, setting_for, without
from yann_weightnorm.toolbox.registry import hint

__all__ = ["BUDGETS", "Study"]

BUDGETS = ("smoke", "quick", "full", "paper")


@dataclasses.dataclass(frozen=True)
class Study:
    """What a study is, as flat values; it runs nothing itself.

    Attributes
    ----------
    name, question : str
    run : class
        Its :class:`~yann_weightnorm.studies.runs.Run`; the fields are the settings.
    settings : dict
        The grid: setting -> value, a tuple for an axis. ``lenet.epochs`` is `epochs` of the part
        'lenet' alone.
    perform : function (run, data, emit)
        Does one run, with the folder of data sets `data`, and hands each record (a dict) to `emit`:
        ``{"kind": "header", "rows": ...}``, one of kind 'epoch' an epoch, one of kind 'end'. The
        same run gives the same records, whatever ran before it, timings aside.
    check : function (run, data)
        Raises an error in plain words if the run's names mean nothing or its data aren't there.
    epoch_seconds : function (run)
        About how long an epoch takes on one core. It orders work and weighs progress; nothing
        depends on its being right.
    start_seconds : function (run)
        About how long the first run of a graph takes to compile it.
    plan : Plan
        What is measured, and how arms are compared; goes into every record.
    budgets : dict of str to dict
        What other settings each of `BUDGETS` has; 'quick' is `settings` themselves.
    parts : tuple of str
        What a setting may be narrowed to: the first words of the values of the field that the plan
        says the study is parted by.
    """

    name: str
    question: str
    run: type
    settings: dict
    perform: Callable
    check: Callable
    epoch_seconds: Callable
    start_seconds: Callable
    plan: Plan = dataclasses.field(default_factory=Plan)
    budgets: dict = dataclasses.field(default_factory=dict)
    parts: tuple = ()

    def override(self, given, budget=None):
        """Return the study at `budget`, with the settings whose texts `given` holds by name.

        Raises
        ------
        ValueError
            If the budget or a name is unknown, or a value isn't of its kind.
        """
        settings = overridden(self.at(budget), given, self.fields, self.parts,
                              [self._parted_by])
        return dataclasses.replace(self, settings=settings)

    def at(self, budget=None):
        """Return the settings at a budget, one of `BUDGETS`."""
        known = {"quick": {}, **self.budgets}
        budget = "quick" if budget is None else budget
        if budget not in known:
            raise ValueError(f"study {self.name} has no budget {budget!r}{hint(budget, known)}; "
                             f"known: {', '.join(each for each in BUDGETS if each in known)}.")
        settings = self.settings
        for key in known[budget]:
            if "." not in key:
                settings = without(settings, key)
        return dict(settings, **known[budget])

    @property
    def fields(self):
        """The :class:`~yann_weightnorm.studies.runs.Setting` of each setting, by name."""
        return settings_of(self.run)

    def runs(self):
        """Return every run of the grid, each once, runs of one graph side by side."""
        first = self._parted_by
        parts = _tuple(self.settings[first]) if first else (None,)
        return list(dict.fromkeys(run for part in parts for run in self._runs_of(first, part)))

    def _runs_of(self, first, part):
        word = str(part).split()[0] if part else None
        fields = sorted(self.fields.items(), key=lambda item: not item[1].graph)
        axes = [(part,) if key == first else _tuple(setting_for(self.settings, word, key))
                for key, _ in fields]
        names = [each.field for _, each in fields]
        return [self.run(study=self.name, **dict(zip(names, values)))
                for values in itertools.product(*axes)]

    @property
    def _parted_by(self):
        """The setting whose values are the study's parts; None if it has none."""
        return next((key for key, each in self.fields.items()
                     if each.field == self.plan.parted_by), None)


def _tuple(value):
    return value if isinstance(value, tuple) else (value,)
