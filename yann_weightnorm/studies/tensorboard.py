"""Event files for TensorBoard, a folder a run, written as the records come."""

from pathlib import Path

__all__ = ["EventFiles"]


class EventFiles:
    """Write what runs record as scalars that TensorBoard shows.

    Parameters
    ----------
    folder : path
        Gets a folder for each run, called by the run's id. ``tensorboard --logdir folder`` shows
        them.

    Raises
    ------
    ImportError
        If tensorboardX is not installed; says how to install it.
    """

    def __init__(self, folder):
        try:
            import tensorboardX
        except ImportError as error:
            raise ImportError("event files need tensorboardX; run: pip install "
                              "'yann_weightnorm[tensorboard]'") from error
        self._make, self.folder, self._writers = tensorboardX.SummaryWriter, Path(folder), {}

    def tell(self, run, record):
        """Write one record; a header begins the run's file anew."""
        kind = record["kind"]
        if kind == "header":
            self._begin(run)
        elif kind == "epoch":
            self._scalars(run, record, record["epoch"])
        else:
            self._scalars(run, record, run.points)
            self._writers.pop(run.id).close()

    def close(self):
        """Close what is still open."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _begin(self, run):
        if run.id in self._writers:
            self._writers.pop(run.id).close()
        place = self.folder / run.id
        for old in place.glob("events.out.tfevents.*"):
            old.unlink()
        self._writers[run.id] = self._make(str(place))

    def _scalars(self, run, record, step):
        for name, value in record.items():
            if name not in ("epoch", "diverged_at") and isinstance(value, (int, float)):
                self._writers[run.id].add_scalar(name, value, step)
        self._writers[run.id].flush()
