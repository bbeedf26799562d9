"""YANN's visualizer, made from a dictionary, and how it writes images."""

from yann_weightnorm.toolbox.modules import Visualizer
from yann_weightnorm.toolbox.mosaics import save_images

from .abstract import module, options_of

__all__ = ["save_images", "visualizer"]


class visualizer(Visualizer, module):
    """Mosaics of images, activities and filters, in the folder ``visualizer``.

    Parameters
    ----------
    visualizer_init_args : dict
        `id` and the options of :class:`~yann_weightnorm.toolbox.modules.visualizer.Visualizer`.
    verbose : int, optional
    """

    def __init__(self, visualizer_init_args, verbose=2):
        id, options = options_of(Visualizer, visualizer_init_args, "main")
        super().__init__(id, **options)
