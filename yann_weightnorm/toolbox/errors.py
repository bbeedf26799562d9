"""How far one tensor is from another, as a number: what a merge layer's `error` names."""

import theano.tensor as T

__all__ = ["ERRORS", "cross_entropy", "l1", "l2", "rmse"]


def rmse(a, b):
    """Return the root of the mean squared difference; its gradient is 0 where that is 0."""
    square = T.mean((a - b) ** 2)
    positive = T.gt(square, 0)
    # The root's own gradient at 0 is infinite, and infinity times 0 is no number.
    return T.switch(positive, T.sqrt(T.switch(positive, square, 1)), 0)


def l1(a, b):
    """Return the sum of the absolute differences."""
    return T.sum(abs(a - b))


def l2(a, b):
    """Return the sum of the squared differences."""
    return T.sum((a - b) ** 2)


def cross_entropy(a, b):
    """Return the mean over rows of ``-sum(b log(a))``: `a` is what was predicted."""
    return T.nnet.categorical_crossentropy(a.flatten(2), b.flatten(2)).mean()


ERRORS = {"rmse": rmse, "l1": l1, "l2": l2, "cross_entropy": cross_entropy}
