"""The layer that gives the number to be minimised."""

import numbers
from collections import namedtuple

import theano.tensor as T

from yann_weightnorm.toolbox.layers.base import Layer
from yann_weightnorm.toolbox.layers.classifier import LOSSES
from yann_weightnorm.toolbox.registry import hint, layer_type
from yann_weightnorm.toolbox.streams import View

__all__ = ["Objective"]

# What an objective stands on: the labels of a datastream, and the sums that regularize.
Ground = namedtuple("Ground", "labels L1 L2 has_origin")


@layer_type("objective", "loss", "energy")
class Objective(Layer):
    """Loss of a classifier, or any symbolic scalar, plus a regularizer.

    Parameters
    ----------
    id : str
    ground : Ground
        What the network hands over: labels, L1, L2.
    rng : numpy.random.RandomState
        Not used.
    layer_type : str, default 'nll'
        ``'value'`` for a symbolic scalar as `objective` (or, without one, for the output of the
        origin, such as a merge layer's error); any other string is the objective's name where
        `objective` is not given.
    objective : {'nll', 'cce', 'bce', 'hinge'} or symbolic scalar, optional
    regularizer : (float, float), default (0, 0)
        Coefficients of the network's L1 and L2.
    dataset_origin, datastream_origin, datastream_id : str, optional
        Other names that YANN's scripts give the datastream; labels come from the last one.

    Raises
    ------
    ValueError
        If the origin is no classifier, the objective's name is unknown, or a value network gives
        nothing to minimise.
    """

    def __init__(self, id, ground, rng, *, layer_type="nll", objective=None, regularizer=(0, 0),
                 dataset_origin=None, datastream_origin=None, datastream_id=None):
        super().__init__(id, (1,), rng)
        self.ground = ground
        self.is_value = layer_type == "value"
        self.objective = objective if self.is_value else (objective or layer_type)
        self.regularizer = self._checked_regularizer(regularizer)
        if self.is_value and objective is None and not ground.has_origin:
            raise ValueError(f"{self.who} has layer_type 'value' and neither an `objective`, a "
                             f"symbolic scalar, nor an `origin` whose output is one; give one.")
        if not self.is_value and self.objective not in LOSSES:
            raise ValueError(f"{self.who} got objective {self.objective!r}"
                             f"{hint(self.objective, LOSSES)}; known: {', '.join(LOSSES)}, or "
                             f"layer_type='value' with a symbolic scalar.")

    def _checked_regularizer(self, regularizer):
        if not isinstance(regularizer, (tuple, list)) or len(regularizer) != 2 or not all(
                isinstance(coefficient, numbers.Real) for coefficient in regularizer):
            raise ValueError(f"{self.who} got regularizer {regularizer!r}; it must be two numbers, "
                             f"the coefficients of L1 and L2, such as (0, 1e-4).")
        return tuple(regularizer)

    @classmethod
    def join(cls, network, origin, options):
        """Return the classifier below and the labels and sums of `network`."""
        is_value = options.get("layer_type") == "value"
        if origin is None and not is_value:
            origin = network.last_classifier_created
        if isinstance(origin, (list, tuple)):
            raise ValueError(f"objective layer got the origins {origin!r}; it takes one. Add an "
                             f"objective layer for each and pass them to cook(objective_layers=).")
        if origin is not None or not is_value:
            origin = network.known_layer(origin, "objective layer")
        aliases = ("dataset_origin", "datastream_origin", "datastream_id")
        stream = network.known_datastream([options.get(a) for a in aliases], strict=False)
        ground = Ground(stream.y, network.L1, network.L2, origin is not None)
        return ([] if origin is None else [origin]), ground

    def read(self, stream, origins):
        """Return the cost in `stream`."""
        l1, l2 = self.regularizer
        cost = self._loss(origins)
        # Summands that are 0 are left out, so that the compiled function has none of them.
        for coefficient, term in ((l1, self.ground.L1), (l2, self.ground.L2)):
            if coefficient:
                cost = cost + coefficient * term
        return View(self, T.cast(cost, "floatX"))

    def _loss(self, origins):
        if self.is_value:
            return origins[0].output if self.objective is None else self.objective
        if not hasattr(origins[0], "num_classes"):
            raise ValueError(f"{self.who} stands on {origins[0].who}, which has no classes; its "
                             f"origin must be a classifier, or its layer_type 'value'.")
        return origins[0].loss(self.ground.labels, self.objective)
