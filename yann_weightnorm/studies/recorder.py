"""Records of runs, from the stream that workers send to the files that the report reads."""

from yann_weightnorm.plan import Plan
from yann_weightnorm.records import RunWriter, completed

__all__ = ["Recorder", "undone"]


class Recorder:
    """Write each record of a run into the run's file when it comes.

    Parameters
    ----------
    folder : path
    places : dict of str to int
        Run id -> place in the study, by which the report orders arms.
    command : str
        What the user typed.
    plan : Plan, optional
        What the study measures.
    """

    def __init__(self, folder, places, command, plan=None):
        self.folder, self.places, self.command = folder, places, command
        self.plan = plan or Plan()
        self._writers = {}

    def tell(self, run, record):
        """Write one record; a header begins the file anew."""
        values = dict(record)
        kind = values.pop("kind")
        if kind == "header":
            self.forget(run)
            self._writers[run.id] = RunWriter(self.folder, run.id, self._header(run, values))
        elif kind == "epoch":
            self._writers[run.id].epoch(**values)
        else:
            self._writers.pop(run.id).end(values.pop("status"), **values)

    def forget(self, run):
        """Leave off in the middle of a run; its file stays without an end."""
        writer = self._writers.pop(run.id, None)
        if writer:
            writer.close()

    def close(self):
        """Close every file that is still open."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _header(self, run, values):
        return dict({"study": run.study, "run": run.values, "index": self.places[run.id],
                     "command": self.command, "plan": self.plan._asdict()}, **values)


def undone(folder, runs):
    """Return the runs whose record in `folder` has no end yet."""
    done = completed(folder)
    return [run for run in runs if run.id not in done]
