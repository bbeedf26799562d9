"""Graphs deeper than Python's recursion limit have gradients, and leave the limit as it was."""

import sys

import numpy as np
import theano
import theano.tensor as T

from tests.small import message
from yann_weightnorm.toolbox.deep_graphs import LIMIT, room_for_deep_graphs
from yann_weightnorm.toolbox.modules.optimizer import Optimizer

DEPTH = 600  # three calls each


def deep_cost(*params):
    t = sum(params)
    for _ in range(DEPTH):
        t = T.tanh(t)
    return t.sum()


def test_an_optimizer_goes_down_a_deep_graph():
    p, q = (theano.shared(np.ones(2), name=name) for name in "pq")
    cost, before = deep_cost(p, q), sys.getrecursionlimit()
    message(RecursionError, theano.grad, cost, p)
    optimizer = Optimizer("main")
    optimizer.create_updates([p, q], cost)
    assert {p, q} <= set(optimizer.updates)
    assert sys.getrecursionlimit() == before


def test_of_several_parameters_the_one_out_of_reach_is_named():
    p, q = (theano.shared(np.ones(2), name=name) for name in ("in", "out"))
    said = message(ValueError, Optimizer("main").create_updates, [p, q], T.tanh(p).sum())
    assert "optimizer 'main' cannot learn 'out'" in said, said


def test_a_limit_comes_back_after_an_error_and_a_higher_one_stays():
    before = sys.getrecursionlimit()
    try:
        for limit in (before, LIMIT + 1):
            sys.setrecursionlimit(limit)
            message(KeyError, fail_in_a_deep_graph, max(limit, LIMIT))
            assert sys.getrecursionlimit() == limit
    finally:
        sys.setrecursionlimit(before)


def fail_in_a_deep_graph(limit):
    with room_for_deep_graphs():
        assert sys.getrecursionlimit() == limit
        raise KeyError("deep")
