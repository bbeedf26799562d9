"""What upstream's tests say before and after the series: outcomes by name, and their comparison."""

from collections import Counter
from xml.etree import ElementTree

__all__ = ["compare", "count", "read"]


def read(path):
    """Return the outcomes in a JUnit file: name of the test -> 'passed', 'failed' or 'skipped'."""
    cases = ElementTree.parse(path).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "passed" if case.find("skipped") is None else "skipped"


def count(outcomes):
    """Return how many tests passed, failed and were skipped, in words."""
    counts = Counter(outcomes.values())
    return ", ".join(f"{counts[name]} {name}" for name in ("passed", "failed", "skipped"))


def compare(before, after):
    """Return what went wrong between two outcomes of :func:`read`, a list of sentences.

    A test that passed has to pass still, and a new one has to pass. What failed before may go on.
    """
    wrong = [f"{name} passed before, and {after.get(name, 'is gone')} now"
             for name in sorted(before) if before[name] == "passed" != after.get(name)]
    new = sorted(set(after) - set(before))
    if not new:
        wrong.append("the series brought no tests")
    return wrong + [f"{name} is new, and {after[name]}" for name in new if after[name] != "passed"]
