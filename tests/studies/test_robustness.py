"""The sweeps' runs: what they are, that they repeat, what is refused."""

import dataclasses
import functools
from unittest import TestCase

from tests.studies.recorded import recorded
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.robustness import check, perform

STUDY = study_named("robustness").override({}, "smoke")
records_of = functools.partial(recorded, perform)


def run_of(which, **values):
    """Return the first smoke run of a sweep, with other values."""
    run = next(run for run in STUDY.runs() if run.sweep == which)
    return dataclasses.replace(run, **values)


class Grid(TestCase):
    def test_each_sweep_sweeps_one_thing(self):
        runs = study_named("robustness").runs()
        for sweep, field in (("rate", "learning_rate"), ("depth", "depth"),
                             ("batch", "mini_batch_size")):
            values = {getattr(run, field) for run in runs if run.sweep == sweep}
            self.assertGreater(len(values), 2, sweep)
        self.assertEqual({(run.kind, run.optimizer) for run in runs if run.sweep == "residual"},
                         {("residual", "sgd")})

    def test_sweeps_share_graphs(self):
        self.assertEqual(run_of("rate").graph, run_of("rate", sweep="depth").graph)
        self.assertNotEqual(run_of("rate").id, run_of("rate", sweep="depth").id)


class Repeats(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        run = run_of("residual", width=4)
        first = records_of(run)
        records_of(dataclasses.replace(run, seed=5))
        self.assertEqual(records_of(run), first)
        self.assertEqual(first[-1]["status"], "finished")


class Refused(TestCase):
    def test_words_that_mean_nothing(self):
        for name, value, words in (("sweep", "depht", "perhaps you meant 'depth'"),
                                   ("kind", "mpl", "perhaps you meant 'mlp'"),
                                   ("optimizer", "adma", "perhaps you meant 'adam'"),
                                   ("arm", "weightnorm", "perhaps you meant")):
            with self.assertRaisesRegex(ValueError, words):
                check(run_of("rate", **{name: value}), None)

    def test_a_frozen_scale_without_adam(self):
        with self.assertRaisesRegex(ValueError, "its steps are Adam's"):
            check(run_of("rate", arm="frozen scale", optimizer="sgd"), None)
