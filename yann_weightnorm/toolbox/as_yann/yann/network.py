"""YANN's network: the toolbox's, with what YANN does unasked."""

from yann_weightnorm.toolbox import graph
from yann_weightnorm.toolbox import network as toolbox

__all__ = ["max_neurons_to_display", "network", "nx_installed", "progressbar_installed"]

max_neurons_to_display = graph.SHOWN
nx_installed = progressbar_installed = True  # both come with the toolbox

TAKEN = ("borrow", "rng")


class network(toolbox.network):
    """A network that draws what it sees and learns, into ``./visualizer`` by default.

    Parameters
    ----------
    verbose : {0, 1, 2, 3}, default 2
    **options
        `borrow` and `rng`, as of :class:`~yann_weightnorm.toolbox.network.network`. Whatever else
        a script passes is not read, as in YANN.
    """

    always_visualizes = True

    def __init__(self, verbose=2, **options):
        super().__init__(verbose, **{key: options[key] for key in TAKEN if key in options})


def _sink(**arguments):
    """Do nothing."""
