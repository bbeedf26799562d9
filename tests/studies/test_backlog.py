"""Which run a worker is given."""

from unittest import TestCase

from tests.studies.toy import toy
from yann_weightnorm.studies.backlog import Backlog


def one(run):
    return 1.0


def drained(backlog, present):
    """Return the runs that a worker gets which starts with the graph `present`."""
    runs = []
    while backlog:
        run = backlog.take(present)
        if run is None:
            break
        present = run.graph
        runs.append(run)
    return runs


class Take(TestCase):
    def test_one_worker_meets_each_graph_once(self):
        runs = toy().runs()
        graphs = [run.graph for run in drained(Backlog(runs, one, one), None)]
        self.assertEqual(len(graphs), len(runs))
        self.assertEqual(sum(a != b for a, b in zip(graphs, graphs[1:])), 3)

    def test_the_longest_graph_comes_first(self):
        runs = toy(**{"odd.epochs": 50}).runs()
        self.assertEqual(Backlog(runs, one, one).take().network, "odd")

    def test_workers_begin_with_graphs_of_their_own(self):
        backlog = Backlog(toy().runs(), one, one)
        first = [backlog.take() for _ in range(4)]
        self.assertEqual(len({run.graph for run in first}), 4)

    def test_an_idle_worker_helps_where_that_pays(self):
        runs = toy(networks=("odd",), arms=("fast",)).runs()
        backlog = Backlog(runs, one, one)
        present = backlog.take().graph
        self.assertEqual(backlog.take().graph, present)
        stingy = Backlog(runs, one, lambda run: 1000.0)
        stingy.take()
        self.assertIsNone(stingy.take())
        self.assertIsNotNone(stingy.take(present))

    def test_what_is_put_back_is_taken_again(self):
        backlog = Backlog(toy().runs(), one, lambda run: 1000.0)
        run = backlog.take()
        backlog.put_back(run)
        self.assertIn(run, drained(backlog, None))
