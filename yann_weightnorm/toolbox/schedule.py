"""Learning rates by epoch: YANN's eras with annealing, or any function of the epoch."""

import numbers

import numpy as np

__all__ = ["Schedule"]

DEFAULT_RATES = (0.05, 0.01, 0.001)


class Schedule:
    """How many epochs there are, the eras they fall into, and the rate of each.

    Parameters
    ----------
    epochs : int or tuple of int
        Epochs of each era.
    learning_rates : tuple of float, function or None
        ``(annealing, rate of era 0, rate of era 1, ...)``, one entry more than eras: after each
        epoch the rate loses the share `annealing` of itself, and an era starts with its rate,
        unless the present one is smaller. Or a function of the epoch, counted from 0, that
        returns its rate. None is YANN's default, (0.05, 0.01, 0.001), as far as there are eras.

    Raises
    ------
    ValueError
        If the number of rates does not fit the number of eras, or one is no number.
    """

    def __init__(self, epochs, learning_rates=None):
        self.eras = self._eras(epochs)
        self.starts = [int(start) for start in np.cumsum((0,) + self.eras[:-1])]
        self.total = sum(self.eras)
        self.function = learning_rates if callable(learning_rates) else None
        if self.function is None:
            rates = DEFAULT_RATES[:len(self.eras) + 1] if learning_rates is None \
                else learning_rates
            self.annealing, self.rates = self._split(rates)

    def era(self, epoch):
        """Return the number of the era that `epoch` falls into."""
        return max(number for number, start in enumerate(self.starts) if start <= epoch)

    def is_last_era(self, epoch):
        """Return whether no era comes after that of `epoch`."""
        return self.era(epoch) == len(self.eras) - 1

    def begins_era(self, epoch):
        """Return whether `epoch` is the first of an era after the first era."""
        return epoch > 0 and epoch in self.starts

    def rate(self, epoch, present=None, cut=1.0):
        """Return the rate of `epoch`.

        Parameters
        ----------
        epoch : int
        present : float, optional
            The rate of the epoch before; None at the start of training.
        cut : float
            What retreats have multiplied the rates with so far; a function of the epoch does not
            know of them, the present rate does.
        """
        if self.function is not None:
            return cut * float(self.function(epoch))
        if present is None:
            return self.rates[self.era(epoch)]
        annealed = present - present * self.annealing
        return min(annealed, self.rates[self.era(epoch)]) if self.begins_era(epoch) else annealed

    @staticmethod
    def _eras(epochs):
        eras = tuple(epochs) if isinstance(epochs, (tuple, list)) else (epochs,)
        if not eras or not all(isinstance(e, numbers.Integral) and e >= 0 for e in eras):
            raise ValueError(f"train got epochs {epochs!r}; it must be a number of epochs, or a "
                             f"tuple with that of each era.")
        return tuple(int(e) for e in eras)

    def _split(self, rates):
        wanted = len(self.eras) + 1
        if not isinstance(rates, (tuple, list)) or len(rates) != wanted:
            raise ValueError(
                f"train got learning_rates {rates!r} for {len(self.eras)} era(s) of epochs "
                f"{self.eras}; it must have {wanted} entries: the annealing share, then the rate "
                f"of each era. Or give a function of the epoch.")
        if not all(isinstance(r, numbers.Real) and np.isfinite(r) for r in rates):
            raise ValueError(f"train got learning_rates {rates!r}; every entry must be a finite "
                             f"number.")
        return float(rates[0]), tuple(float(r) for r in rates[1:])
