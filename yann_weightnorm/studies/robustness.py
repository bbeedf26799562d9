"""The second study: how much does weight normalization forgive?

Four sweeps, each of one thing that training depends on: the learning rate, the depth, the size of a
mini batch, and, in a residual network trained by plain gradient descent, whether it trains at all.
All arms of a sweep begin with their data-dependent start, or with the robust one where the arm says
so.
"""

import dataclasses

from yann_weightnorm.plan import Plan
from yann_weightnorm.studies import building
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.data import dataset_of, image_of, rows_of
from yann_weightnorm.studies.kinds import COUNT, NAME, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.networks import multiplications, network_named
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache, train_and_tell
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["ROBUSTNESS", "RobustnessRun", "SWEEPS", "check", "cooked", "perform"]

SWEEPS = ("rate", "depth", "batch", "residual")
KINDS, OPTIMIZERS = ("mlp", "residual"), ("adam", "sgd")
STEP_SECONDS = 3e-4  # of what a step costs besides its products


@dataclasses.dataclass(frozen=True)
class RobustnessRun(Run):
    """A network trained once, under one of the conditions of a sweep.

    Attributes
    ----------
    sweep : {'rate', 'depth', 'batch', 'residual'}
    arm, dataset : str
    kind : {'mlp', 'residual'}
        Fully connected layers, or such with a shortcut around each but the first.
    depth, width : int
        Hidden layers, and neurons in each.
    optimizer : {'adam', 'sgd'}
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    learning_rate : float
    seed : int
        Draws starting weights and the order of rows.
    epochs : int
    """

    sweep: str = setting(NAME, "sweeps")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    kind: str = setting(NAME, told=False)
    depth: int = setting(COUNT, "depths", word="depth ")
    width: int = setting(COUNT, told=False)
    optimizer: str = setting(NAME, told=False)
    mini_batch_size: int = setting(COUNT, "mini_batch_sizes", word="batch ")
    train_rows: object = setting(ROWS, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)

    @property
    def network(self):
        """The network as :func:`~yann_weightnorm.studies.networks.network_named` takes it."""
        return f"{self.kind} {self.width}x{self.depth}"

    @property
    def graph(self):
        """What runs must have in common to share compiled functions: all but the sweep's name."""
        return super().graph[1:]


def perform(run, data, emit):
    """Train and test the network of `run`; see :class:`~yann_weightnorm.studies.study.Study`."""
    train_and_tell(cooked, _begin, (0.0, run.learning_rate), run, data, emit)


@Cache
def cooked(run, data):
    """Return the network of the run's graph, compiled once in a process."""
    dataset = dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)
    return building.build(run.network, run.arm, dataset, optimizer=run.optimizer)


def _begin(net, run):
    building.begin(net, run.network, run.arm, run.seed, images=START_IMAGES)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    who = "study robustness"
    one_of(run.sweep, SWEEPS, "sweep", who)
    one_of(run.kind, KINDS, "kind", who)
    one_of(run.optimizer, OPTIMIZERS, "optimizer", who)
    network_named(run.network)
    if arm_named(run.arm).frozen_scale and run.optimizer != "adam":
        raise ValueError(f"{who} can't run the arm {run.arm!r} with optimizer {run.optimizer!r}: "
                         f"its steps are Adam's.")
    dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = rows_of(run.dataset, run.train_rows)
    image = image_of(run.dataset)
    products = 0.45e-6 * multiplications(network_named(run.network), image)
    steps = rows / run.mini_batch_size
    return rows / 4000 * (0.05 + products) + steps * STEP_SECONDS * (1 + run.depth)


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 15.0 + 2.0 * run.depth


START_IMAGES = 100  # that a data-dependent start sees, whatever the mini batch
BASE = ("normal + data start", "weight norm + data start", "batch norm")
ROBUST = ("normal + robust start", "weight norm + robust start")
WIDE = (0.0001, 0.001, 0.01, 0.1, 1.0)

ROBUSTNESS = Study(
    name="robustness",
    question="Does weight normalization train where the plain network doesn't?",
    run=RobustnessRun, parts=SWEEPS,
    settings={"sweeps": SWEEPS, "arms": BASE, "datasets": ("mnist-5k",), "kind": "mlp",
              "depths": (2,), "width": 100, "optimizer": "adam", "mini_batch_sizes": (100,),
              "train_rows": None, "learning_rates": (0.001, 0.003), "seeds": (0, 1, 2),
              "epochs": 5,
              "rate.learning_rates": WIDE,
              "depth.depths": (2, 10, 30), "depth.arms": (*BASE[:2], *ROBUST),
              "depth.learning_rates": (0.0003, 0.001),
              "batch.mini_batch_sizes": (1, 10, 100, 1000), "batch.train_rows": 1000,
              "residual.kind": "residual", "residual.depths": (9,), "residual.width": 128,
              "residual.optimizer": "sgd", "residual.learning_rates": (0.1,),
              "residual.arms": BASE[:2]},
    budgets={
        "smoke": {"arms": BASE[:2], "depth.arms": (BASE[1], ROBUST[1]), "depths": (1,),
                  "depth.depths": (1, 3), "residual.depths": (2,), "residual.arms": (BASE[1],),
                  "residual.kind": "residual", "residual.learning_rates": (0.1,), "width": 8,
                  "train_rows": 200, "mini_batch_sizes": (100,),
                  "batch.mini_batch_sizes": (10, 100), "batch.arms": BASE[1:2], "epochs": 1,
                  "learning_rates": (0.003,), "rate.learning_rates": (0.003, 100.0),
                  "seeds": (0, 1)},
        "full": {"seeds": (0, 1, 2, 3, 4, 5, 6), "epochs": 10,
                 "learning_rates": (0.0003, 0.001, 0.003, 0.01),
                 "rate.learning_rates": (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
                 "residual.learning_rates": (0.01, 0.03, 0.1, 0.3),
                 "depth.depths": (2, 5, 10, 20, 50, 100),
                 "batch.mini_batch_sizes": (1, 3, 10, 30, 100, 300, 1000)},
        # The paper has no such sweeps; this is the same on all of MNIST.
        "paper": {"datasets": ("mnist",), "seeds": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), "epochs": 20,
                  "train_rows": None, "width": 500, "residual.width": 128,
                  "learning_rates": (0.0003, 0.001, 0.003, 0.01),
                  "rate.learning_rates": (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
                  "residual.learning_rates": (0.01, 0.03, 0.1, 0.3),
                  "depth.depths": (2, 5, 10, 20, 50, 100),
                  "batch.mini_batch_sizes": (1, 10, 100, 1000)}},
    plan=Plan(axes={"depth": "hidden layers", "mini_batch_size": "rows in a mini batch"},
              title=("dataset", "sweep"), parted_by="sweep",
              baseline=("normal + data start", "normal"),
              subject=("weight norm + data start", "weight norm + robust start")),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
