"""Let pytest run what nose calls test generators: functions that yield checks with arguments."""

import functools
import inspect

import pytest


def pytest_pycollect_makeitem(collector, name, obj):
    """Return a test for each check that the generator `obj` yields; leave all else to pytest."""
    if not (name.startswith("test") and inspect.isgeneratorfunction(obj)):
        return None
    return [pytest.Function.from_parent(collector, name=f"{name}[{number}]",
                                        callobj=functools.partial(check, *arguments))
            for number, (check, *arguments) in enumerate(obj())]
