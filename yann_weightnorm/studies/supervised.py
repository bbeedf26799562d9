"""The first study: does weight normalization help a classifier of images?

Arms over networks, at the learning rates of the paper's search (section 5.1). All arms use Adam;
none augments anything. The plain arm comes three times. 'normal' is the toolbox as it comes;
'normal + data start' is the baseline in the paper's words, which has the data-dependent start too;
'frozen scale' is the one in its code. At the budget 'paper' all is as in the paper: the data set,
the network, the noise, the whitening, the schedule, the epochs.
"""

import dataclasses
import functools

from yann_weightnorm.plan import Plan
from yann_weightnorm.studies import building
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.data import dataset_of, image_of, rows_of
from yann_weightnorm.studies.kinds import COUNT, FLAG, NAME, NONNEGATIVE, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.networks import NETWORKS, multiplications, network_named
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache, train_and_tell
from yann_weightnorm.toolbox.registry import hint

__all__ = ["SCHEDULES", "SUPERVISED", "SupervisedRun", "build", "check", "cooked", "perform",
           "rates"]

SCHEDULES = ("constant", "paper")


@dataclasses.dataclass(frozen=True)
class SupervisedRun(Run):
    """A classifier trained once.

    Attributes
    ----------
    network, arm, dataset : str
    schedule : {'constant', 'paper'}
        Of the learning rate and of Adam's beta1. The paper's: in the second half of the epochs the
        rate falls to 0 linearly, and beta1 is 0.5.
    zca : bool
        Whether images are whitened.
    noise : float
        Deviation of the noise on images while training.
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    learning_rate : float
    seed : int
        Draws starting weights, the order of rows, noise and masks.
    epochs : int
    """

    network: str = setting(NAME, "networks")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    schedule: str = setting(NAME, told=False)
    zca: bool = setting(FLAG, told=False)
    noise: float = setting(NONNEGATIVE, told=False)
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)

    @property
    def graph(self):
        """What runs must have in common to share compiled functions."""
        return super().graph + (self.late,)

    @property
    def late(self):
        """The epoch, counted from 0, from which on the schedule is another; None for never."""
        return self.epochs // 2 if self.schedule == "paper" else None


def perform(run, data, emit):
    """Train and test the network of `run`; see :class:`~yann_weightnorm.studies.study.Study`."""
    train_and_tell(cooked, _begin, rates(run), run, data, emit)


def rates(run):
    """Return the run's learning rates, as ``net.train`` takes them.

    >>> run = SupervisedRun("", "mlp", "normal", "mnist", "paper", False, 0, 100, None, 0.1, 0, 200)
    >>> [round(rates(run)(epoch), 3) for epoch in (0, 99, 100, 150, 199)]
    [0.1, 0.1, 0.1, 0.05, 0.001]
    """
    if run.late is None:
        return 0.0, run.learning_rate
    return functools.partial(_falling, run.learning_rate, run.late, run.epochs)


def _falling(rate, late, epochs, epoch):
    return rate * min(1.0, (epochs - epoch) / (epochs - late))


def build(run, data):
    """Return the network of `run`, cooked but not trained."""
    return building.build(run.network, run.arm, _dataset(run, data), noise=run.noise,
                          late=run.late)


cooked = Cache(build)


def _begin(net, run):
    building.begin(net, run.network, run.arm, run.seed)


def _dataset(run, data):
    return dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data, run.zca)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    network_named(run.network)
    arm_named(run.arm)
    if run.schedule not in SCHEDULES:
        raise ValueError(f"no schedule {run.schedule!r}{hint(run.schedule, SCHEDULES)}; known: "
                         f"{', '.join(SCHEDULES)}.")
    dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)  # unwhitened, as quicker


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = rows_of(run.dataset, run.train_rows)
    image = image_of(run.dataset)
    return rows / 4000 * (0.05 + 0.45e-6 * multiplications(network_named(run.network), image))


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 90.0 if run.network.startswith("paper") else 20.0


ARMS = ("normal", "normal + data start", "weight norm", "batch norm", "weight norm + data start")
ALL_ARMS = (*ARMS, "frozen scale", "mean-only batch norm", "weight norm + mean-only batch norm")
# The paper's five, and the plain one of its code.
PAPER_ARMS = tuple(arm for arm in ALL_ARMS if arm not in ("normal", "weight norm"))
RATES = (0.0003, 0.001, 0.003, 0.01)
AS_IN_THE_PAPER = {"zca": True, "noise": 0.15, "schedule": "paper"}

SUPERVISED = Study(
    name="supervised",
    question="Does weight normalization train an image classifier faster, or to a lower error?",
    run=SupervisedRun, parts=tuple(NETWORKS),
    settings={"networks": ("mlp", "lenet"), "arms": ARMS, "datasets": ("mnist-5k",),
              "learning_rates": RATES, "seeds": (0, 1, 2), "epochs": 5, "mini_batch_size": 100,
              "train_rows": None, "schedule": "constant", "zca": False, "noise": 0.0,
              # So that the whole takes two cores less than five minutes, compiling included.
              "lenet.learning_rates": RATES[1:], "lenet.seeds": (0, 1), "lenet.epochs": 4},
    budgets={
        "smoke": {"networks": ("mlp 16",), "arms": ALL_ARMS, "learning_rates": (0.003,),
                  "seeds": (0, 1), "epochs": 2, "train_rows": 500},
        # Each network as far as an hour or two of two cores go.
        "full": {"networks": ("mlp", "lenet", "paper 0.25"), "arms": PAPER_ARMS,
                 "datasets": ("mnist", "fashion-mnist", "digits"), "train_rows": 10000,
                 "seeds": (0, 1, 2, 3, 4, 5), "epochs": 15, "learning_rates": RATES[:3],
                 "lenet.seeds": (0, 1, 2), "lenet.epochs": 10, "paper.datasets": ("cifar10",),
                 "paper.seeds": (0,), "paper.epochs": 40,
                 **{f"paper.{name}": value for name, value in AS_IN_THE_PAPER.items()}},
        "paper": {"networks": ("paper",), "arms": PAPER_ARMS, "datasets": ("cifar10",),
                  "learning_rates": RATES, "seeds": (1,), "epochs": 200, **AS_IN_THE_PAPER}},
    plan=Plan(levels=(30, 20, 10, 5, 3, 2, 1)), perform=perform, check=check,
    epoch_seconds=epoch_seconds, start_seconds=start_seconds)
