"""YANN's operators on parameters."""

__all__ = ["copy_params"]


def copy_params(source, destination, borrow=True, verbose=2):
    """Set each shared variable of `destination` to the value of its fellow in `source`.

    Parameters
    ----------
    source, destination : sequences of shared variables
        Pairs are made as far as the shorter one goes.
    borrow : bool, default True
        Whether the two may hold the same memory; they never do here.
    verbose : int, optional
    """
    for origin, target in zip(source, destination):
        target.set_value(origin.get_value())
