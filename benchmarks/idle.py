"""How much of the machine other programs took: figures from a busy one are worth little."""

import os
import resource

__all__ = ["Others"]


class Others:
    """A stretch of time, from its making on; Linux only."""

    def __init__(self):
        self.start = self.now()

    def share(self):
        """Return the part of all processors that other programs took, or None elsewhere."""
        if self.start is None:
            return None
        busy, total, ours = (b - a for a, b in zip(self.start, self.now()))
        return max(0.0, (busy - ours) / total) if total else 0.0

    @staticmethod
    def now():
        """Return the seconds that all processors worked, worked or idled, and worked for us."""
        try:
            with open("/proc/stat") as file:
                ticks = [int(word) for word in file.readline().split()[1:9]]
        except OSError:
            return None
        second = os.sysconf("SC_CLK_TCK")
        idle = ticks[3] + ticks[4]
        usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF,
                                                      resource.RUSAGE_CHILDREN))
        ours = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        return (sum(ticks) - idle) / second, sum(ticks) / second, ours
