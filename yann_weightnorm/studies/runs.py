"""A run: one line of a study's grid, flat values that determine its numbers."""

import dataclasses
import hashlib
import json
import re

__all__ = ["Run"]


@dataclasses.dataclass(frozen=True)
class Run:
    """Everything that decides what a run computes; nothing about where and when.

    Attributes
    ----------
    study, network, arm, dataset : str
        Names, as the study that runs them understands them.
    seed : int
        Draws starting weights and the order of rows.
    learning_rate : float
    epochs, mini_batch_size : int
    train_rows : int or None
        Training rows from the start of the split; None for all.
    """

    study: str
    network: str
    arm: str
    dataset: str
    seed: int
    learning_rate: float
    epochs: int
    mini_batch_size: int
    train_rows: object = None

    @property
    def id(self):
        """A file name: what the run is, and a digest of all its values.

        >>> Run("supervised", "mlp", "weight norm", "digits", 0, 0.001, 12, 100).id
        'digits-mlp-weight-norm-lr0.001-seed0-9f2e6d17'
        """
        words = f"{self.dataset}-{self.network}-{self.arm}-lr{self.learning_rate:g}-seed{self.seed}"
        values = json.dumps(dataclasses.asdict(self), sort_keys=True)
        digest = hashlib.sha256(values.encode("utf-8")).hexdigest()[:8]
        return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-.") + "-" + digest

    @property
    def values(self):
        """The values as the header of a record has them: a dict without the study's name."""
        values = dataclasses.asdict(self)
        del values["study"]
        return values

    @property
    def graph(self):
        """What runs must have in common to share compiled functions."""
        return (self.dataset, self.network, self.arm, self.mini_batch_size, self.train_rows)

    def __str__(self):
        return f"{self.network}, {self.arm}, rate {self.learning_rate:g}, seed {self.seed}"
