"""The third study: does weight normalization train generative networks faster?

Two networks with a lower bound on the log likelihood of images of bits: a convolutional variational
auto-encoder, where both arms begin with the data-dependent start, and DRAW, a recurrent one, where
neither does, as in the paper's sections 5.2 and 5.3.
"""

import dataclasses

from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.data import rows_of
from yann_weightnorm.studies.generative import draw, vae
from yann_weightnorm.studies.generative.attention import attention_named
from yann_weightnorm.studies.generative.data import bits_of
from yann_weightnorm.studies.generative.training import train_and_tell
from yann_weightnorm.studies.kinds import COUNT, NAME, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["GENERATIVE", "GenerativeRun", "MODELS", "check", "cooked", "perform"]

MODELS = {"vae": vae, "draw": draw}


@dataclasses.dataclass(frozen=True)
class GenerativeRun(Run):
    """A generative network trained once.

    Attributes
    ----------
    model : {'vae', 'draw'}
    arm, dataset : str
    attention : str
        Of DRAW: 'none', or two sizes of a patch, to read and to write, as in '2-5'.
    maps, blocks : int
        Of the auto-encoder: maps in its first sequence of blocks, the others having twice as many,
        and blocks in each of the three.
    hidden : int
        Neurons of the auto-encoder's hidden layers; units of each of DRAW's two LSTM layers.
    latent : int
        Hidden variables, of DRAW at each glimpse.
    glimpses : int
        Of DRAW.
    average : int
        Epochs over which the average of the parameters fades; 0 for none.
    mini_batch_size : int
    train_rows, other_rows : int or None
        At most so many training rows, from the start of the split, and rows of each other split;
        None for all.
    learning_rate : float
    seed : int
        Draws starting weights, the order of rows, and the noise.
    epochs : int
    """

    model: str = setting(NAME, "models")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    attention: str = setting(NAME, "attentions", word="attention ")
    maps: int = setting(COUNT, told=False)
    blocks: int = setting(WHOLE, told=False)
    hidden: int = setting(COUNT, told=False)
    latent: int = setting(COUNT, told=False)
    glimpses: int = setting(COUNT, told=False)
    average: int = setting(WHOLE, told=False)
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)
    other_rows: object = setting(ROWS, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)


def perform(run, data, emit):
    """Train the network of `run`; see :class:`~yann_weightnorm.studies.study.Study`."""
    net = cooked(run, data)
    MODELS[run.model].begin(net, run)
    train_and_tell(net, run, emit)


@Cache
def cooked(run, data):
    """Return the network of the run's graph, compiled once in a process."""
    return MODELS[run.model].build(run, _bits(run, data))


def _bits(run, data):
    return bits_of(run.dataset, run.mini_batch_size, run.train_rows, run.other_rows, data)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    who = "study generative"
    one_of(run.model, list(MODELS), "model", who)
    attention_named(run.attention)
    arm = arm_named(run.arm)
    if arm.batch_norm or arm.mean_only or arm.frozen_scale or arm.start == "robust":
        raise ValueError(f"{who} can't run the arm {run.arm!r}: its arms are 'normal' and 'weight "
                         f"norm', of the auto-encoder each with ' + data start' as well.")
    if run.model == "draw" and arm.start:
        raise ValueError(f"{who} can't run the arm {run.arm!r} of DRAW: a recurrent network has no "
                         f"data-dependent start; choose 'normal' or 'weight norm'.")
    dataset = _bits(run, data)
    if run.model == "draw" and run.attention != "none" and dataset.channels != 1:
        raise ValueError(f"{who}: DRAW's attention wants images of one channel, those of "
                         f"{run.dataset} have {dataset.channels}; choose attention 'none'.")
    if run.model == "vae" and (dataset.height % 4 or dataset.height != dataset.width):
        raise ValueError(f"{who}: the auto-encoder halves square images twice; those of "
                         f"{run.dataset} are {dataset.height} x {dataset.width}.")


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = rows_of(run.dataset, run.train_rows)
    return rows * (draw.row_seconds(run) if run.model == "draw" else VAE_SECONDS *
                   run.blocks * run.maps * (run.maps + VAE_MAPS))


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 10.0 + 6.0 * run.glimpses if run.model == "draw" else 30.0 + 15.0 * run.blocks


VAE_SECONDS, VAE_MAPS = 5e-6, 16.0
PLAIN, DATA = ("normal", "weight norm"), ("normal + data start", "weight norm + data start")
LEVELS = (-200.0, -150.0, -120.0, -110.0, -100.0, -95.0, -90.0, -88.0, -87.0, -86.5, -86.0, -85.5)
PAPER = {"maps": 16, "blocks": 2, "vae.hidden": 450, "vae.latent": 32, "draw.hidden": 256,
         "draw.latent": 100, "glimpses": 10, "datasets": ("mnist",), "train_rows": None,
         "other_rows": None, "vae.average": 10, "vae.arms": DATA}

GENERATIVE = Study(
    name="generative",
    question="Does weight normalization train generative networks faster, or to a higher bound?",
    run=GenerativeRun, parts=tuple(MODELS),
    settings={"models": tuple(MODELS), "arms": PLAIN, "vae.arms": DATA, "datasets": ("mnist-5k",),
              "attentions": ("none",), "maps": 4, "blocks": 1, "hidden": 64, "latent": 16,
              "glimpses": 4, "average": 0, "vae.average": 1, "mini_batch_size": 100,
              "train_rows": None, "other_rows": None, "learning_rates": (0.002,), "seeds": (0, 1),
              "epochs": 5, "draw.learning_rates": (0.001, 0.003)},
    budgets={
        # Of the auto-encoder one arm: each network is compiled for long.
        "smoke": {"vae.arms": DATA[1:], "maps": 2, "blocks": 0, "hidden": 8, "latent": 3,
                  "glimpses": 1, "average": 0, "vae.average": 1, "train_rows": 200,
                  "other_rows": 100, "epochs": 2, "seeds": (0, 1), "learning_rates": (0.002,)},
        # DRAW as the paper has it, one run an arm, as far as three hours of two cores go.
        "full": dict(PAPER, epochs=20, seeds=(0, 1, 2), learning_rates=(0.002,),
                     **{"vae.train_rows": 10000, "vae.other_rows": 2000,
                        "draw.learning_rates": (0.001,), "draw.seeds": (0,), "draw.epochs": 48}),
        # The paper's rates: Adamax 0.002; of DRAW that of the code it used.
        "paper": dict(PAPER, attentions=("none",), learning_rates=(0.002,), epochs=300,
                      seeds=(0, 1, 2),
                      **{"draw.learning_rates": (0.001,), "draw.epochs": 100})},
    plan=Plan(metrics={"test_bound": Metric("bound on test data", "nats", True, "bound"),
                       "valid_bound": Metric("bound on validation data", "nats", True, "valid"),
                       "train_bound": Metric("bound on training data", "nats", True, "train")},
              finals={"final_bound": Metric("last bound on test data", "nats", True, "last")},
              judge="valid_bound", levels=LEVELS, title=("dataset", "model", "attention"),
              parted_by="model", baseline=("normal + data start", "normal"),
              subject=("weight norm + data start", "weight norm")),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
