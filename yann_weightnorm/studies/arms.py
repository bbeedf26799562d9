"""The arms that studies compare: ways to parametrise and to start one network."""

from typing import NamedTuple

from yann_weightnorm.toolbox.registry import hint

__all__ = ["ARMS", "Arm", "arm_named"]


class Arm(NamedTuple):
    """One way to parametrise and to start a network.

    Attributes
    ----------
    weight_norm : bool
        Weight normalization in every layer with a weight.
    batch_norm : bool
        Batch normalization before the activation of every hidden layer (YANN's classifier layer
        has none).
    mean_only : bool
        Batch normalization of the mean only in every layer with a weight, the classifier too.
    start : {None, 'data', 'robust'}
        The paper's data-dependent start, the robust one, or YANN's: normal with deviation 0.01,
        which is the same function with and without weight normalization.
    frozen_scale : bool
        The plain arm of the paper's code: scales that the data-dependent start finds stay as they
        are, so that a step in w is that many times as long. See
        :class:`~yann_weightnorm.studies.adam.PaperAdam`.
    """

    weight_norm: bool = False
    batch_norm: bool = False
    mean_only: bool = False
    start: object = None
    frozen_scale: bool = False


ARMS = {
    "normal": Arm(),
    "normal + data start": Arm(start="data"),
    "weight norm": Arm(weight_norm=True),
    "batch norm": Arm(batch_norm=True),
    "weight norm + data start": Arm(weight_norm=True, start="data"),
    "frozen scale": Arm(start="data", frozen_scale=True),
    "mean-only batch norm": Arm(mean_only=True, start="data"),
    "weight norm + mean-only batch norm": Arm(weight_norm=True, mean_only=True, start="data"),
    "normal + robust start": Arm(start="robust"),
    "weight norm + robust start": Arm(weight_norm=True, start="robust"),
}


def arm_named(name):
    """Return the :class:`Arm` called `name`.

    Raises
    ------
    ValueError
        If there is none; the nearest is suggested.
    """
    if name not in ARMS:
        raise ValueError(f"no arm {name!r}{hint(name, ARMS)}; known: {', '.join(ARMS)}.")
    return ARMS[name]
