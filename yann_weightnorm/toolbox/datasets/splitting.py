"""Cutting labelled rows into splits."""

import numbers

import numpy as np

__all__ = ["first_rows", "hold_out", "stratified"]


def first_rows(who, option, pair, rows):
    """Return the first `rows` of `pair`, (images, labels); all of them for None.

    `option` is the name by which the caller was given `rows`.
    """
    images, labels = pair
    if rows is None:
        return pair
    if isinstance(rows, bool) or not isinstance(rows, numbers.Integral) \
            or not 0 < rows <= len(images):
        raise ValueError(f"{who}: {option} must be an integer from 1 to {len(images)}, the rows "
                         f"there are, got {rows!r}.")
    return images[:rows], labels[:rows]


def hold_out(who, pair, *, train_rows, valid_rows):
    """Cut (images, labels) in a training part and, from the end, `valid_rows` to validate.

    Returns
    -------
    train, valid : (images, labels)
        `train` has `train_rows` rows from the start, or all that are left for None. `valid` is
        None if `valid_rows` is 0.
    """
    images, labels = pair
    if isinstance(valid_rows, bool) or not isinstance(valid_rows, numbers.Integral) \
            or not 0 <= valid_rows < len(images):
        raise ValueError(f"{who}: valid_rows must be an integer from 0 to {len(images) - 1}, as "
                         f"there are {len(images)} training images, got {valid_rows!r}.")
    left = len(images) - valid_rows
    train = first_rows(who, "train_rows", (images[:left], labels[:left]), train_rows)
    return train, ((images[left:], labels[left:]) if valid_rows else None)


def stratified(images, labels, *, seed, tenths=(1, 1)):
    """Cut rows into train, valid and test with the same share of every class in each.

    Parameters
    ----------
    images, labels : arrays of equal length
    seed : int
        The same seed gives the same rows in the same order, with every NumPy.
    tenths : (int, int), default (1, 1)
        Tenths of each class that validate and test, rounded down; the rest trains.

    Returns
    -------
    train, valid, test : (images, labels)
        Each in random order, so that mini batches are mixed.
    """
    rng = np.random.RandomState(seed)   # its streams are frozen, a Generator's aren't
    parts = ([], [], [])
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        valid, test = (len(rows) * share // 10 for share in tenths)
        for part, chosen in zip(parts, np.split(rows, [len(rows) - valid - test,
                                                       len(rows) - test])):
            part.append(chosen)
    orders = (rng.permutation(np.concatenate(part)) for part in parts)
    return tuple((images[order], labels[order]) for order in orders)
