"""The record format: what a writer puts down a reader gets back, also from a broken file."""

import json
import math
import os
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import numpy as np

from yann_weightnorm.archive import write_archive
from yann_weightnorm.records import (
    ARCHIVE, RunWriter, completed, is_complete, pack, read_records, read_run, record_path)

RUN = {"network": "mlp", "arm": "weight norm", "dataset": "mnist-5k", "seed": 0,
       "learning_rate": 0.001, "epochs": 2}
HEADER = {"study": "supervised", "run": RUN, "rows": {"train": 4000}}


def write(folder, run_id="a", header=HEADER, epochs=2, status="finished"):
    """Write a small run; without a status it stays unfinished."""
    with RunWriter(folder, run_id, header) as record:
        for epoch in range(1, epochs + 1):
            record.epoch(epoch, train_cost=1 / epoch, train_error=10 / epoch,
                         valid_error=12 / epoch, learning_rate=0.001, seconds=0.5)
        if status:
            record.end(status, test_error=4.5, seconds=1.0)
    return record.path


class TestRecords(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = Path(self._temporary.name)
        self.archive = self.folder / ARCHIVE

    def append(self, path, data):
        with open(path, "ab") as file:
            file.write(data)

    def test_what_was_written_is_read(self):
        run = read_run(write(self.folder))
        self.assertEqual(run.run, RUN)
        self.assertEqual(run.status, "finished")
        self.assertEqual(run.end["test_error"], 4.5)
        np.testing.assert_array_equal(run.epochs["epoch"], [1, 2])
        np.testing.assert_array_equal(run.epochs["train_error"], [10, 5])
        self.assertEqual(run.problems, [])

    def test_the_lines_are_those_of_the_format(self):
        lines = [json.loads(line) for line in write(self.folder).read_text("utf-8").splitlines()]
        self.assertEqual([line["kind"] for line in lines], ["header", "epoch", "epoch", "end"])
        self.assertEqual(lines[1], {"kind": "epoch", "epoch": 1, "train_cost": 1.0,
                                    "train_error": 10.0, "valid_error": 12.0,
                                    "learning_rate": 0.001, "seconds": 0.5})
        self.assertEqual(lines[3], {"kind": "end", "status": "finished", "test_error": 4.5,
                                    "seconds": 1.0, "diverged_at": None})

    def test_numbers_that_are_not_finite_are_written_as_null(self):
        with RunWriter(self.folder, "a", HEADER) as record:
            record.epoch(np.int64(1), train_cost=np.float32("nan"), train_error=math.inf,
                         valid_error=np.float64(1e300), seconds=-math.inf)
            record.end("diverged", test_error=math.nan, diverged_at=1)
        line = json.loads(record.path.read_text("utf-8").splitlines()[1])
        self.assertEqual([line["train_cost"], line["train_error"], line["seconds"]], [None] * 3)
        run = read_run(record.path)
        self.assertTrue(np.isnan(run.epochs["train_error"][0]))
        self.assertTrue(np.isnan(run.epochs["learning_rate"][0]))
        self.assertEqual(run.epochs["valid_error"][0], 1e300)
        self.assertTrue(math.isnan(run.end["test_error"]))
        self.assertEqual((run.status, run.end["diverged_at"]), ("diverged", 1))

    def test_a_number_too_large_for_a_float_or_of_another_type_is_nan(self):
        path = write(self.folder, epochs=0, status=None)
        self.append(path, b'{"kind": "epoch", "epoch": 1, "train_cost": 1%s, "train_error": "x", '
                          b'"valid_error": true, "seconds": 1e999}\n' % (b"0" * 400))
        epochs = read_run(path).epochs
        for name in ("train_cost", "train_error", "valid_error", "seconds"):
            self.assertTrue(np.isnan(epochs[name][0]), name)

    def test_a_half_written_last_line_is_left_out_and_told(self):
        path = write(self.folder, status=None)
        self.append(path, '{"kind": "end", "status": "finished", "Fehler": "Übe'.encode()[:-2])
        run = read_run(path)
        self.assertEqual(run.status, "unfinished")
        self.assertEqual(len(run.epochs["epoch"]), 2)
        self.assertEqual(len(run.problems), 1)
        self.assertIn("a.jsonl, line 4: not a whole record", run.problems[0])
        self.assertFalse(is_complete(self.folder, "a"))

    def test_lines_of_other_json_types_or_without_kind_are_told(self):
        path = write(self.folder, status=None)
        self.append(path, b'[1]\n3\nnull\n{"epoch": 3}\n\xff\xfe\n')
        self.assertEqual(len(read_run(path).problems), 5)

    def test_an_unknown_kind_is_for_a_later_version(self):
        path = write(self.folder)
        self.append(path, b'{"kind": "note", "text": "later"}\n')
        self.assertEqual(read_run(path).problems, [])

    def test_a_repeated_epoch_counts_once_and_order_is_by_number(self):
        path = write(self.folder, epochs=0, status=None)
        for epoch, cost in ((2, 5), (1, 7), (2, 3)):
            self.append(path, b'{"kind": "epoch", "epoch": %d, "train_cost": %d}\n' % (epoch, cost))
        np.testing.assert_array_equal(read_run(path).epochs["train_cost"], [7, 3])

    def test_a_run_that_starts_again_replaces_its_record(self):
        write(self.folder, epochs=5, status=None)
        run = read_run(write(self.folder, epochs=1))
        self.assertEqual(len(run.epochs["epoch"]), 1)
        self.assertEqual(os.listdir(str(self.folder / "records")), ["a.jsonl"])

    def test_a_replaced_writer_does_not_reach_the_new_record(self):
        with RunWriter(self.folder, "a", HEADER) as lost:
            path = write(self.folder, epochs=1)
            lost.epoch(9, train_cost=9.0)
        np.testing.assert_array_equal(read_run(path).epochs["epoch"], [1])

    def test_each_line_is_on_disk_when_the_call_returns(self):
        with RunWriter(self.folder, "a", HEADER) as record:
            record.epoch(1, train_cost=1.0)
            self.assertEqual(len(read_run(record.path).epochs["epoch"]), 1)

    def test_unicode_is_kept(self):
        header = dict(HEADER, run=dict(RUN, arm="Gewichtsnormierung ‖v‖ \u2028 𝛼"))
        self.assertEqual(read_run(write(self.folder, header=header)).run["arm"],
                         "Gewichtsnormierung ‖v‖ \u2028 𝛼")

    def test_runs_come_in_the_order_of_the_study(self):
        for place, run_id in enumerate("cab"):
            write(self.folder, run_id, dict(HEADER, index=place))
        write(self.folder, "0", dict(HEADER, started="2001-01-01T00:00:00+00:00"))
        self.assertEqual([run.path.stem for run in read_records(self.folder).runs],
                         ["c", "a", "b", "0"])

    def test_without_an_index_the_order_is_that_of_the_starts(self):
        for day, run_id in enumerate("cab", start=1):
            write(self.folder, run_id, dict(HEADER, started=f"2001-01-0{day}T00:00:00+00:00"))
        self.assertEqual([run.path.stem for run in read_records(self.folder).runs], list("cab"))

    def test_a_header_without_start_takes_the_time_of_its_file(self):
        path = write(self.folder)
        text = path.read_text("utf-8").replace('"started"', '"begun"')
        path.write_text(text, "utf-8")
        os.utime(str(path), (0, 0))
        self.assertEqual(read_run(path).started[:10], "1970-01-01")

    def test_a_file_without_header_is_a_problem_not_an_end(self):
        write(self.folder, "good")
        for name, text in (("empty", ""), ("cut", '{"kind": "hea'), ("odd", '{"kind": "header"}')):
            (self.folder / "records" / f"{name}.jsonl").write_text(text, "utf-8")
        records = read_records(self.folder)
        self.assertEqual([run.path.stem for run in records.runs], ["good"])
        self.assertEqual(len(records.problems), 3)
        self.assertIn("cut.jsonl should begin with a header line", records.problems[0])
        self.assertIn("odd.jsonl should hold 'study' and a 'run'", records.problems[2])
        self.assertFalse(is_complete(self.folder, "cut"))

    def contents(self):
        """Return the names of everything in the study's folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                      if path.is_file())

    def test_packed_records_are_read_as_before_and_their_runs_are_done(self):
        for name in ("a", "b.1"):
            write(self.folder, name)
        write(self.folder, "unfinished", status=None)
        before = read_records(self.folder)
        self.assertEqual(pack(self.folder), 2)
        self.assertEqual(self.contents(), ["records.tar.xz", "records/unfinished.jsonl"])
        after = read_records(self.folder)
        self.assertEqual([run.id for run in after.runs], [run.id for run in before.runs])
        for mine, theirs in zip(after.runs, before.runs):
            self.assertEqual((mine.lines, mine.end), (theirs.lines, theirs.end))
            np.testing.assert_array_equal(mine.epochs["seconds"], theirs.epochs["seconds"])
        self.assertEqual(completed(self.folder), {"a", "b.1"})
        self.assertTrue(is_complete(self.folder, "a"))
        self.assertFalse(is_complete(self.folder, "unfinished"))

    def test_packing_again_adds_what_is_over_since(self):
        write(self.folder, "a")
        pack(self.folder)
        first = self.archive.read_bytes()
        self.assertEqual(pack(self.folder), 0)
        self.assertEqual(self.archive.read_bytes(), first)
        write(self.folder, "b")
        self.assertEqual(pack(self.folder), 1)
        self.assertEqual(completed(self.folder), {"a", "b"})
        write(self.folder, "a", epochs=1)  # done anew
        pack(self.folder)
        self.assertEqual({run.id: len(run.lines) for run in read_records(self.folder).runs},
                         {"a": 3, "b": 4})

    def test_a_packed_run_that_begins_anew_counts_once(self):
        write(self.folder)
        pack(self.folder)
        write(self.folder, epochs=1, status=None)
        run, = read_records(self.folder).runs
        self.assertEqual(run.status, "unfinished")
        self.assertFalse(is_complete(self.folder, "a"))

    def test_a_damaged_archive_is_told_and_left_as_it_is(self):
        write(self.folder)
        pack(self.folder)
        good = self.archive.read_bytes()
        write(self.folder, "b")
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 1
        for data in (good[:-9], good[:200], bytes(flipped), b"nonsense", b""):
            self.archive.write_bytes(data)
            for use in (read_records, completed, pack):
                with self.assertRaisesRegex(ValueError, "records.tar.xz .*damaged .*move it away"):
                    use(self.folder)
            self.assertEqual(self.archive.read_bytes(), data)
            self.assertEqual(self.contents(), ["records.tar.xz", "records/b.jsonl"])

    def test_a_record_without_header_in_an_archive_is_a_problem_not_an_end(self):
        write_archive(self.archive, {"odd.jsonl": b"{}\n", "other.txt": b"?"})
        records = read_records(self.folder)
        self.assertEqual(records.runs, [])
        self.assertIn("odd.jsonl in", records.problems[0])

    def test_packing_gives_the_same_bytes_whatever_came_first(self):
        paths = [write(self.folder, name) for name in "ab"]
        kept = [path.read_bytes() for path in paths]
        pack(self.folder)
        first = self.archive.read_bytes()
        self.archive.unlink()
        for path, data in reversed(list(zip(paths, kept))):
            path.write_bytes(data)
            os.utime(str(path), (0, 0))
            pack(self.folder)
        self.assertEqual(self.archive.read_bytes(), first)
        with tarfile.open(str(self.archive)) as tar:
            self.assertEqual([tar.extractfile(each).read() for each in tar], kept)

    def test_what_kills_it_while_it_packs_loses_nothing(self):
        for name in "ab":
            write(self.folder, name)
        for what in ("yann_weightnorm.files.os.replace", "yann_weightnorm.records.Path.unlink"):
            with patch(what, side_effect=KeyboardInterrupt), \
                    self.assertRaises(KeyboardInterrupt):
                pack(self.folder)
            self.assertEqual(len([name for name in self.contents() if "jsonl" in name]), 2)
            self.assertEqual(completed(self.folder), {"a", "b"})
        self.assertEqual(pack(self.folder), 2)
        self.assertEqual(self.contents(), ["records.tar.xz"])

    def test_many_alike_take_little_room(self):
        for seed in range(50):
            write(self.folder, f"run-{seed}", dict(HEADER, run=dict(RUN, seed=seed)), epochs=20)
        size = sum(path.stat().st_size for path in self.folder.rglob("*.jsonl"))
        pack(self.folder)
        self.assertLess(self.archive.stat().st_size, size / 30)

    def test_an_empty_folder_is_refused_with_what_to_do(self):
        with self.assertRaises(FileNotFoundError) as caught:
            read_records(self.folder)
        for words in ("the report wants run records", "*.jsonl", "found none", "run a study"):
            self.assertIn(words, str(caught.exception))

    def test_the_writer_refuses_what_the_reader_could_not_use(self):
        cases = [
            (lambda: RunWriter(self.folder, "a/b", HEADER), "plain file name"),
            (lambda: RunWriter(self.folder, "..", HEADER), "plain file name"),
            (lambda: RunWriter(self.folder, "a", {"study": "s"}), "'study' and a 'run'"),
            (lambda: RunWriter(self.folder, "a", {"study": "s", "run": {"arm": "b"}}),
             "missing: seed"),
        ]
        for call, words in cases:
            with self.assertRaises(ValueError) as caught:
                call()
            self.assertIn(words, str(caught.exception))

    def test_the_writer_refuses_unknown_fields_and_ends(self):
        with RunWriter(self.folder, "a", HEADER) as record:
            with self.assertRaises(ValueError) as caught:
                record.epoch(1, trian_error=3.0)
            self.assertIn("got trian_error", str(caught.exception))
            with self.assertRaises(ValueError) as caught:
                record.end("stopped")
            self.assertIn("'finished' or 'diverged', got 'stopped'", str(caught.exception))

    def test_is_complete_only_with_an_end(self):
        self.assertFalse(is_complete(self.folder, "a"))
        write(self.folder, status=None)
        self.assertFalse(is_complete(self.folder, "a"))
        write(self.folder, status="diverged")
        self.assertTrue(is_complete(self.folder, "a"))

    def test_record_path(self):
        self.assertEqual(record_path("study", "x"), Path("study/records/x.jsonl"))
