"""YANN's datastream, made from a dictionary."""

from yann_weightnorm.toolbox.modules import Datastream

from .abstract import module, options_of

__all__ = ["datastream"]


class datastream(Datastream, module):
    """A data set, one block of it in shared variables, from the first training block on.

    Parameters
    ----------
    dataset_init_args : dict
        `dataset`, `id`, `type` ('xy' or 'x') and the other options of
        :class:`~yann_weightnorm.toolbox.modules.datastream.Datastream`.
    borrow : bool, default True
        Kept as an attribute.
    verbose : int, optional
    """

    def __init__(self, dataset_init_args, borrow=True, verbose=1):
        given = dict(dataset_init_args)
        if "type" in given:
            given["data_type"] = given.pop("type")
        id, options = options_of(Datastream, given, "-1")
        super().__init__(id, **options)
        self.borrow = borrow
        self.initialize_dataset(verbose)
