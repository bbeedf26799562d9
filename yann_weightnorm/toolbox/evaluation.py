"""Whole splits through the compiled functions of one mini batch."""

import numpy as np
from tqdm import tqdm

__all__ = ["mini_batches_of", "percent_wrong", "split_confusion", "split_error",
           "training_epoch"]


def mini_batches_of(stream, split, label="", show=False):
    """Yield the numbers of the mini batches of every block of `split`, each block loaded first.

    A progress bar is shown if `show` is true and the terminal can show one.
    """
    size = stream.mini_batch_size
    count = -(-stream.dataset.rows(split) // size)
    # disable=None lets tqdm decide: it keeps quiet where standard error is no terminal.
    with tqdm(total=count, desc=label, disable=None if show else True, leave=False) as bar:
        for block in range(stream.blocks(split)):
            stream.set_data(split, block)
            for number in range(stream.mini_batches()):
                yield number
                bar.update()


def training_epoch(network, epoch, show=False):
    """Take one step on each training mini batch.

    Returns
    -------
    cost : float
        Mean over the mini batches; NaN as soon as one is not finite, where the epoch is left and
        the network's `left_at` says at which.
    error : float or None
        Percent of rows that were wrong before their step; None without a classifier.
    """
    stream = network.cooked_datastream
    costs, wrong = [], 0
    for number in mini_batches_of(stream, "train", f"epoch {epoch}", show):
        cost, errors = network.train_step(number, epoch)
        if not abs(cost) < float("inf"):
            network.left_at = number
            return float("nan"), None
        costs.append(float(cost))
        wrong += int(errors)
    network.cost.extend(costs)
    if network.cooked_classifier is None:
        return sum(costs) / len(costs), None
    return sum(costs) / len(costs), 100.0 * wrong / (len(costs) * stream.mini_batch_size)


def split_error(network, split, show=False):
    """Return the error of `split` in the inference stream.

    Returns
    -------
    float
        Percent of rows that are wrong; for a network without a classifier the mean cost, each
        mini batch weighted by its rows.
    """
    stream, total = network.cooked_datastream, 0.0
    size, rows = stream.mini_batch_size, stream.dataset.rows(split)
    for number in mini_batches_of(stream, split, split, show):
        result = float(network.mini_batch_test(number))
        if network.cooked_classifier is None:
            here = len(stream.data_x.get_value(borrow=True)) - number * size
            result *= min(size, here)
        total += result
    return total / rows * (1.0 if network.cooked_classifier is None else 100.0)


def split_confusion(network, split, show=False):
    """Return the confusion matrix of `split` in the inference stream.

    Returns
    -------
    (classes, classes) array of int64
        Counts of rows: true classes downwards, predicted ones to the right.
    """
    return sum(np.asarray(network.mini_batch_confusion(number), dtype="int64")
               for number in mini_batches_of(network.cooked_datastream, split, split, show))


def percent_wrong(confusion):
    """Return the percent of the rows counted in `confusion` that are off its diagonal."""
    rows = confusion.sum()
    return float(rows - np.trace(confusion)) / rows * 100.0
