"""Two folders of records side by side."""

import json
import tempfile
import unittest
from pathlib import Path

from tests.report.made_up import write_study
from yann_weightnorm.report import compare_folders


class TestFolders(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.one, self.other = (Path(temporary.name) / name for name in "ab")
        write_study(self.one, epochs=2, seeds=(0,))

    def change(self, line, name, value):
        path = sorted((self.other / "records").glob("*.jsonl"))[0]
        lines = [json.loads(each) for each in path.read_text("utf-8").splitlines()]
        lines[line][name] = value
        path.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")

    def test_equal_but_for_when_and_where(self):
        write_study(self.other, epochs=2, seeds=(0,), machine="another", git="other+", clock=None,
                    started="2030-01-01T00:00:00+00:00")
        self.change(1, "seconds", 99.0)
        text, same = compare_folders(self.one, self.other)
        self.assertTrue(same)
        self.assertIn("6 runs in both, 0 in A alone, 0 in B alone.\n6 of those in both are "
                      "identical, timings aside.", text)
        self.assertIn("mnist-5k, mlp, plain: A test error", text)

    def test_a_number_that_differs_is_shown(self):
        write_study(self.other, epochs=2, seeds=(0,))
        self.change(2, "train_cost", 0.25)
        text, same = compare_folders(self.one, self.other)
        self.assertFalse(same)
        self.assertRegex(text, r"5 of those.*\nrun-0000: line 3, train_cost: \S+ and 0.25")

    def test_runs_of_one_side_alone_are_counted(self):
        write_study(self.other, epochs=2, seeds=(0,), arms=("plain",), rates=(0.01, 0.03))
        text, _ = compare_folders(self.one, self.other)
        self.assertIn("2 runs in both, 4 in A alone, 0 in B alone.", text)
        self.assertIn("weight norm: A test error", text)

    def test_a_folder_without_records_is_refused(self):
        with self.assertRaisesRegex(FileNotFoundError, "found none"):
            compare_folders(self.one, self.other)
