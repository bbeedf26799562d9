"""What a network draws of itself through its visualizer."""

import contextlib

from yann_weightnorm.toolbox import cooking

__all__ = ["Showing"]


class Showing:
    """Base of the network: pictures of the data, of what layers give and of their weights.

    The activities of every epoch are those of the same images, the first training mini batch, of
    which ``<root>/visualizer/data`` has the pictures.
    """

    def visualize(self, epoch=0, verbose=None):
        """Draw activities and filters if it is the turn of `epoch`.

        That is, if it is a multiple of ``visualize_after_epochs``, an attribute that ``train``
        sets, and of the visualizer's `frequency`.

        Raises
        ------
        RuntimeError
            If the network is not cooked, or with no visualizer.
        """
        visualizer, every = self._shown_by("visualize"), self.visualize_after_epochs
        if every and epoch % every == 0 and epoch % visualizer.frequency == 0:
            self.visualize_activities(epoch, verbose)
            self.visualize_filters(epoch, verbose)

    def visualize_activities(self, epoch=0, verbose=None):
        """Draw what each layer gives in inference for the first training mini batch."""
        visualizer = self._shown_by("visualize_activities")
        with _rows_in(self.cooked_datastream, *self._rows_to_show()):
            activities = self._shown_activities(0)
        visualizer.visualize_activities(dict(zip(self._shown_layers, activities)), epoch,
                                        verbose=self._level(verbose))

    def visualize_filters(self, epoch=0, verbose=None):
        """Draw the weights of each layer that has some."""
        self._shown_by("visualize_filters").visualize_filters(
            self.dropout_layers, epoch, verbose=self._level(verbose))

    def start_visualizer(self, verbose=None):
        """Draw the images, the graphs that are asked for, and epoch 0; the last part of cook."""
        if self.cooked_visualizer is None:
            return
        visualizer, stream = self.cooked_visualizer, self.cooked_datastream
        visualizer.initialize(stream.mini_batch_size)
        self._shown_rows = None
        self._shown_layers, self._shown_activities = _activities(self)
        self.visualize_after_epochs = 1
        if not self.begins_files:  # while a checkpoint is read: the files are of the network saved
            return
        self._draw_functions(self._level(verbose))
        shape = (-1, stream.height, stream.width, stream.channels)
        visualizer.visualize_images(self._rows_to_show()[0].reshape(shape))
        self.visualize(0, verbose)

    def _rows_to_show(self):
        """Return the first training mini batch as it is stored: (x, y), y None without labels."""
        # Read when it is first drawn: a network may be loaded without its data.
        if self._shown_rows is None:
            rows = slice(0, self.cooked_datastream.mini_batch_size)
            self._shown_rows = [None if part is None else part[rows].copy()
                                for part in self.cooked_datastream.load_data("train", 0)]
        return self._shown_rows

    def _shown_by(self, who):
        self.check_cooked(who)
        if self.cooked_visualizer is None:
            raise RuntimeError(f"{who}: the network has no visualizer; call "
                               f"add_module('visualizer') and cook() again.")
        return self.cooked_visualizer

    def _draw_functions(self, verbose):
        functions = {}
        if self.cooked_visualizer.debug_functions:
            functions.update(test=self.mini_batch_test, train=self.train_step)
            if self.cooked_classifier is not None:
                functions.update(posterior=self.mini_batch_posterior,
                                 predict=self.mini_batch_predictions)
        if self.cooked_visualizer.debug_layers:
            functions.update((f"layer_activity_{id}", function)
                             for id, function in self.layer_activities.items())
        for name, function in functions.items():
            compiled = function.compile()
            compiled.name = name
            self.cooked_visualizer.theano_function_visualizer(compiled, verbose=verbose)


def _activities(network):
    """Return the layers that can be drawn, and a function of their activities in one pass.

    One function, because each takes long to compile, and because layers that stand on the same
    random numbers are to be drawn from the same draw. It leaves the generators where they are, so
    that looking changes nothing.
    """
    drawn = {id: view for id, view in network.inference_layers.items()
             if view.output.ndim in (2, 4)}
    index, settings = cooking.mini_batch(network)
    return list(drawn), cooking.LazyFunction(
        [index], [view.output for view in drawn.values()], no_default_updates=True, **settings)


@contextlib.contextmanager
def _rows_in(stream, x, y):
    """Let the compiled functions find the rows `x`, `y` as the loaded block, for a while."""
    lent = [(stream.data_x, x)] + ([] if y is None else [(stream.data_y, y)])
    kept = [variable.get_value(borrow=True) for variable, _ in lent]
    try:
        for variable, rows in lent:
            variable.set_value(rows, borrow=True)
        yield
    finally:
        for (variable, _), rows in zip(lent, kept):
            variable.set_value(rows, borrow=True)
