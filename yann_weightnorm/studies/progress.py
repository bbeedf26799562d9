"""How far a study is and how long it will take: a bar on a terminal, lines elsewhere."""

import sys
import time

from tqdm import tqdm

__all__ = ["Progress", "duration", "seconds_of"]

BAR = "{percentage:3.0f} %|{bar}| {postfix}"
WIDEST = 100
SHORT = 30  # seconds of study after which the remaining time is worth telling


def seconds_of(study, runs):
    """Return about how many seconds of one core `runs` take, compiling included."""
    training = sum(study.epoch_seconds(run) * run.points for run in runs)
    first = {run.graph: run for run in runs}.values()
    return training + sum(study.start_seconds(run) for run in first)


def duration(seconds):
    """Return a time in words.

    >>> duration(200), duration(20), duration(9000)
    ('4 min', '20 s', '2 h 30 min')
    """
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = -int(-seconds // 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


class Progress:
    """Show what runs and how long the rest will take.

    Parameters
    ----------
    study : Study
    todo : list of Run
    file : text stream, default sys.stderr
    quiet : bool
        Show nothing.
    """

    def __init__(self, study, todo, file=None, quiet=False):
        self.study, self.file, self.quiet = study, file or sys.stderr, quiet
        self.total, self.done, self.count = seconds_of(study, todo), 0.0, len(todo)
        self.ended, self.began, self._graphs, self._credit = 0, time.monotonic(), set(), {}
        self.on_terminal = not quiet and self.file.isatty()
        self.bar = tqdm(total=self.total, file=self.file, disable=not self.on_terminal,
                        bar_format=BAR, ncols=min(WIDEST, _columns()), leave=False)
        self._show("starting workers")

    def tell(self, run, record):
        """Take note of a record of `run`."""
        if record["kind"] == "header":
            self._begin(run)
        elif record["kind"] == "epoch":
            self._advance(run, self.study.epoch_seconds(run))
        else:
            self.ended += 1  # a run that diverged leaves epochs out
            self._advance(run, self.study.epoch_seconds(run) * run.points - self._credit[run])
        self._show(str(run))
        if record["kind"] == "end" and not self.on_terminal and not self.quiet:
            print(f"[{self.ended}/{self.count}] {run}: {self._told(record)}",
                  file=self.file, flush=True)

    def close(self):
        """Take the bar off the terminal."""
        self.bar.close()

    def _begin(self, run):
        """Count a run from its start: what it had done with a worker that was lost is void."""
        self._add(-self._credit.get(run, 0.0))
        self._credit[run] = 0.0
        if run.graph not in self._graphs:
            self._graphs.add(run.graph)
            self._add(self.study.start_seconds(run))

    def _advance(self, run, seconds):
        self._credit[run] += seconds
        self._add(seconds)

    def _add(self, seconds):
        self.done += seconds
        self.bar.n = self.done

    def _show(self, what):
        if self.on_terminal:
            self.bar.set_postfix_str(f"run {min(self.ended + 1, self.count)} of {self.count}: "
                                     f"{what}{self._rest()}")

    def _told(self, record):
        return _outcome(record, self.study.plan.finals) + self._rest()

    def _rest(self):
        """Return '; about 3 min left', or '' while too little is known."""
        passed, left = time.monotonic() - self.began, self.total - self.done
        if passed < SHORT or not self.done or self.ended == self.count:
            return ""
        return f"; about {duration(passed * left / self.done)} left"


def _outcome(record, finals):
    """Return in words how a run ended; `finals` are the metrics of the end by name."""
    if record["status"] == "diverged":
        return f"diverged in epoch {record['diverged_at']}"
    told = [f"{metric.label} {record[name]:.2f}" + (f" {metric.unit}" if metric.unit else "")
            for name, metric in finals.items() if record.get(name) is not None]
    return ", ".join([*told, f"{record['seconds']:.1f} s"])


def _columns():
    import shutil
    return shutil.get_terminal_size((WIDEST, 24)).columns
