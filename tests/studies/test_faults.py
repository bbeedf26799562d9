"""What may happen to the disk while a study runs: it fills up, a record is damaged."""

import contextlib
import io
import pathlib
import resource
import signal
from tempfile import TemporaryDirectory

from tests.studies.test_recorder import recorder, stream
from tests.studies.toy import comparable, toy
from yann_weightnorm.records import read_run, record_path
from yann_weightnorm.studies.recorder import undone
from yann_weightnorm.studies.running import run_study

STUDY = toy(arms=("fast",), seeds=(0,), epochs=12)


@contextlib.contextmanager
def largest_file(size):
    """Let no file of this process grow beyond `size` bytes: writing fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def done(folder, study=STUDY):
    return run_study(study, folder, workers=1, quiet=True, command="test")


def test_a_full_disk_stops_a_study_that_then_goes_on_to_the_same_numbers():
    with TemporaryDirectory() as place:
        whole, rough = pathlib.Path(place) / "whole", pathlib.Path(place) / "rough"
        done(whole)
        size = min(path.stat().st_size for path in whole.glob("records/*.jsonl"))
        try:
            with largest_file(size - 300):  # in the middle of a line, some epochs before the end
                done(rough)
            raise AssertionError("the disk was not full")
        except OSError as error:
            assert "large" in str(error), error
        started = sorted(rough.glob("records/*.jsonl"))
        assert started and all(read_run(path).end is None for path in started)
        kept = read_run(started[0])
        assert 6 <= len(kept.epochs["epoch"]) < 12 and len(kept.problems) <= 1
        assert done(rough).done == len(STUDY.runs())
        assert comparable(rough) == comparable(whole)


class Reluctant(io.BytesIO):
    """A file that takes seven bytes at a time."""

    def write(self, data):
        return super().write(bytes(data[:7]))

    def close(self):
        """Stay open for the test."""


def test_lines_are_whole_even_if_the_system_takes_them_in_pieces():
    run = STUDY.runs()[0]
    with TemporaryDirectory() as folder:
        write = recorder(folder, [run])
        header, *others = stream(run)
        write.tell(run, header)
        writer = write._writers[run.id]
        writer.close()
        writer._file = file = Reluctant()
        for record in others:
            write.tell(run, record)
        path = record_path(folder, run.id)
        with open(path, "ab") as record_file:
            record_file.write(file.getvalue())
        read = read_run(path)
        assert read.status == "finished" and not read.problems
        assert len(read.epochs["epoch"]) == 12


def test_a_record_that_is_damaged_in_the_middle_is_done_again():
    runs = STUDY.runs()
    with TemporaryDirectory() as folder:
        write = recorder(folder, runs)
        for run in runs:
            for record in stream(run):
                write.tell(run, record)
        assert undone(folder, runs) == []
        path = record_path(folder, runs[0].id)
        lines = path.read_bytes().splitlines(keepends=True)
        lines[3] = lines[3][:20] + b"\n"
        path.write_bytes(b"".join(lines))
        assert undone(folder, runs) == [runs[0]]
        assert "line 4: not a whole record" in read_run(path).problems[0]
