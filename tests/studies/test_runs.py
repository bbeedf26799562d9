"""From a grid to runs."""

import dataclasses
from unittest import TestCase

from tests.studies.toy import toy
from yann_weightnorm.studies import STUDIES, study_named
from yann_weightnorm.studies.settings import text_of


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


    def test_any_setting_of_several_values_is_an_axis(self):
        study = toy().override({"odd.learning_rates": "1,2,3,4", "arms": "slow"})
        rates = [run.learning_rate for run in study.runs() if run.network == "odd"]
        self.assertEqual(sorted(set(rates)), [1, 2, 3, 4])
        self.assertEqual(len(study.runs()), 3 * (2 + 4))


class Identity(TestCase):
    def test_the_id_is_a_file_name_that_says_what_the_run_is(self):
        run = toy(networks=("mlp 8-8",), arms=("weight norm + data start",)).runs()[0]
        self.assertRegex(run.id, r"^mlp-8-8-weight-norm-data-start-rate0.1-seed0-[0-9a-f]{8}$")

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

    def test_every_budget_is_a_grid_of_runs_that_differ(self):
        for study in STUDIES.values():
            for budget in ("smoke", "quick", "full", "paper"):
                runs = study.override({}, budget).runs()
                self.assertEqual(len({run.id for run in runs}), len(runs))
                self.assertTrue(runs)

    def test_every_setting_of_every_budget_is_one_that_the_study_has(self):
        for study in STUDIES.values():
            for budget in ("smoke", "quick", "full", "paper"):
                for name, value in study.at(budget).items():
                    part, _, key = name.rpartition(".")
                    self.assertIn(key, study.fields, name)
                    self.assertIn(part, ("", *study.parts), name)
                    self.assertEqual(isinstance(value, tuple), study.fields[key].many, name)

    def test_an_unknown_budget_is_refused_with_the_nearest(self):
        with self.assertRaisesRegex(ValueError, "no budget 'smok'.*perhaps.*'smoke'.*known"):
            study_named("supervised").override({}, "smok")

    def test_what_a_budget_says_ends_the_studys_own_exceptions(self):
        runs = study_named("supervised").override({"epochs": "7"}, "smoke").runs()
        self.assertEqual({run.epochs for run in runs}, {7})

    def test_every_setting_can_be_given_on_the_command_line(self):
        for study in STUDIES.values():
            for budget in ("smoke", "quick", "full", "paper"):
                for name, value in study.at(budget).items():
                    given = study.override({name: text_of(value)}, budget).settings
                    self.assertEqual(given[name], value)

    def test_the_papers_settings_are_there(self):
        runs = study_named("supervised").override({}, "paper").runs()
        self.assertEqual({(run.network, run.dataset, run.epochs, run.mini_batch_size, run.noise,
                           run.zca, run.schedule) for run in runs},
                         {("paper", "cifar10", 200, 100, 0.15, True, "paper")})
        self.assertEqual({run.learning_rate for run in runs}, {0.0003, 0.001, 0.003, 0.01})

    def test_an_unknown_study_is_refused_with_the_nearest(self):
        with self.assertRaisesRegex(ValueError, "no study 'supervized'.*perhaps.*'supervised'"):
            study_named("supervized")
