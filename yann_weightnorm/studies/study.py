"""A study: a question, its arms, its data sets, its grid, and how one run is done."""

import dataclasses
from typing import Callable

from yann_weightnorm.studies.runs import Run
from yann_weightnorm.studies.settings import overridden, setting_for

__all__ = ["Study"]


@dataclasses.dataclass(frozen=True)
class Study:
    """What a study is, as flat values; it runs nothing itself.

    Attributes
    ----------
    name, question : str
    settings : dict
        The grid: `networks`, `arms`, `datasets`, `seeds`, `learning_rates` are tuples, `epochs`,
        `mini_batch_size` and `train_rows` numbers. See :mod:`yann_weightnorm.studies.settings`.
    perform : function (run, data, emit)
        Does one :class:`Run`, with the folder of data sets `data`, and hands each record (a dict)
        to `emit`: ``{"kind": "header", "rows": ...}``, one of kind 'epoch' an epoch, one of kind
        'end'. The same run gives the same records, whatever ran before it, timings aside.
    check : function (run, data)
        Raises an error in plain words if the run's names mean nothing or its data aren't there.
    epoch_seconds : function (run)
        About how long an epoch takes on one core. It orders work and weighs progress; nothing
        depends on its being right.
    start_seconds : function (run)
        About how long the first run of a graph takes to compile it.
    """

    name: str
    question: str
    settings: dict
    perform: Callable
    check: Callable
    epoch_seconds: Callable
    start_seconds: Callable

    def override(self, given, networks=()):
        """Return the study with the settings whose texts `given` holds by name."""
        return dataclasses.replace(self, settings=overridden(self.settings, given, networks))

    def runs(self):
        """Return every :class:`Run` of the grid, runs of one graph side by side."""
        return [run for dataset in self.settings["datasets"]
                for network in self.settings["networks"]
                for run in self._runs_of(dataset, network)]

    def _runs_of(self, dataset, network):
        def of(key):
            return setting_for(self.settings, network.split()[0], key)

        return [Run(study=self.name, network=network, arm=arm, dataset=dataset, seed=seed,
                    learning_rate=rate, epochs=of("epochs"),
                    mini_batch_size=of("mini_batch_size"), train_rows=of("train_rows"))
                for arm in of("arms") for rate in of("learning_rates") for seed in of("seeds")]
