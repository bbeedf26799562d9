"""What a network shows of itself: activities, parameters, status, the tree of layers."""

from collections import OrderedDict

import numpy as np

from yann_weightnorm.toolbox import storage
from yann_weightnorm.toolbox.not_finite import first_not_finite
from yann_weightnorm.toolbox.printing import print_tree, say_results

__all__ = ["Inspection"]


class Inspection:
    """Base of the network: the methods that look and change nothing."""

    def layer_activity(self, id, index=0, verbose=None):
        """Return what layer `id` gives in inference for mini batch `index` of the block."""
        self.check_cooked("layer_activity")
        self.load_if_empty()
        return self.layer_activities[self.known_layer(id, "layer_activity")](index)

    def find_not_finite(self, index=0):
        """Return where a training mini batch first meets numbers that are not finite.

        Looked at are the rows, then each layer's parameters and its output in the stream that is
        trained, from below upwards.

        Parameters
        ----------
        index : int, default 0
            Number of the mini batch in the loaded block.

        Returns
        -------
        NotFinite or None
            See :class:`~yann_weightnorm.toolbox.not_finite.NotFinite`; its ``str()`` says it in a
            sentence. None if all is finite.

        Raises
        ------
        RuntimeError
            If the network is not cooked.
        """
        self.check_cooked("find_not_finite")
        self.load_if_empty()
        return first_not_finite(self, index)

    def get_params(self, verbose=None):
        """Return an OrderedDict: layer id -> list of its parameters' values, as arrays."""
        return OrderedDict((id, view.get_params(borrow=False))
                           for id, view in self.dropout_layers.items() if view.params)

    def save_params(self, epoch=0, verbose=None):
        """Write all parameters to ``<resultor's root>/params/epoch_<epoch>.safetensors``."""
        self.check_cooked("save_params")
        resultor = self.cooked_resultor or self.known_resultor("")
        unique = {p.name: p for p in self.params if hasattr(p, "get_value")}
        storage.save_params(unique.values(), resultor.params_file(epoch))

    def print_status(self, epoch, print_lr=False, verbose=None):
        """Print cost, learning rate and momentum, and hand them to the resultor."""
        verbose = self._level(verbose)
        stream = self.cooked_datastream
        steps = stream.dataset.rows("train") // stream.mini_batch_size
        cost = float(np.mean(self.cost[-steps:])) if self.cost else float("nan")
        rate = float(self.learning_rate.get_value())
        momentum = self.cooked_optimizer.momentum_at(epoch)
        if print_lr and verbose >= 2:  # with YANN's three dots, which are for verbose 3
            verbose = 3
        if self.cooked_resultor:
            self.cooked_resultor.process_results(cost, rate, momentum, verbose=verbose)
        else:
            say_results(cost, rate, momentum, verbose)

    def pretty_print(self, verbose=None):
        """Print the tree of layers."""
        print_tree(self)

    def _level(self, verbose):
        return self.verbose if verbose is None else verbose
