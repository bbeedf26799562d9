"""The fifth study: does weight normalization help a network that reads an image step by step?

Sequential MNIST, by rows or pixel by pixel, in order or permuted. Unlike in the code of the paper
that the protocol is from, the permutation is one: no pixel is lost, none comes twice. An LSTM is
the plain arm. There is no data-dependent start of recurrent layers, so arms with one differ in the
start of the classifier alone. Pixel by pixel a step shows one number: there the weight from the
input has a fan-in of 1, so that it is a length times a sign, its direction never learns, and weight
normalization acts by the weight from the hidden state alone.

Source: Cooijmans, Ballas, Laurent, Gulcehre & Courville (2017), "Recurrent batch normalization",
arXiv:1603.09025, section 5.1, and its code, github.com/cooijmanstim/recurrent-batch-normalization.
"""

import dataclasses

import numpy as np

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.studies.arms import ARMS, arm_named
from yann_weightnorm.studies.data import dataset_of, image_of, rows_of
from yann_weightnorm.studies.kinds import COUNT, NAME, NONNEGATIVE, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.studies.training import Cache, train_and_tell
from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.network import network

__all__ = ["ORDERS", "PARTS", "RECURRENT", "RecurrentRun", "check", "cooked", "perform",
           "permutation"]

PARTS, ORDERS = ("rows", "pixels"), ("sequential", "permuted")
READABLE = [name for name, arm in ARMS.items()
            if not (arm.frozen_scale or arm.mean_only or arm.start == "robust")]
MOMENTUM = 0.9  # the paper's text; its code has none


@dataclasses.dataclass(frozen=True)
class RecurrentRun(Run):
    """A recurrent classifier trained once.

    Attributes
    ----------
    part : {'rows', 'pixels'}
        What a step shows.
    order : {'sequential', 'permuted'}
        Whether the pixels of an image come in order, or in one other order, before they are cut
        into steps.
    arm, dataset : str
    hidden : int
        Entries of the hidden state.
    clip : float
        Gradients longer than this are shortened to it.
    state_noise : float
        Deviation of noise on the first hidden state where pixels come in order. The first ones are
        black in every image, so that without it batch norm would divide by nearly 0.
    permutation_seed : int
        Draws the order of the pixels: the same for all arms and seeds.
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    learning_rate : float
    seed : int
        Draws starting weights, the order of rows and noise.
    epochs : int
    """

    part: str = setting(NAME, "parts")
    order: str = setting(NAME, "orders")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    hidden: int = setting(COUNT, "hidden_sizes", word="hidden ")
    clip: float = setting(NUMBER, told=False)
    state_noise: float = setting(NONNEGATIVE, told=False)
    permutation_seed: int = setting(WHOLE, told=False)
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)


def perform(run, data, emit):
    """Train and test the network of `run`; see :class:`~yann_weightnorm.studies.study.Study`."""
    train_and_tell(cooked, _begin, (0.0, run.learning_rate), run, data, emit)


def permutation(pixels, seed):
    """Return one order of `pixels` pixels, a tuple that holds each number once.

    >>> permutation(4, seed=0)
    (2, 3, 1, 0)
    """
    return tuple(np.random.RandomState(seed).permutation(pixels).tolist())


@Cache
def cooked(run, data):
    """Return the network of the run's graph, compiled once in a process."""
    dataset = _dataset(run, data)
    net = network(rng=np.random.RandomState(0), verbose=0)
    classes = 1 + int(dataset.labels("train").max())
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True,
                                              "n_classes": classes})
    net.add_layer(type="input", id="input", origin="data")
    _add_recurrent(net, run, dataset.height * dataset.width)
    normalised = arm_named(run.arm).weight_norm
    net.add_layer(type="weightnorm_classifier" if normalised else "classifier", id="softmax",
                  num_classes=classes)
    net.add_layer(type="objective", id="cost", objective="nll")
    net.add_module(type="optimizer", params={
        "id": "rmsprop", "optimizer_type": "rmsprop", "momentum_type": "polyak",
        "momentum_params": (MOMENTUM, MOMENTUM, 1), "max_norm": None, "clip_norm": run.clip})
    net.cook(resultor=None)
    return net


def _add_recurrent(net, run, pixels):
    arm, permuted = arm_named(run.arm), run.order == "permuted"
    kind = "weightnorm_lstm" if arm.weight_norm else "bn_lstm" if arm.batch_norm else "lstm"
    net.add_layer(type="sequence", id="steps", steps=run.part,
                  order=permutation(pixels, run.permutation_seed) if permuted else None)
    net.add_layer(type=kind, id="lstm", num_neurons=run.hidden,
                  state_noise=0.0 if permuted else run.state_noise)


def _begin(net, run):
    net.restart(np.random.RandomState(run.seed))
    if arm_named(run.arm).start == "data":
        initialize_from_data(net)


def _dataset(run, data):
    return dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    who = "study recurrent"
    one_of(run.part, PARTS, "part", who)
    one_of(run.order, ORDERS, "order", who)
    arm_named(run.arm)
    one_of(run.arm, READABLE, "arm", who)
    _dataset(run, data)


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    rows = rows_of(run.dataset, run.train_rows)
    height, width, _ = image_of(run.dataset)
    steps = height if run.part == "rows" else height * width
    slower = 2.5 if arm_named(run.arm).batch_norm else 1.0
    return slower * rows * steps * (2e-6 + 6e-10 * run.hidden ** 2)


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 60.0 if arm_named(run.arm).batch_norm else 25.0


ROWS_FULL, PIXELS_FULL = 30, 3
RATES = (0.0003, 0.001, 0.003)

RECURRENT = Study(
    name="recurrent",
    question="Does weight normalization help an LSTM that reads an image step by step?",
    run=RecurrentRun, parts=PARTS,
    settings={"parts": ("rows",), "orders": ORDERS, "arms": ("normal", "batch norm", "weight norm"),
              "datasets": ("mnist-5k",), "hidden_sizes": (100,), "clip": 1.0, "state_noise": 0.1,
              "permutation_seed": 0, "mini_batch_size": 100, "train_rows": None,
              "learning_rates": (0.001, 0.003), "seeds": (0, 1), "epochs": 10},
    budgets={
        "smoke": {"parts": PARTS, "datasets": ("digits",), "hidden_sizes": (4,),
                  "train_rows": 200, "learning_rates": (0.003,), "seeds": (0, 1), "epochs": 1,
                  "orders": ("permuted",), "arms": ("normal", "weight norm"),
                  "pixels.arms": ("weight norm",)},
        "full": {"parts": PARTS, "datasets": ("mnist",), "orders": ("permuted",),
                 "learning_rates": RATES, "seeds": (0, 1, 2), "epochs": ROWS_FULL,
                 # As far as two hours of two cores go.
                 "pixels.epochs": PIXELS_FULL, "pixels.learning_rates": (0.001,),
                 "pixels.seeds": (0,)},
        # The widths and rates of its search; the test set's figures are of 100, at 0.001.
        "paper": {"parts": ("pixels",), "datasets": ("mnist",), "orders": ORDERS,
                  "hidden_sizes": (100, 200, 400), "learning_rates": (0.0001, 0.001, 0.01),
                  "seeds": (0, 1, 2, 3, 4), "epochs": 200}},
    plan=Plan(metrics={"valid_error": Metric("validation error", "%", short="valid"),
                       "train_error": Metric("training error", "%", short="train"),
                       "train_cost": Metric("training cost", "mean over rows")},
              levels=(50, 20, 10, 5, 2), title=("dataset", "part", "order", "hidden"),
              parted_by="part", baseline=("normal", "normal + data start"),
              subject=("weight norm", "weight norm + data start")),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
