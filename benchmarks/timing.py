"""What a process measures of itself: steps in turn, and the most memory it has held."""

import resource
import sys
import time

__all__ = ["in_turn", "peak_memory"]


def in_turn(steps, count):
    """Return the milliseconds of each of `count` calls of every function, called in turn.

    Parameters
    ----------
    steps : dict
        Name -> function of the step's number.
    count : int
        A quarter as many calls come before those that count, at least one.

    Returns
    -------
    dict
        Name -> list of `count` numbers.
    """
    times, warm_up = {name: [] for name in steps}, max(1, count // 4)
    for number in range(warm_up + count):
        for name, step in steps.items():
            begin = time.perf_counter()
            step(number)
            times[name].append(1e3 * (time.perf_counter() - begin))
    return {name: spent[warm_up:] for name, spent in times.items()}


def peak_memory():
    """Return the most megabytes that this process has held in memory."""
    unit = 1 if sys.platform == "darwin" else 2 ** 10  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2 ** 20
