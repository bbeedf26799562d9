"""The page that sums up all studies: advice by rules, and nothing that the records don't say."""

import re
import tempfile
import unittest
from pathlib import Path

from tests.report.made_up import write_study
from tests.report.test_comparison import put
from yann_weightnorm.report import write_summary
from yann_weightnorm.report.advice import DECISIONS, Decision, outcome
from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.report.markdown import sentences, table
from yann_weightnorm.report.verdicts import NOT, SUPPORTED, UNTESTED, Claim, Verdict

PLAIN, NORMALISED = "normal + data start", "weight norm + data start"


def verdicts(*words):
    return [Verdict(word, "") for word in words]


def test_one_claim_that_does_not_hold_decides_then_one_that_was_not_tested():
    assert outcome(verdicts(SUPPORTED, SUPPORTED)) == SUPPORTED
    assert outcome(verdicts(SUPPORTED, UNTESTED)) == UNTESTED
    assert outcome(verdicts(UNTESTED, NOT)) == NOT


def test_every_outcome_has_its_advice():
    claim = Claim("It helps.", "2 times", None)
    line = Decision("", "", (), "Use it.", "Don't.")
    assert [line.advice([(claim, each)]) for each in verdicts(SUPPORTED, NOT, UNTESTED)] == [
        "Use it.", "Don't.", "Not measured here. By its authors: 2 times."]


def test_every_line_rests_on_claims_that_exist():
    for study, claims in CLAIMS.items():
        keys = [claim.key for claim in claims if claim.key]
        assert len(keys) == len(set(keys)), study
    for line in DECISIONS:
        keys = {claim.key for claim in CLAIMS[line.study]}
        assert line.claims and set(line.claims) <= keys, line
        assert line.yes != line.no and line.situation


def test_markdown():
    assert table(["a", "b"], [["x|y", "two\nlines"]]).splitlines()[-1] == "| x\\|y | two lines |"
    text = "In 1 of 2. one: 0.1. two: 0.25."
    assert sentences(text, 31) == text
    assert sentences(text, 30) == "In 1 of 2. one: 0.1. …"
    assert sentences(text, 1) == "In 1 of 2. …"


class TestSummary(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.records = self.folder / "records" / "supervised"

    def arms(self, plain, normalised):
        """Write three seeds of two arms: their training errors by epoch, and test errors alike."""
        for arm, train in ((PLAIN, plain), (NORMALISED, normalised)):
            for seed in (0, 1, 2):
                put(self.records, arm, 0.1, seed, train, train, 5 + seed)

    def index(self):
        index, *pages = write_summary(self.folder)
        self.assertEqual((index, pages),
                         (self.folder / "index.md", [self.folder / "supervised.md"]))
        return index.read_text("utf-8")

    def line(self, text, beginning):
        return next(line for line in text.splitlines() if line.startswith("| " + beginning))

    def test_advice_follows_the_records(self):
        self.arms([9, 4, 1], [1, 1, 1])
        line = self.line(self.index(), "An image classifier is to train in fewer epochs")
        self.assertIn("| **Use it: it needs fewer epochs", line)
        self.assertIn("[supervised](supervised.md#verdicts). *Supported*: d, mlp: to a training "
                      "error of 1 %: weight norm + data start 1 epoch, normal + data start 3, "
                      "3.00 times as many.", line)
        self.arms([1, 1, 1], [9, 4, 1])
        line = self.line(self.index(), "An image classifier is to train in fewer epochs")
        self.assertIn("| **Don't count on it:", line)
        self.assertIn("*Not supported*", line)

    def test_what_was_not_run_is_said_to_be_so_with_the_authors_figure(self):
        self.arms([9, 4, 1], [1, 1, 1])
        text = self.index()
        self.assertIn("| **Not measured here. By its authors: 4.3 times fewer to -100 nats, 2.7 to "
                      "-90 (one run).** | generative. *Not testable at this scale*: The study was "
                      "not run. |", text)
        self.assertIn(f"- generative: All of {len(CLAIMS['generative'])} claims. The study was not "
                      f"run.\n", text)
        self.assertNotIn("- generative: DRAW", text)

    def test_what_could_not_be_tested_is_told_claim_by_claim_with_the_whole_of_it(self):
        self.arms([9, 4, 1], [1, 1, 1])
        self.assertIn("- supervised: Weight normalization with mean-only batch normalization has a "
                      "lower test error than the plain network and a lower one than batch "
                      "normalization. No comparison ", self.index())

    def test_every_claim_is_in_the_table_and_counted(self):
        self.arms([9, 4, 1], [1, 1, 1])
        text = self.index()
        part = text[text.index("## All verdicts"):text.index("## What could not")]
        number = sum(map(len, CLAIMS.values()))
        self.assertEqual(len(re.findall(r"^\| \S+ \| .*\*\* \|$", part, re.M)), number)
        found = re.search(r"Of (\d+) claims .*?, (\d+) supported, (\d+) not supported, (\d+) not "
                          r"testable at this scale: by 6 runs of 1 of", text).groups()
        self.assertEqual(int(found[0]), number)
        self.assertEqual(sum(map(int, found[1:])), number)
        self.assertEqual(part.count("**supported**"), int(found[1]))

    def test_pages_are_listed_and_tables_are_whole(self):
        write_study(self.records, epochs=2)
        text = self.index()
        self.assertIn("```{toctree}\n:hidden:\n\nsupervised\n```", text)
        for part in re.findall(r"(?:^\|.*\n?)+", text, re.M):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in part.splitlines()}
            self.assertEqual(len(cells), 1, part)

    def test_a_folder_without_records_or_of_no_study_is_refused(self):
        with self.assertRaisesRegex(FileNotFoundError, "found none; run a study with --out"):
            write_summary(self.folder)
        write_study(self.folder / "records" / "supervized", epochs=2)
        with self.assertRaisesRegex(ValueError, "supervized should be called as a study .perhaps"):
            write_summary(self.folder)
