"""Optimizers of the paper's generative experiments: averaged Adamax, Adam with clipped gradients.

Source: Salimans & Kingma (2016), section 5.2 and 5.3, arXiv:1602.07868;
github.com/jbornschein/draw.
"""

import contextlib

from yann_weightnorm.toolbox.modules import Optimizer

__all__ = ["Averaging"]


class Averaging(Optimizer):
    """An optimizer that remembers a running average of the parameters (Polyak & Juditsky 1992).

    Parameters
    ----------
    id : str
    steps : float or None
        The average fades over so many steps; None for no average.
    **options
        As of :class:`~yann_weightnorm.toolbox.modules.optimizer.Optimizer`.
    """

    def __init__(self, id, *, steps=None, **options):
        super().__init__(id, max_norm=None, **options)
        self.keep = None if steps is None else max(0.0, 1.0 - 1.0 / steps)
        self._averages, self._count = {}, None

    def create_updates(self, params, cost, constrained=()):
        """Fill `updates` with one step down the gradient of `cost`, and one of the averages."""
        super().create_updates(params, cost, constrained)
        if self.keep is None:
            return
        self._averages = {}
        self._count = self.slots.scalar("average.steps")
        self.slots.put(self._count, self._count + 1)
        for p in params:
            self._averages[p] = slot = self.slots.like(p, "average")
            self.slots.put(slot, self.keep * slot + (1 - self.keep) * self.updates[p])
        for slot in [self._count, *self._averages.values()]:
            self.updates[slot] = self.slots.updates[slot].astype(slot.dtype)

    @contextlib.contextmanager
    def averaged(self):
        """Let the parameters be their averages for a while, as if these had not begun at 0."""
        steps = float(self._count.get_value()) if self._averages else 0
        if not steps:
            yield
            return
        before = {p: p.get_value() for p in self._averages}
        for p, slot in self._averages.items():
            p.set_value((slot.get_value() / (1.0 - self.keep ** steps)).astype(p.dtype))
        try:
            yield
        finally:
            for p, value in before.items():
                p.set_value(value)
