"""What training leaves behind: one record an epoch."""

from collections import namedtuple

__all__ = ["Epoch", "History"]

Epoch = namedtuple("Epoch", "epoch era cost training_error validation_error learning_rate "
                            "momentum seconds")
Epoch.__doc__ = """What happened in one epoch of training.

Attributes
----------
epoch, era : int, from 0
cost : float
    Mean of the cost over the training mini batches, each before its step.
training_error : float or None
    Percent of training rows that were wrong, each counted before the step it took part in, dropout
    and noise on, as the paper counts. None for a network without a classifier.
validation_error : float or None
    Percent of validation rows that are wrong after the epoch (for a network without a classifier
    the mean cost). None where the epoch was not validated.
learning_rate : float
momentum : float or None
seconds : float
    Training alone; validation and files are left out.
"""


class History(list):
    """A list of :class:`Epoch`; ``history.column('cost')`` is one quantity over all epochs.

    Attributes
    ----------
    diverged_at : int or None
        The epoch whose cost was not finite when training gave up, if it did.
    stopped_early : bool
    """

    def __init__(self, epochs=()):
        super().__init__(epochs)
        self.diverged_at, self.stopped_early = None, False

    def column(self, name):
        """Return the quantity `name` of every epoch, a list.

        Raises
        ------
        ValueError
            If an epoch has no such quantity.
        """
        if name not in Epoch._fields:
            raise ValueError(f"history has no column {name!r}; known: {', '.join(Epoch._fields)}.")
        return [getattr(epoch, name) for epoch in self]
