"""What training leaves behind: one record an epoch."""

from collections import namedtuple

__all__ = ["Epoch", "History"]

Epoch = namedtuple("Epoch", "epoch era cost training_error validation_error learning_rate "
                            "momentum seconds costs", defaults=(None,))
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
costs : dict or None, default None
    Where `cost` is a sum, the mean of each summand by name, such as 'generator_cost'; None for one
    that was never computed.
"""


class History(list):
    """A list of :class:`Epoch`; ``history.column('cost')`` is one quantity over all epochs.

    Each of an epoch's `costs` is a column, too.

    Attributes
    ----------
    diverged_at : int or None
        The epoch whose cost was not finite when training gave up, if it did.
    stopped_early : bool
    pre_training : History or None
        What came before: the epochs in which a GAN trains its classifier alone.
    """

    def __init__(self, epochs=()):
        super().__init__(epochs)
        self.diverged_at, self.stopped_early, self.pre_training = None, False, None

    def column(self, name):
        """Return the quantity `name` of every epoch, a list.

        Raises
        ------
        ValueError
            If an epoch has no such quantity.
        """
        summands = {cost: None for epoch in self for cost in epoch.costs or ()}
        if name in summands:
            return [(epoch.costs or {}).get(name) for epoch in self]
        if name not in Epoch._fields:
            raise ValueError(f"history has no column {name!r}; known: "
                             f"{', '.join([*Epoch._fields, *summands])}.")
        return [getattr(epoch, name) for epoch in self]
