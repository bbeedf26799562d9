"""From a grid to runs."""

import dataclasses
from unittest import TestCase

from tests.studies.toy import toy
from yann_weightnorm.studies import STUDIES, study_named


class Grid(TestCase):
    def test_every_combination_is_there_once(self):
        runs = toy().runs()
        self.assertEqual(len(runs), 2 * 2 * 2 * 3)
        self.assertEqual(len({run.id for run in runs}), len(runs))
        self.assertEqual({run.seed for run in runs}, {0, 1, 2})

    def test_runs_of_one_graph_are_side_by_side(self):
        graphs = [run.graph for run in toy().runs()]
        changes = sum(a != b for a, b in zip(graphs, graphs[1:]))
        self.assertEqual(changes, len(set(graphs)) - 1)

    def test_a_network_may_have_settings_of_its_own(self):
        runs = toy(**{"odd.epochs": 9, "odd.seeds": (5,)}).runs()
        self.assertEqual({(run.network, run.epochs) for run in runs}, {("even", 3), ("odd", 9)})
        self.assertEqual({run.seed for run in runs if run.network == "odd"}, {5})


class Identity(TestCase):
    def test_the_id_is_a_file_name_that_says_what_the_run_is(self):
        run = toy(networks=("mlp 8-8",), arms=("weight norm + data start",)).runs()[0]
        self.assertRegex(run.id, r"^none-mlp-8-8-weight-norm-data-start-lr0.1-seed0-[0-9a-f]{8}$")

    def test_every_value_takes_part_in_the_id(self):
        run = toy().runs()[0]
        others = {"study": "s", "network": "n", "arm": "a", "dataset": "d", "seed": 77,
                  "learning_rate": 0.1000001, "epochs": 99, "mini_batch_size": 3, "train_rows": 4}
        self.assertEqual(set(others), {field.name for field in dataclasses.fields(run)})
        ids = {dataclasses.replace(run, **{name: value}).id for name, value in others.items()}
        self.assertEqual(len(ids | {run.id}), len(others) + 1)


class Catalogue(TestCase):
    def test_the_first_study_is_what_its_issue_says(self):
        runs = study_named("supervised").runs()
        arms = ["normal", "normal + data start", "weight norm", "batch norm",
                "weight norm + data start"]
        self.assertEqual(list(dict.fromkeys(run.arm for run in runs)), arms)
        self.assertEqual({run.network for run in runs}, {"mlp", "lenet"})
        self.assertEqual({run.learning_rate for run in runs if run.network == "mlp"},
                         {0.0003, 0.001, 0.003, 0.01})
        self.assertEqual({run.dataset for run in runs}, {"mnist-5k"})

    def test_every_study_checks_out(self):
        for study in STUDIES.values():
            self.assertTrue(study.question.endswith("?"))
            study.check(study.runs()[0], None)

    def test_an_unknown_study_is_refused_with_the_nearest(self):
        with self.assertRaisesRegex(ValueError, "no study 'supervized'.*perhaps.*'supervised'"):
            study_named("supervized")
