"""Cells, CSV and terminal text against numbers worked out by hand."""

import csv
import io
import math
import tempfile
import unicodedata
import unittest

from tests.report.made_up import ARMS, write_study
from tests.report.test_comparison import put
from yann_weightnorm.records import read_records
from yann_weightnorm.report import summary_table
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.numbers import percent, plural, rate, seconds
from yann_weightnorm.report.tables import epochs_csv, headings, rows, summary_csv


def columns(text):
    """Return the columns a terminal gives to a line."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class TestTables(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def records(self):
        return read_records(self.folder).runs

    def by_hand(self):
        put(self.folder, "plain", 0.1, 0, [11, 5, 2], [9, 7, 6], 5.5)
        put(self.folder, "plain", 0.1, 1, [10, 4, 3], [9, 8, 8], 7.5)
        put(self.folder, "plain", 0.5, 0, [90], [90], status="diverged")
        put(self.folder, "weight norm", 0.1, 0, [4, 1, 0], [5, 4, 3], 3.25)
        put(self.folder, "weight norm", 0.1, 1, [4, 1], [5, 4], status=None)

    def test_cells(self):
        self.by_hand()
        self.assertEqual(rows(compare(self.records())[0]), [
            ["plain", "0.1", "2.50 [2.00, 3.00]", "7.00 [6.00, 8.00]", "6.50 [5.50, 7.50]",
             "1.5 (2/2, 2 s)", "2 (2/2, 3 s)", "3 (2/2, 6 s)", "– (1/2)", "– (0/2)",
             "2 (1.00 ×)", "1/3"],
            ["weight norm", "0.1", "0.00", "3.00", "3.25", "1 (1/1, 1 s)",
             "1 (1/1, 1 s)", "2 (1/1, 3 s)", "2 (1/1, 3 s)", "2 (1/1, 3 s)", "2 (1.00 ×)",
             "0/1 (+1 unfinished)"]])
        heads = headings(compare(self.records())[0])
        self.assertEqual([len(part) for part in heads], [5, 5, 2])
        self.assertEqual(heads[1], ["10 %", "5 %", "3 %", "2 %", "1 %"])

    def test_columns_without_a_value_are_left_out(self):
        put(self.folder, "plain", 0.1, 0, [11, 5], [9, 7])
        put(self.folder, "weight norm", 0.1, 0, [11, 6], [9, 7])
        heads = headings(compare(self.records())[0])
        self.assertEqual(heads[:2], (["arm", "best learning rate", "training error, %",
                                      "validation error, %"], ["10 %", "5 %"]))
        self.assertEqual({len(row) for row in rows(compare(self.records())[0])},
                         {sum(map(len, heads))})
        self.assertIn("train %  valid %  to 10/5 %  s/epoch", summary_table(self.folder))

    def test_summary_csv(self):
        self.by_hand()
        plain, normalized = csv.DictReader(io.StringIO(summary_csv(compare(self.records()))))
        self.assertEqual(
            [plain[name] for name in ("study", "dataset", "network", "epochs", "mini_batch_size",
                                      "arm", "best_learning_rate", "seeds")],
            ["supervised", "d", "mlp", "3", "10", "plain", "0.1", "2"])
        self.assertEqual([plain[f"test_error_{part}"] for part in ("median", "low", "high")],
                         ["6.5", "5.5", "7.5"])
        self.assertEqual(plain["seconds_to_10"], "2")  # of 1 + 2, and of 1
        self.assertEqual((plain["epochs_to_10"], plain["epochs_to_2"],
                          plain["seeds_that_reached_2"]), ("1.5", "inf", "1"))
        self.assertEqual((plain["runs_ended"], plain["runs_diverged"]), ("3", "1"))
        self.assertEqual(normalized["runs_unfinished"], "1")
        self.assertEqual(normalized["time_ratio_to_baseline"], "1")

    def test_epochs_csv_holds_every_epoch(self):
        self.by_hand()
        lines = list(csv.DictReader(io.StringIO(epochs_csv(self.records()))))
        self.assertEqual(len(lines), 3 + 3 + 1 + 3 + 2)
        last = [line for line in lines if line["arm"] == "weight norm" and line["seed"] == "0"][-1]
        self.assertEqual((last["status"], last["test_error"], last["epoch"], last["train_error"],
                          last["valid_error"], last["train_cost"]),
                         ("finished", "3.25", "3", "0", "3", ""))
        self.assertEqual([line["status"] for line in lines].count("unfinished"), 2)

    def test_csv_quotes_what_needs_it(self):
        put(self.folder, 'a, "b"\nc', 0.1, 0, [1], [1], 1)
        line = next(csv.DictReader(io.StringIO(summary_csv(compare(self.records())), newline="")))
        self.assertEqual(line["arm"], 'a, "b"\nc')

    def test_terminal_text(self):
        self.by_hand()
        lines = summary_table(self.folder).splitlines()
        self.assertIn("own best learning rate", lines[0])
        self.assertIn("median validation error after the last epoch", " ".join(lines[:3]))
        self.assertEqual(lines[4], "supervised: d, mlp")
        self.assertEqual(
            lines[5:], ["arm          rate  train %  valid %      test % [95 %]  to 10/5/3/2/1 %"
                        "  s/epoch  diverged",
                        "plain         0.1     2.50     7.00  6.50 [5.50, 7.50]      1.5/2/3/-/-"
                        "        2       1/3",
                        "weight norm   0.1     0.00     3.00               3.25        1/1/2/2/2"
                        "        2       0/1"])

    def test_terminal_text_is_aligned_and_fits_whatever_the_names(self):
        names = tuple(ARMS) + ("重み正規化" * 12, "e\u0301" * 70, "two\nlines\tand more", "")
        write_study(self.folder, arms=names, seeds=(0, 1), rates=(1e-7, 123456.0), epochs=3,
                    datasets=("a data set with a long name " * 5,))
        lines = summary_table(self.folder).splitlines()
        self.assertEqual(len(lines), 6 + len(names))
        for line in lines:
            self.assertLessEqual(columns(line.replace("\u0301", "")), 100, line)
        self.assertEqual(len({columns(line.replace("\u0301", "")) for line in lines[5:]}), 1)

    def test_numbers(self):
        self.assertEqual([percent(value) for value in (0, 12.345, 1e300, math.inf, math.nan)],
                         ["0.00", "12.35", "1e+300", "diverged", "–"])
        self.assertEqual([rate(value) for value in (0.0001, 1e-7, None)], ["0.0001", "1e-07", "–"])
        self.assertEqual([seconds(value) for value in (0.1234, 12.34, 1234.5, math.nan)],
                         ["0.123", "12.3", "1234", "–"])
        self.assertEqual([plural(value, "epoch") for value in (1, 2, 2.5)],
                         ["1 epoch", "2 epochs", "2.5 epochs"])
