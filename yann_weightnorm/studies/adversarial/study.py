"""The third study's adversarial part: do weight-normalised networks make a better GAN?

A generator and a discriminator play against each other, their layers plain, batch-normalised or
weight-normalised. What comes of it is measured as Xiang & Li do: of images that the players never
saw, how near does the generator come to each, whatever the latent vector? A low error needs both
sharp images and all kinds of them, so it tells of a generator that has collapsed, too.

Errors are mean squares over pixels, in percent of that of the mean training image. The optimizer is
RMSProp, the authors': the claim was made with it, and it has no momentum, which the toolbox's Adam
has more of than DCGAN's (beta1 0.9, not 0.5).

Source: Xiang & Li (2017), arXiv:1704.03971; github.com/stormraiser/GAN-weight-norm, whose settings
the budget 'paper' has. Two are not told there: the steps of the last search, and how long CIFAR-10
was trained on; 100,000 steps are its default.
"""

import dataclasses
import threading

from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.studies.adversarial.judging import Judge, made_of
from yann_weightnorm.studies.adversarial.networks import NETWORKS, build, halvings
from yann_weightnorm.studies.adversarial.reconstruction import Search
from yann_weightnorm.studies.adversarial.training import Game, play_and_tell
from yann_weightnorm.studies.adversarial.ways import STRICT, way_named
from yann_weightnorm.studies.data import dataset_of, rows_of
from yann_weightnorm.studies.kinds import COUNT, NAME, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["ADVERSARIAL", "AdversarialRun", "check", "cooked", "perform"]

OPTIMIZERS = ("rmsprop", "adam", "adamax")
_one_at_a_time = threading.Lock()  # a scheduler's worker may have several threads


@dataclasses.dataclass(frozen=True)
class AdversarialRun(Run):
    """A generator and a discriminator trained once.

    Attributes
    ----------
    network : {'dense', 'conv'}
    arm : str
        One of the names in ``adversarial.ways.WAYS``.
    dataset : str
    optimizer : {'rmsprop', 'adam', 'adamax'}
        Of both players.
    width : int
        Neurons of a hidden layer; maps of the discriminator's first convolution.
    latent : int
        Columns of the latent vectors, which are standard normal.
    mini_batch_size : int
    train_rows : int or None
        Training rows from the start of the split; None for all.
    search_rows : int
        Validation images that are reconstructed after every epoch, and test images at the end.
    search_steps, final_steps : int
        Steps of the search for each, after an epoch and at the end.
    search_rate : float
        Learning rate of the search.
    learning_rate : float
        Of both players.
    seed : int
        Draws starting weights, the order of rows, and latent vectors.
    epochs : int
    """

    network: str = setting(NAME, "networks")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    optimizer: str = setting(NAME, told=False)
    width: int = setting(COUNT, told=False)
    latent: int = setting(COUNT, told=False)
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)
    search_rows: int = setting(COUNT, graph=False, told=False)
    search_steps: int = setting(COUNT, graph=False, told=False)
    final_steps: int = setting(COUNT, graph=False, told=False)
    search_rate: float = setting(NUMBER, graph=False, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)


def perform(run, data, emit):
    """Let the run's players play; see :class:`~yann_weightnorm.studies.study.Study`."""
    with _one_at_a_time:
        play_and_tell(cooked(run, data), run, emit)


@Cache
def cooked(run, data):
    """Return the :class:`Game` of the run's graph, compiled once in a process."""
    net = build(run, _dataset(run, data))
    return Game(net, Search(lambda z: made_of(net, z), run.latent), Judge(net))


def _dataset(run, data):
    return dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    who = "study adversarial"
    one_of(run.network, list(NETWORKS), "network", who)
    one_of(run.optimizer, OPTIMIZERS, "optimizer", who)
    way_named(run.arm)
    dataset = _dataset(run, data)
    if run.network == "conv":
        halvings((dataset.height, dataset.width))
    for split in ("valid", "test"):
        if run.search_rows > dataset.rows(split):
            raise ValueError(f"{who} can't reconstruct {run.search_rows} of the "
                             f"{dataset.rows(split)} {split} images of {run.dataset}; give a "
                             f"smaller search_rows.")
    if run.search_rows < 2:
        raise ValueError(f"{who} got search_rows {run.search_rows}; it needs 2 images or more to "
                         f"see how much they vary.")


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = rows_of(run.dataset, run.train_rows)
    images = 2 * rows + run.search_rows * run.search_steps
    each = CONV_SECONDS * run.width ** 2 if run.network == "conv" else DENSE_SECONDS * run.width
    return images * each


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 60.0 if run.network == "conv" else 25.0


DENSE_SECONDS, CONV_SECONDS = 3e-7, 9e-7
BATCH, PLAIN, DATA = "batch norm", "normal + data start", "weight norm + data start"
ARMS = (PLAIN, BATCH, DATA, STRICT)
LEVELS = (100.0, 70.0, 50.0, 40.0, 35.0, 30.0, 25.0, 20.0)
RIGHT = "taken for what they are"

ADVERSARIAL = Study(
    name="adversarial",
    question="Do weight-normalised networks make a better GAN than batch-normalised or plain ones?",
    run=AdversarialRun, parts=tuple(NETWORKS),
    settings={"networks": ("conv",), "arms": ARMS, "datasets": ("mnist-5k",),
              "optimizer": "rmsprop", "width": 16, "dense.width": 128, "latent": 32,
              "mini_batch_size": 32, "train_rows": None, "search_rows": 100, "search_steps": 50,
              "final_steps": 300, "search_rate": 0.05, "learning_rates": (0.0002,),
              "seeds": (0, 1), "epochs": 15},
    budgets={
        "smoke": {"networks": ("dense",), "datasets": ("digits",), "dense.width": 8, "latent": 3,
                  "arms": (BATCH, STRICT), "train_rows": 200, "search_rows": 20,
                  "search_steps": 5, "final_steps": 10, "learning_rates": (0.001,), "epochs": 2},
        # 60 runs of some two minutes on a core.
        "full": {"seeds": (0, 1, 2, 3, 4), "learning_rates": (0.0001, 0.0002, 0.0005),
                 "epochs": 40, "final_steps": 500},
        "paper": {"datasets": ("cifar10",), "width": 64, "latent": 128,
                  "arms": ("normal", BATCH, STRICT), "search_rows": 2000, "search_rate": 0.01,
                  "final_steps": 2000, "seeds": (0, 1, 2), "epochs": 80,
                  "learning_rates": (0.00002, 0.00005, 0.0001, 0.0002)}},
    plan=Plan(
        metrics={"valid_reconstruction": Metric("reconstruction error", "%", short="error"),
                 "spread": Metric("variance of what is made, in that of the data", "%", True,
                                  "variance"),
                 "real_right": Metric(f"images of data {RIGHT}", "%", True, "real"),
                 "fake_right": Metric(f"images made {RIGHT}", "%", True, "fake"),
                 "discriminator_cost": Metric("the discriminator's cost", "nats", short="D"),
                 "generator_cost": Metric("the generator's cost", "nats", short="G")},
        finals={"test_reconstruction": Metric("reconstruction error on test images", "%",
                                              short="test")},
        judge="valid_reconstruction", levels=LEVELS, baseline=(BATCH, PLAIN, "normal"),
        subject=(STRICT, DATA, "weight norm")),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
