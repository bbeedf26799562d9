"""YANN's optimizer, made from a dictionary."""

from yann_weightnorm.toolbox.modules import Optimizer

from .abstract import module, options_of

__all__ = ["optimizer"]


class optimizer(Optimizer, module):
    """An update rule and its momentum.

    Parameters
    ----------
    optimizer_init_args : dict
        `id` and the options of
        :class:`~yann_weightnorm.toolbox.modules.optimizer.Optimizer`.
    verbose : int, optional

    Attributes
    ----------
    params : list of shared variables
        What is learnt, after :meth:`calculate_gradients`.
    gradients : list of symbolic tensors
    updates : OrderedDict
        Shared variable -> next value, after :meth:`create_updates`.
    """

    def __init__(self, optimizer_init_args, verbose=1):
        id, options = options_of(Optimizer, optimizer_init_args, "-1")
        super().__init__(id, **options)
        self.params, self.objective, self.gradients = [], None, []

    def calculate_gradients(self, params, objective, verbose=1):
        """Keep the gradients of `objective`, a symbolic scalar, for the shared variables `params`.

        Raises
        ------
        ValueError
            If the objective does not depend on one of them.
        """
        self.params, self.objective = list(params), objective
        self.gradients = self._gradients(self.params, objective)

    def create_updates(self, verbose=1):
        """Fill `updates` with one step down those gradients; every matrix has its norm bounded."""
        super().create_updates(self.params, self.objective, [p for p in self.params if p.ndim == 2])
