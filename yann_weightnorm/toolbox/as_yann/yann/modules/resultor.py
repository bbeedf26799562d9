"""YANN's resultor, made from a dictionary."""

from yann_weightnorm.toolbox.modules import Resultor

from .abstract import module, options_of

__all__ = ["resultor"]


class resultor(Resultor, module):
    """Text files of costs, rates and momenta, begun at once, in the current folder by default.

    Parameters
    ----------
    resultor_init_args : dict
        `id` and the options of :class:`~yann_weightnorm.toolbox.modules.resultor.Resultor`.
    verbose : int, optional
    """

    def __init__(self, resultor_init_args, verbose=1):
        id, options = options_of(Resultor, {"root": ".", **resultor_init_args}, "-1")
        super().__init__(id, **options)
        self.start()
