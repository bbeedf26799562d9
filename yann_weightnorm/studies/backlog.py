"""Which run a free worker takes next, so that a graph is compiled in as few workers as need be."""

from collections import deque

__all__ = ["Backlog"]


class Backlog:
    """Waiting runs by graph.

    Parameters
    ----------
    runs : list of Run
    epoch_seconds, start_seconds : functions of a run
        As in :class:`~yann_weightnorm.studies.study.Study`.
    """

    def __init__(self, runs, epoch_seconds, start_seconds):
        self.epoch_seconds, self.start_seconds = epoch_seconds, start_seconds
        self._waiting, self._touched = {}, set()
        for run in runs:
            self._waiting.setdefault(run.graph, deque()).append(run)

    def __len__(self):
        return sum(map(len, self._waiting.values()))

    def take(self, present=None):
        """Return the next run for a worker that has the graph `present` compiled, or None.

        First a run of that graph; else one of the longest graph that no worker has begun; else
        help with the graph that has most left, if that outlasts compiling it once more.
        """
        graphs = [graph for graph, runs in self._waiting.items() if runs]
        fresh = [graph for graph in graphs if graph not in self._touched]
        if present in graphs:
            graph = present
        elif fresh:
            graph = max(fresh, key=self._seconds)
        else:
            worth = [graph for graph in graphs if self._worth_sharing(graph)]
            if not worth:
                return None
            graph = max(worth, key=self._seconds)
        self._touched.add(graph)
        return self._waiting[graph].popleft()

    def put_back(self, run):
        """Take back a run whose worker was lost; any worker may have it."""
        self._waiting[run.graph].appendleft(run)
        self._touched.discard(run.graph)

    def _seconds(self, graph):
        runs = self._waiting[graph]
        return self.start_seconds(runs[0]) + sum(self.epoch_seconds(run) * run.points
                                                 for run in runs)

    def _worth_sharing(self, graph):
        runs = self._waiting[graph]
        return self._seconds(graph) > 3 * self.start_seconds(runs[0])
