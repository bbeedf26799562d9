"""The module that draws what a network sees and what it has learnt."""

import os
import pathlib

import numpy as np

from yann_weightnorm.toolbox.checks import positive_int
from yann_weightnorm.toolbox.computation import draw_computation
from yann_weightnorm.toolbox.mosaics import save_images

__all__ = ["Visualizer"]


class Visualizer:
    """Mosaics of images, activities and filters, as JPEG files in ``<root>/visualizer``.

    Of an array (n, channels, height, width) each channel is a file ``image_<channel>.jpg`` with n
    tiles; of rows (n, features) there is a file in the folder ``straight`` with a tile for each
    row and one in ``transposed`` with a tile for each feature. Arrays of other dimensions are not
    drawn. Every tile is scaled to its own range. Folders are made when their first file is.

    Parameters
    ----------
    id : str
    root : str or path, optional
        Where the folder ``visualizer`` is made; the current folder by default.
    frequency : int, default 1
        Draw only epochs that are multiples of this (and of `visualize_after_epochs` of ``train``).
    sample_size : int, default 16
        Images of the mini batch that are drawn; all if it has fewer.
    rgb_filters : bool, default False
        Draw every three channels as one picture in colour, the rest in grey.
    debug_functions : bool, default False
        When cooking, draw the graphs of the compiled functions ``test``, ``train`` and, for a
        classifier, ``posterior`` and ``predict``.
    debug_layers : bool, default False
        When cooking, draw the graph of each layer's activity function.
    rng : numpy.random.RandomState, optional
        Says which images are drawn. It is left as it was, so that looking changes nothing.

    Attributes
    ----------
    root : pathlib.Path
        The folder of all files.
    indices : (at most sample_size,) array of int
        Rows of the mini batch that are drawn, after :meth:`initialize`.

    Raises
    ------
    ValueError
        If `frequency` or `sample_size` is no positive integer.
    """

    type = "visualizer"

    def __init__(self, id, *, root=None, frequency=1, sample_size=16, rgb_filters=False,
                 debug_functions=False, debug_layers=False, rng=np.random):
        who = f"visualizer {id!r}"
        self.id, self.rng = id, rng
        self.root = pathlib.Path(os.getcwd() if root is None else root) / "visualizer"
        self.frequency = positive_int(frequency, "frequency", who)
        self.sample_size = positive_int(sample_size, "sample_size", who)
        self.rgb_filters = bool(rgb_filters)
        self.debug_functions, self.debug_layers = bool(debug_functions), bool(debug_layers)
        self.batch_size, self.indices = None, None

    def initialize(self, batch_size, verbose=2):
        """Choose the rows of a mini batch of `batch_size` rows that are drawn from now on."""
        rng = np.random.RandomState()
        rng.set_state(self.rng.get_state())
        self.batch_size = batch_size
        self.indices = rng.permutation(batch_size)[:self.sample_size]

    def restart(self, rng):
        """Choose the rows from `rng` from now on, and anew if they were chosen."""
        self.rng = rng
        if self.batch_size is not None:
            self.initialize(self.batch_size)

    def visualize_images(self, imgs, loc=None, verbose=2):
        """Write mosaics of `imgs`, the chosen rows of them if it is a whole mini batch.

        Parameters
        ----------
        imgs : (n, height, width, channels) or (n, features) array
        loc : str or path, optional
            Folder of the files, by default ``<root>/data``.
        verbose : int, optional
            Kept for YANN's scripts.
        """
        self._draw(self._sample(np.asarray(imgs)), self.root / "data" if loc is None else loc)

    def visualize_activities(self, layer_activities, epoch, index=0, verbose=2):
        """Write what layers give for a mini batch to ``activities/epoch_<epoch>/layer_<id>``.

        Parameters
        ----------
        layer_activities : dict
            Layer id -> array, or function of a mini batch's number that returns one.
        epoch : int
        index : int, default 0
            Number of the mini batch.
        verbose : int, optional
            Kept for YANN's scripts.
        """
        for id, activity in layer_activities.items():
            values = np.asarray(activity(index) if callable(activity) else activity)
            self._draw_layer(values, "activities", epoch, id, self._sample)

    def visualize_filters(self, layers, epoch, index=0, verbose=2):
        """Write the weights of layers to ``filters/epoch_<epoch>/layer_<id>``.

        A layer with normalised weights is drawn as w = g v / |v|, any other as its first
        parameter. The filters are all drawn, whatever `sample_size` is.

        Parameters
        ----------
        layers : dict
            Layer id -> layer.
        epoch : int
        index, verbose : int, optional
            Kept for YANN's scripts.
        """
        for id, layer in layers.items():
            if layer.params:
                self._draw_layer(_weight(layer), "filters", epoch, id, lambda filters: filters)

    def theano_function_visualizer(self, function, short_variable_names=False, format="pdf",
                                   verbose=2):
        """Draw the graph of a compiled function in ``computational_graphs``, named as it is.

        Parameters
        ----------
        function : theano.compile.Function
        short_variable_names : bool, default False
        format : str, default 'pdf'
            Ending of the picture's file.
        verbose : int, optional

        See Also
        --------
        yann_weightnorm.toolbox.computation.draw_computation : what is written.
        """
        draw_computation(function, _file_name(function.name), self.root / "computational_graphs",
                         format, short_variable_names, verbose)

    # -----------------------------------------------------------------------------------------

    def _sample(self, imgs):
        return imgs[self.indices] if len(imgs) == self.batch_size else imgs

    def _draw_layer(self, values, kind, epoch, id, sample):
        folder = self.root / kind / f"epoch_{epoch}" / f"layer_{_file_name(id)}"
        if values.ndim == 4:
            self._draw(sample(values).transpose(0, 2, 3, 1), folder)
        elif values.ndim == 2:
            self._draw(sample(values), folder / "straight")
            self._draw(values.T, folder / "transposed")

    def _draw(self, imgs, folder):
        if imgs.size:
            save_images(imgs, pathlib.Path(folder) / "image_", self.rgb_filters)


def _file_name(id):
    """Return `id` with its slashes, which would become folders, replaced."""
    return str(id).replace("/", "%2F")


def _weight(layer):
    # v alone would not show which way the neuron points: g may be negative.
    return np.asarray(layer.weight_value() if hasattr(layer, "g") else layer.get_params()[0])
