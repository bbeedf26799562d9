"""What a study measures and how its arms are compared: told by its records, read by the report."""

from typing import NamedTuple

__all__ = ["Metric", "Plan", "plan_of"]


class Metric(NamedTuple):
    """A quantity that is measured.

    Attributes
    ----------
    label : str
        Its name on axes and in tables, without the unit.
    unit : str
        '%' or the like; '' for a number.
    higher : bool
        Whether more is better.
    short : str
        Its name where there is little room.
    """

    label: str
    unit: str = ""
    higher: bool = False
    short: str = ""

    @property
    def title(self):
        """'training error (%)'."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


class Plan(NamedTuple):
    """How a study is read.

    Attributes
    ----------
    metrics : dict of str to Metric
        Measured at every epoch, the most telling one first.
    finals : dict of str to Metric
        Measured at the end.
    tuned : str
        The run's value of which each arm has its own best one.
    judge : str
        The metric whose last value says which is best: of validation data, never of test.
    levels : tuple of float
        Thresholds of the first metric, the easiest first.
    axes : dict of str to str
        Values of runs against which the last metrics are drawn, and what they are called.
    title : tuple of str
        Values of runs that the titles of comparisons begin with.
    parted_by : str
        The value of runs that tells the study's parts, each with pictures of its own.
    question : str
        What the study asks.
    point : str
        What an epoch is called, a word to which an s can be added: 'epoch', 'evaluation'.
    baseline, subject : tuple of str
        The arm that others are measured against, and the one that the question is about: of each
        the first that is there.
    """

    metrics: dict = {"train_error": Metric("training error", "%", short="train"),
                     "valid_error": Metric("validation error", "%", short="valid"),
                     "train_cost": Metric("training cost", "mean over rows")}
    finals: dict = {"test_error": Metric("test error", "%", short="test")}
    tuned: str = "learning_rate"
    judge: str = "valid_error"
    levels: tuple = (10, 5, 3, 2, 1)
    axes: dict = {}
    title: tuple = ("dataset", "network")
    parted_by: str = "network"
    question: str = ""
    point: str = "epoch"
    baseline: tuple = ("normal + data start", "normal", "plain")
    subject: tuple = ("weight norm + data start", "weight norm")

    @property
    def first(self):
        """The name of the most telling metric."""
        return next(iter(self.metrics))

    @property
    def shown(self):
        """Names of the metrics that tables show: the first, the judge, those of the end."""
        return list(dict.fromkeys([self.first, self.judge, *self.finals]))

    @property
    def measured(self):
        """Metrics by name, those of epochs and those of the end."""
        return {**self.metrics, **self.finals}


def plan_of(values):
    """Return the :class:`Plan` that a record's header tells, a dict; the default for None.

    Raises
    ------
    ValueError
        If `values` isn't what a plan is written as.
    """
    if values is None:
        return Plan()
    try:
        plan = Plan(**values)
        return plan._replace(metrics=_metrics(plan.metrics), finals=_metrics(plan.finals),
                             levels=tuple(map(float, plan.levels)), axes=dict(plan.axes),
                             title=tuple(plan.title), baseline=tuple(plan.baseline),
                             subject=tuple(plan.subject))
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"a plan should hold {', '.join(Plan._fields)}, each as a study writes "
                         f"it; got {values!r:.200}.") from error


def _metrics(values):
    return {name: Metric(*each) for name, each in values.items()}
