"""The page of a study for the documentation, from made-up records."""

import re
import tempfile
import unittest
from pathlib import Path

from PIL import Image

from tests.report.made_up import write_study
from tests.report.test_sweeps import put
from yann_weightnorm.plan import Plan
from yann_weightnorm.report import write_page
from yann_weightnorm.report.verdicts import Claim, better, faster

CLAIMS = (Claim("Weight norm is faster.", "1.34 times", faster("weight norm", "plain")),
          Claim("It ends | better.", "7.31 %", better("weight norm", "nobody")))


class TestPage(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder, self.into = Path(temporary.name) / "run", Path(temporary.name) / "docs" / "new"

    def page(self, study="supervised", claims=CLAIMS):
        path = write_page(self.folder, study, self.into, claims)
        self.assertEqual(path, self.into / f"{study}.md")
        return path.read_text("utf-8")

    def test_what_a_reader_finds(self):
        write_study(self.folder, epochs=12, plan=Plan(question="Does it help?")._asdict())
        text = self.page()
        for words in ("# Supervised\n\nDoes it help?\n\nOn mnist-5k, mlp: weight norm",
                      "## Verdicts",
                      "| 1 | Weight norm is faster. | 1.34 times | mnist-5k, mlp: to a training "
                      "error of 2 %:",
                      "| 2 | It ends \\| better. | 7.31 % | No comparison has ended runs of both "
                      "weight norm and nobody. | **not testable at this scale** |", "## Numbers",
                      "### mnist-5k, mlp", "| arm | best learning rate | training error, % |",
                      "| to 10 % |", "- machine: 2 cores, AMD EPYC",
                      "- seconds: of the processor", "18 runs: 18 finished",
                      "```sh\nyann-weightnorm study run supervised --out study\n```"):
            self.assertIn(words, text)

    def test_every_picture_is_there_and_small(self):
        write_study(self.folder, networks=("a", "b"), epochs=3, seeds=(0,))
        names = set(re.findall(r"\]\((.+?)\)", self.page()))
        self.assertEqual(names, {"supervised-curves-a.png", "supervised-curves-b.png"})
        for name in names:
            with Image.open(str(self.into / name)) as image:
                self.assertEqual((image.width, image.mode), (1760, "P"))
            self.assertLess((self.into / name).stat().st_size, 60000)

    def test_a_table_has_as_many_cells_in_each_line(self):
        write_study(self.folder, epochs=3)
        tables = re.findall(r"(?:^\|.*\n?)+", self.page(), re.M)
        self.assertGreaterEqual(len(tables), 2)
        for table in tables:
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            self.assertEqual(len(cells), 1, table)

    def test_a_sweep_has_its_own_part(self):
        for depth in (2, 50):
            put(self.folder, "plain", depth, 0, 5, 6)
        text = self.page()
        self.assertIn("## d, mlp: hidden layers", text)
        self.assertIn("| hidden layers | 2 | 50 |", text)
        self.assertTrue((self.into / "supervised-depth-0.png").is_file())
        self.assertNotIn("Learning curves", text)  # one a depth would be many

    def test_the_same_records_give_the_same_page(self):
        write_study(self.folder, epochs=3)
        first = {path.name: path.read_bytes() for _ in [self.page()]
                 for path in self.into.iterdir()}
        self.page()
        self.assertEqual({path.name: path.read_bytes() for path in self.into.iterdir()}, first)

    def test_another_studys_records_are_refused_with_those_there_are(self):
        write_study(self.folder, epochs=2)
        with self.assertRaisesRegex(ValueError, "no records of the study 'superviced' \\(perhaps"):
            self.page("superviced")
        self.assertFalse(self.into.exists())
