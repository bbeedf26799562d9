"""From a stream of records to files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.studies.toy import perform, toy
from yann_weightnorm.records import read_records, record_path
from yann_weightnorm.studies.recorder import Recorder, undone


def stream(run):
    """Return the records of a toy run."""
    records = []
    perform(run, None, records.append)
    return records


def recorder(folder, runs):
    return Recorder(folder, {run.id: place for place, run in enumerate(runs)}, "the command")


def test_what_is_recorded_is_read_back_in_the_studys_order():
    runs = toy(arms=("fast",), seeds=(0,), epochs=2).runs()
    with TemporaryDirectory() as folder:
        write = recorder(folder, runs)
        for run in reversed(runs):
            for record in stream(run):
                write.tell(run, record)
        read = read_records(folder)
        assert [each.run for each in read.runs] == [run.values for run in runs]
        assert not read.problems
        header = read.runs[0].header
        assert header["study"] == "toy" and header["command"] == "the command"


def test_a_run_without_its_end_is_undone():
    runs = toy(arms=("fast",), seeds=(0,), epochs=2).runs()
    with TemporaryDirectory() as folder:
        assert undone(folder, runs) == runs
        write = recorder(folder, runs)
        for run in runs:
            for record in stream(run):
                write.tell(run, record)
        assert undone(folder, runs) == []
        path = record_path(folder, runs[1].id)
        path.write_bytes(path.read_bytes()[:-20])  # the end line, half of it
        assert undone(folder, runs) == [runs[1]]


def test_a_run_that_begins_again_replaces_what_there_was():
    run = toy(epochs=2).runs()[0]
    with TemporaryDirectory() as folder:
        write = recorder(folder, [run])
        for record in stream(run)[:2] + stream(run):
            write.tell(run, record)
        lines = Path(record_path(folder, run.id)).read_text().splitlines()
        assert len(lines) == 4


def test_closing_leaves_a_run_unfinished():
    run = toy(epochs=2).runs()[0]
    with TemporaryDirectory() as folder:
        write = recorder(folder, [run])
        for record in stream(run)[:2]:
            write.tell(run, record)
        write.close()
        assert undone(folder, [run]) == [run]
