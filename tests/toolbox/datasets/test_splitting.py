"""Cutting rows into splits."""

import numpy as np

from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out, stratified

PAIR = np.arange(10), np.arange(10) * 2


def test_rows_are_held_out_from_the_end():
    train, valid = hold_out("it", PAIR, train_rows=None, valid_rows=3)
    assert train[0].tolist() == list(range(7)) and valid[1].tolist() == [14, 16, 18]
    train, valid = hold_out("it", PAIR, train_rows=2, valid_rows=0)
    assert train[1].tolist() == [0, 2] and valid is None


def test_limits_that_do_not_fit():
    for rows in (0, 11, -1, 2.0, True, "3"):
        with raises(ValueError, "it: some_rows must be an integer from 1 to 10", f"got {rows!r}"):
            first_rows("it", "some_rows", PAIR, rows)
    for rows in (10, -1, 2.0, True, None):
        with raises(ValueError, "it: valid_rows must be an integer from 0 to 9", f"got {rows!r}"):
            hold_out("it", PAIR, train_rows=None, valid_rows=rows)
    with raises(ValueError, "it: train_rows must be an integer from 1 to 7", "got 8"):
        hold_out("it", PAIR, train_rows=8, valid_rows=3)


def test_every_row_once_and_every_class_in_proportion():
    labels = np.repeat([0, 1, 2], [50, 20, 39])
    rows = np.arange(len(labels))
    parts = stratified(rows, labels, seed=1)
    assert sorted(np.concatenate([images for images, _ in parts])) == rows.tolist()
    for (images, found), counts in zip(parts, ((40, 16, 33), (5, 2, 3), (5, 2, 3))):
        assert (labels[images] == found).all() and tuple(np.bincount(found)) == counts


def test_the_seed_decides_and_is_frozen():
    rows, labels = np.arange(40), np.arange(40) % 2
    first, again, other = (stratified(rows, labels, seed=seed) for seed in (3, 3, 4))
    assert all((a[0] == b[0]).all() for a, b in zip(first, again))
    assert (first[0][0] != other[0][0]).any()
    assert first[1][0].tolist() == [16, 37, 5, 0]
    assert first[2][0].tolist() == [6, 20, 29, 35]
