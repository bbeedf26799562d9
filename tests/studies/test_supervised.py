"""The first study's runs, on small networks: what they record, and that they repeat."""

import dataclasses
import functools
from unittest import TestCase

import numpy as np

from tests.studies.recorded import recorded
from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.arms import ARMS
from yann_weightnorm.studies.building import build
from yann_weightnorm.studies.data import dataset_of
from yann_weightnorm.studies.networks import network_named
from yann_weightnorm.studies.supervised import check, cooked, perform

RUN = dataclasses.replace(study_named("supervised").runs()[0], network="mlp 16", epochs=2,
                          learning_rate=0.01, train_rows=500)
records_of = functools.partial(recorded, perform)


def with_(**values):
    return dataclasses.replace(RUN, **values)


def data_of(run):
    return dataset_of(run.dataset, run.mini_batch_size, run.train_rows)


class Repeats(TestCase):
    def test_a_run_is_the_same_alone_and_after_another(self):
        for arm in ("normal", "weight norm + data start"):
            first = records_of(with_(arm=arm, seed=3))
            records_of(with_(arm=arm, seed=4, learning_rate=0.001, epochs=1))
            self.assertEqual(records_of(with_(arm=arm, seed=3)), first)
            self.assertNotEqual(records_of(with_(arm=arm, seed=4)), first)

    def test_a_run_is_that_of_a_network_built_with_its_seed(self):
        run = with_(arm="weight norm + data start", seed=5)
        theirs = records_of(run)
        shared = cooked(run, None)
        net = build(run.network, run.arm, data_of(run), seed=run.seed)
        initialize_from_data(net)
        history = net.train(epochs=2, learning_rates=(0, run.learning_rate), nan_retreats=0,
                            early_terminate=False)
        self.assertEqual([r["train_cost"] for r in theirs[1:-1]], history.column("cost"))
        self.assertEqual(theirs[-1]["test_error"], 100 - net.test())
        for mine, other in zip(net.params, shared.params):
            np.testing.assert_array_equal(mine.get_value(), other.get_value())

    def test_runs_that_differ_in_seed_rate_or_epochs_share_a_network(self):
        net = cooked(RUN, None)
        self.assertIs(cooked(with_(seed=9, learning_rate=1.0, epochs=7), None), net)


class Recorded(TestCase):
    def test_a_header_an_epoch_each_and_an_end(self):
        header, *epochs, end = records_of(RUN)
        self.assertEqual(header, {"kind": "header",
                                  "rows": {"train": 500, "valid": 500, "test": 500}})
        self.assertEqual([epoch["epoch"] for epoch in epochs], [1, 2])
        for epoch in epochs:
            self.assertEqual(epoch["learning_rate"], RUN.learning_rate)
            self.assertTrue(0 <= epoch["train_error"] <= 100 and 0 <= epoch["valid_error"] <= 100)
        self.assertEqual((end["status"], end["diverged_at"]), ("finished", None))
        self.assertTrue(0 <= end["test_error"] <= 100)

    def test_a_run_whose_cost_is_not_finite_has_diverged(self):
        *_, end = records_of(with_(learning_rate=1e30))
        self.assertEqual(end, {"kind": "end", "status": "diverged", "test_error": None,
                               "diverged_at": 1})
        self.assertEqual(records_of(RUN)[-1]["status"], "finished")  # and leaves nothing behind


class Arms(TestCase):
    def test_convolutions_train_as_well(self):
        for arm in ("batch norm", "weight norm + data start"):  # between them, every branch
            rows = records_of(with_(network="lenet 2-2-8", arm=arm, train_rows=200))
            self.assertLess(rows[2]["train_cost"], rows[1]["train_cost"])
            self.assertEqual(rows[-1]["status"], "finished")

    def test_every_arm_is_another_network(self):
        seen = {records_of(with_(arm=arm, epochs=1))[1]["train_cost"] for arm in ARMS}
        self.assertEqual(len(seen), len(ARMS))

    def test_the_start_without_data_is_the_same_function_in_both_parametrisations(self):
        dataset = data_of(RUN)
        plain, normed = (build("mlp 8", arm, dataset) for arm in ("normal", "weight norm"))
        costs = []
        for net in (plain, normed):
            net.restart(np.random.RandomState(1))
            net.learning_rate.set_value(np.float32(0))
            costs.append(float(net.mini_batch_train(0)))
        self.assertAlmostEqual(costs[0], costs[1], places=6)


class Refused(TestCase):
    def test_sizes_that_make_no_network(self):
        for text in ("mlp 8-x", "mlp 0", "lenet 4-4", "mlp -"):
            with self.assertRaisesRegex(ValueError, "layer sizes"):
                network_named(text)

    def test_rows_that_fill_no_mini_batch(self):
        with self.assertRaisesRegex(ValueError, "train_rows of .* must fill a mini batch, of 100 "
                                                "rows, got 5"):
            check(with_(train_rows=5), None)

    def test_more_rows_than_there_are_stand_for_all(self):
        self.assertEqual(dataset_of("mnist-5k", 100, 4001, None).rows("train"), 4000)

    def test_data_that_are_not_there(self):
        with self.assertRaisesRegex(FileNotFoundError, "--data"):
            check(with_(dataset="mnist", train_rows=None), "/nonexistent")
