"""What the critique measures, and its grid.

Five parts. 'conditioning': is the gradient's covariance nearer to the identity in v and g than in
w, and the Hessian flatter? 'growth': how far does |v| grow, and what becomes of the steps? 'decay':
L2 of v, g or w. 'norm': which solution does least squares with too few equations find? 'forms':
other ways to make a weight of a direction.
"""

import dataclasses

from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.studies.critique import classifier, least_squares
from yann_weightnorm.studies.critique.variants import DECAYED, OTHER_FORMS, variant_named
from yann_weightnorm.studies.data import dataset_of
from yann_weightnorm.studies.kinds import COUNT, NAME, NONNEGATIVE, NUMBER, ROWS, WHOLE
from yann_weightnorm.studies.runs import Run, setting
from yann_weightnorm.studies.study import Study
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["CRITIQUE", "PARTS", "CritiqueRun", "check", "perform"]

PARTS = ("conditioning", "growth", "decay", "norm", "forms")
OPTIMIZERS = ("sgd", "adam", "adamax", "rmsprop")


@dataclasses.dataclass(frozen=True)
class CritiqueRun(Run):
    """One descent, measured.

    Attributes
    ----------
    part : {'conditioning', 'growth', 'decay', 'norm', 'forms'}
    arm : str
        One of the names in ``critique.variants.VARIANTS``; of the part 'norm'
        'normal' or 'weight norm'.
    dataset : str
    depth, width : int
        Hidden layers of the perceptron, and neurons in each.
    optimizer : {'sgd', 'adam', 'adamax', 'rmsprop'}
    l2 : float
        Coefficient of L2 where an arm has it.
    mini_batch_size : int
    train_rows : int or None
        At most so many training rows, from the start of the split; None for all.
    probe_rows : int
        Training rows of which the Hessian and the gradient's covariance are.
    equations, unknowns, steps : int
        Of least squares; steps are those from one record to the next.
    start_scale : float
        Norm of the first w of least squares.
    learning_rate : float
        In least squares, in units of 1 / the largest eigenvalue of the Hessian.
    seed : int
    epochs : int
    """

    part: str = setting(NAME, "parts")
    arm: str = setting(NAME, "arms")
    dataset: str = setting(NAME, "datasets")
    depth: int = setting(COUNT, told=False)
    width: int = setting(COUNT, told=False)
    optimizer: str = setting(NAME, "optimizers")
    l2: float = setting(NONNEGATIVE, "l2s", word="L2 ")
    mini_batch_size: int = setting(COUNT, told=False)
    train_rows: object = setting(ROWS, told=False)
    probe_rows: int = setting(COUNT, told=False)
    equations: int = setting(COUNT, graph=False, told=False)
    unknowns: int = setting(COUNT, graph=False, told=False)
    steps: int = setting(COUNT, graph=False, told=False)
    start_scale: float = setting(NUMBER, "start_scales", word="start ", graph=False)
    learning_rate: float = setting(NUMBER, "learning_rates", word="rate ", graph=False)
    seed: int = setting(WHOLE, "seeds", word="seed ", graph=False)
    epochs: int = setting(COUNT, graph=False, told=False)


def perform(run, data, emit):
    """Do one run; see :class:`~yann_weightnorm.studies.study.Study`."""
    (least_squares if run.part == "norm" else classifier).perform(run, data, emit)


def check(run, data):
    """Raise an error unless the run's names are known and its data can be read."""
    who = "study critique"
    one_of(run.part, PARTS, "part", who)
    if run.part == "norm":
        one_of(run.arm, list(least_squares.WAYS), "arm", f"{who}, part 'norm',")
        if run.equations >= run.unknowns:
            raise ValueError(f"{who}, part 'norm', wants fewer equations than unknowns, got "
                             f"{run.equations} and {run.unknowns}; else there is one solution.")
        return
    variant_named(run.arm)
    one_of(run.optimizer, OPTIMIZERS, "optimizer", who)
    rows = dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data).rows("train")
    if run.probe_rows > rows:
        raise ValueError(f"{who} can't measure on {run.probe_rows} of {rows} training rows; give "
                         f"a smaller probe_rows.")


def epoch_seconds(run):
    """Return about how long an epoch takes one core; measured on some core, not promised."""
    if run.part == "norm":
        return 1e-9 * run.steps * run.equations * run.unknowns
    return 0.1 + (2.0 if run.part == "conditioning" else 0.0)


def start_seconds(run):
    """Return about how long compiling takes where nothing is cached."""
    return 0.1 if run.part == "norm" else 20.0


BASE = ("normal", "weight norm")
EXCESS = Metric("distance from the least-norm solution", "%", short="distance")
EQUATIONS = ("random equations",)  # what least squares has for a data set

CRITIQUE = Study(
    name="critique",
    question="Does weight normalization do what its authors say it does, and why?",
    run=CritiqueRun, parts=PARTS,
    settings={"parts": PARTS, "arms": BASE, "datasets": ("mnist-5k",),
              "norm.datasets": EQUATIONS, "depth": 2, "width": 50, "optimizers": ("sgd",),
              "l2s": (0.0,), "mini_batch_size": 100, "train_rows": None,
              "probe_rows": 200, "equations": 50, "unknowns": 200, "steps": 500,
              "start_scales": (1.0,), "learning_rates": (0.1,), "seeds": (0, 1, 2), "epochs": 10,
              "growth.learning_rates": (0.01, 0.1, 1.0, 10.0), "growth.optimizers": ("sgd", "adam"),
              "decay.arms": (*BASE, *DECAYED), "decay.l2s": (0.0001, 0.001),
              "norm.start_scales": (0.01, 0.1, 1.0, 10.0), "norm.learning_rates": (0.1, 0.3, 1.0),
              "forms.arms": (*BASE, *OTHER_FORMS), "forms.learning_rates": (0.03, 0.1, 0.3)},
    budgets={
        "smoke": {"datasets": ("digits",), "norm.datasets": EQUATIONS, "depth": 1, "width": 4,
                  "train_rows": 200, "probe_rows": 50, "equations": 4, "unknowns": 12,
                  "steps": 50, "epochs": 2, "seeds": (0, 1), "learning_rates": (0.1,),
                  "norm.start_scales": (0.1, 1.0), "l2s": (0.001,), "arms": BASE,
                  "growth.arms": ("weight norm",), "growth.learning_rates": (0.1, 1.0),
                  "decay.arms": ("weight norm + L2 on v",),
                  "forms.arms": ("weight norm + log_g",)},
        # Rates from where Adam learns to where gradient descent diverges.
        "full": {"datasets": ("mnist",), "norm.datasets": EQUATIONS, "train_rows": 10000,
                 "width": 100, "seeds": (0, 1, 2, 3, 4, 5, 6), "epochs": 30,
                 "learning_rates": (0.03, 0.1, 0.3), "unknowns": 500, "norm.epochs": 50,
                 "growth.learning_rates": (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)},
        # No paper has measured this; the same on all of MNIST, and wider.
        "paper": {"datasets": ("mnist",), "norm.datasets": EQUATIONS, "width": 500,
                  "seeds": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), "epochs": 50, "probe_rows": 1000,
                  "equations": 200, "unknowns": 2000, "norm.epochs": 100}},
    plan=Plan(metrics={"train_cost": Metric("training cost", "mean over rows", short="cost"),
                       "train_error": Metric("training error", "%", short="train"),
                       "valid_error": Metric("validation error", "%", short="valid"),
                       "leading_share": Metric("leading share of the gradient's covariance", "%"),
                       "hessian_largest": Metric("largest eigenvalue of the Hessian"),
                       "hessian_smallest": Metric("smallest eigenvalue of the Hessian",
                                                  higher=True),
                       "growth": Metric("length of v in that of the start", higher=True),
                       "effective_rate": Metric("effective learning rate"),
                       "excess": EXCESS},
              finals={"test_error": Metric("test error", "%", short="test"), "excess": EXCESS},
              parted_by="part",
              judge="train_cost", levels=(1, 0.5, 0.2, 0.1, 0.01),
              axes={"start_scale": "norm of the first w"}, title=("dataset", "part", "optimizer"),
              baseline=("normal",), subject=("weight norm",)),
    perform=perform, check=check, epoch_seconds=epoch_seconds, start_seconds=start_seconds)
