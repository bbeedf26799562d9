"""Least squares with more unknowns than equations: which of all solutions is found?

Plain gradient descent keeps the part of its start that no equation sees. Wu, Dobriban, Ren, Wu, Li,
Gunasekar, Ward & Liu (2020), "Implicit regularization and convergence for weight normalization",
arXiv:1911.07956: with weight normalization it comes near the solution of the least norm from starts
that are not near 0, too.

With |v| = 1 and small steps, the part of v that no equation sees goes as exp(-g^2 / 2): it fades
where the length g grows, and grows where a start is longer than the solution.
"""

import numpy as np

from yann_weightnorm.normalization import compose, norm
from yann_weightnorm.studies import clock

__all__ = ["Problem", "Plain", "SOLVED", "WeightNormalised", "perform"]

SOLVED = 1e-20  # a cost below is rounding, and would choose between learning rates by chance


class Problem:
    """Equations ``a w = y`` with a normal `a`, and y as some normal w gives it.

    Parameters
    ----------
    equations, unknowns : int
    seed : int

    Attributes
    ----------
    least : (unknowns,)
        The solution of the least norm.
    curvature : float
        The largest eigenvalue of the cost's Hessian in w.
    """

    def __init__(self, equations, unknowns, seed):
        rng = np.random.RandomState(seed)
        self.a = rng.standard_normal((equations, unknowns)) / np.sqrt(unknowns)
        self.y = self.a.dot(rng.standard_normal(unknowns))
        self.least = np.linalg.lstsq(self.a, self.y, rcond=None)[0]
        self.curvature = np.linalg.norm(self.a, 2) ** 2 / equations
        direction = rng.standard_normal(unknowns)
        self.direction = direction / np.linalg.norm(direction)

    def cost(self, w):
        """Return half the mean square of what is missing; 0 for a cost below `SOLVED`."""
        cost = float(0.5 * np.mean((self.a.dot(w) - self.y) ** 2))
        return 0.0 if cost < SOLVED else cost

    def gradient(self, w):
        """Return the gradient of :meth:`cost`."""
        return self.a.T.dot(self.a.dot(w) - self.y) / len(self.y)

    def excess(self, w):
        """Return how far `w` is from the solution of the least norm, in percent of that norm."""
        return float(100 * np.linalg.norm(w - self.least) / np.linalg.norm(self.least))


class Plain:
    """Gradient descent on w."""

    def __init__(self, w):
        self.weight = w.copy()

    def step(self, gradient, rate):
        """Go down `gradient`, that of w."""
        self.weight -= rate * gradient


class WeightNormalised:
    """Gradient descent on g and v, which starts with length 1 (the paper's equation 3)."""

    def __init__(self, w):
        self.g = norm(w, 0)
        self.v = w / self.g

    @property
    def weight(self):
        """The weight that g and v compose."""
        return compose(self.v, self.g, 0)

    def step(self, gradient, rate):
        """Go down the gradients that `gradient`, that of w, has in g and v."""
        length = norm(self.v, 0)
        of_g = gradient.dot(self.v) / length
        self.v, self.g = (self.v - rate * self.g / length * (gradient - of_g * self.v / length),
                          self.g - rate * of_g)


WAYS = {"normal": Plain, "weight norm": WeightNormalised}


def perform(run, data, emit):
    """Descend, and tell after every `run.steps` steps what is found.

    A learning rate is counted in the largest that is stable for w divided by 2.
    """
    problem, began = Problem(run.equations, run.unknowns, run.seed), clock.now()
    emit({"kind": "header", "rows": {"train": run.equations}})
    way, diverged = WAYS[run.arm](run.start_scale * problem.direction), None
    for epoch in range(1, run.epochs + 1):
        before = clock.now()
        for _ in range(run.steps):
            with np.errstate(over="ignore", invalid="ignore"):
                way.step(problem.gradient(way.weight), run.learning_rate / problem.curvature)
        if not np.isfinite(way.weight).all() or not np.isfinite(problem.cost(way.weight)):
            diverged = epoch
            break
        emit({"kind": "epoch", "epoch": epoch, "train_cost": problem.cost(way.weight),
              "excess": problem.excess(way.weight), "learning_rate": run.learning_rate,
              "seconds": clock.now() - before})
    emit({"kind": "end", "status": "diverged" if diverged else "finished",
          "excess": None if diverged else problem.excess(way.weight),
          "seconds": clock.now() - began, "diverged_at": diverged})
