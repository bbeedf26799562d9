"""What the project promises of its speed, and whether the measurements keep it."""

from statistics import median
from typing import NamedTuple, Optional

from benchmarks.interleave import ratio

__all__ = ["Target", "against", "arm_ratio", "verdicts"]

# Networks; limits of weight norm / plain, ours / PyTorch as it comes, ours / PyTorch with malloc.
LIMITS = (
    (("mlp-500",), 1.03, 0.6, 0.7),
    (("mlp-100",), 1.10, 0.8, 0.8),
    (("lenet",), 1.02, 0.7, 0.9),
    (("cnn-quarter",), 1.02, 0.9, 1.0),
    (("cnn-half", "cnn-full"), 1.02, 0.8, 1.0),
    (("lstm",), 1.02, 1.0, 1.0),
)
MEMORY, SPEED_UP, DEFAULTS, STREAMING = 1.2, 1.8, 0.5, 1 / 0.95
SECONDS = {"cold": 40.0, "warm": 3.0}  # of compiling


class Target(NamedTuple):
    """A promise and what was measured.

    Attributes
    ----------
    subject, what : str
    limit : float
    values : list of float
        One a round.
    at_least : bool
        Whether the limit is a lower one.
    """

    subject: str
    what: str
    limit: float
    values: list
    at_least: bool = False

    @property
    def value(self) -> Optional[float]:
        """The median of the rounds; None if nothing was measured."""
        return median(self.values) if self.values else None

    @property
    def met(self) -> Optional[bool]:
        """Whether the median, to the limit's digits, keeps it; None if nothing was measured."""
        if not self.values:
            return None
        value = round(self.value, 2)
        return value >= self.limit if self.at_least else value <= round(self.limit, 2)


def verdicts(results):
    """Return every :class:`Target`, measured or not."""
    found = []
    for names, of_arm, of_torch, of_malloc in LIMITS:
        for name in names:
            found += [
                Target(name, "weight norm / plain", of_arm, arm_ratio(results, name)),
                Target(name, "ours / PyTorch", of_torch, against(results, name, "torch")),
                Target(name, "ours / PyTorch, same malloc", of_malloc,
                       against(results, name, "torch-malloc"))]
    return found + others(results)


def others(results):
    """Return the targets that aren't of a step's time."""
    found = [Target(name, "memory, ours / PyTorch", MEMORY,
                    pairs(results, "memory", name, ("ours", "torch"), "megabytes"))
             for names, *_ in LIMITS for name in names]
    found += [Target("lenet", f"seconds to the first step, {side}", limit,
                     [line["seconds"] for line in results.select("compiling", "lenet", side)])
              for side, limit in SECONDS.items()]
    found.append(Target("study", "2 workers / 1 worker", SPEED_UP, pairs(
        results, "study", "mlp", ("1 worker", "2 workers"), "seconds"), at_least=True))
    found.append(Target("mlp-500", "ours / Theano's defaults", DEFAULTS, against(
        results, "mlp-500", "theano-defaults", measure="defaults")))
    found.append(Target("mlp-500", "streamed / in memory", STREAMING,
                        [line["ratio"] for line in results.select("streaming")]))
    return found


def pairs(results, measure, subject, sides, what):
    """Return the ratio of ``line[what]`` of two sides, one a round that both have."""
    above, below = ({line["round"]: line[what] for line in results.select(measure, subject, side)}
                    for side in sides)
    return [above[number] / below[number] for number in sorted(set(above) & set(below))]


def against(results, subject, side, arm="weight norm", measure="steps"):
    """Return our median step's time in terms of another side's, one ratio a round."""
    ours, its = ({line["round"]: median(line["ms"][arm])
                  for line in results.select(measure, subject, name) if line["ms"].get(arm)}
                 for name in ("ours", side))
    return [ours[number] / its[number] for number in sorted(set(ours) & set(its))]


def arm_ratio(results, subject, arm="weight norm", base="plain", side="ours"):
    """Return the median ratio of two arms' steps that were taken in turn, one a round."""
    return [ratio(line["ms"][arm], line["ms"][base])
            for line in results.select("steps", subject, side) if {arm, base} <= set(line["ms"])]
