"""Measurements in a file, a line of JSON each, written as they come."""

import json
from pathlib import Path

from benchmarks.machine import BUSY

__all__ = ["Results", "busy"]

KEY = ("measure", "subject", "side", "round")


def busy(line):
    """Return whether other programs took so much of the machine that the times count little."""
    return line["measure"] != "memory" and (line.get("others") or 0.0) > BUSY


class Results:
    """The measurements in the file at `path`; a later line replaces one of the same name.

    Parameters
    ----------
    path : str or path
    fresh : bool, default False
        Begin with none: what is there is dropped.

    Attributes
    ----------
    lines : list of dict
        The newest of each name, (measure, subject, side, round).

    Raises
    ------
    ValueError
        If a line is not one of these.
    """

    def __init__(self, path, fresh=False):
        self.path, self._found = Path(path), {}
        if fresh and self.path.exists():
            self.path.unlink()
        if self.path.exists():
            for number, text in enumerate(self.path.read_text("utf-8").splitlines(), start=1):
                self._read(number, text)

    def _read(self, number, text):
        try:
            line = json.loads(text)
            self._found[tuple(line[name] for name in KEY)] = line
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self.path}, line {number}, is no measurement ({error}); take it "
                             f"out, or begin anew with --fresh.") from error

    @property
    def lines(self):
        return list(self._found.values())

    def add(self, lines):
        """Append `lines` to the file."""
        self._found.update((tuple(line[name] for name in KEY), line) for line in lines)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines))

    def has(self, measurement, round, steps):
        """Return whether each side of a round was measured, long enough, on a quiet machine.

        Sides are compared that took turns; so it is asked for all of them.
        """
        names = [(measurement.measure, measurement.subject, side, round)
                 for side in measurement.sides]
        found = [self._found.get(name) for name in names]
        return all(line and line["steps"] >= steps and not busy(line) for line in found)

    def select(self, measure, subject=None, side=None):
        """Return the lines of a measure, in order of rounds."""
        wanted = {"measure": measure, "subject": subject, "side": side}
        return sorted((line for line in self.lines
                       if all(value in (None, line[name]) for name, value in wanted.items())),
                      key=lambda line: line["round"])

    def machines(self):
        """Return on what the lines were measured; one, if nothing is mixed."""
        return sorted({line["machine"] for line in self.lines})
