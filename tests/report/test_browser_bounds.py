"""A page of negative numbers, the bounds of a generative network, in a real browser."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.report.test_browser import CHROMIUM, FLAGS, FRAME
from tests.report.test_other_metrics import write_real
from yann_weightnorm.report import write_report
from yann_weightnorm.studies import STUDIES

ARMS = ("normal + data start", "weight norm + data start")
FRAME = FRAME.replace("value=train_cost", "value=train_bound").replace(
    "value=train_error", "value=test_bound").replace(
    "buttons:", "refused: Array.from(page.querySelectorAll('#c0 input[value=log]'))"
                ".map(each => each.disabled),\n    buttons:").replace("WIDTH", "400")


class TestBounds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not CHROMIUM:
            raise unittest.SkipTest("needs Chromium")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        folder = Path(cls.temporary.name)
        write_real(folder, STUDIES["generative"],
                   {"model": "vae", "dataset": "d", "attention": "none"},
                   dict(zip(ARMS, ((-99, -98, -97), (-160, -150, -140)))))
        write_report(folder)
        (folder / "frame.html").write_text(FRAME, "utf-8")
        done = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom",
             (folder / "frame.html").as_uri()], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=120)
        cls.said = done.stderr.decode("utf-8", "replace")
        found = re.search(r'<pre id="answers">(.+?)</pre>', done.stdout.decode("utf-8"), re.S)
        assert found, f"Chromium gave no answers; it said: {cls.said[-2000:]}"
        cls.answers = json.loads(found.group(1))

    def test_the_console_is_silent_and_the_page_fits(self):
        self.assertEqual([line for line in self.said.splitlines() if "CONSOLE" in line], [])
        self.assertLessEqual(self.answers["first"]["page"], 400)

    def test_arms_and_metrics_can_be_switched(self):
        first, second = self.answers["first"], self.answers["second"]
        self.assertEqual({tuple(each) for each in first["drawn"][0]},
                         {(arm, "test_bound") for arm in ARMS})
        self.assertEqual({tuple(each) for each in second["drawn"][0]}, {(ARMS[1], "train_bound")})

    def test_axes_have_units_and_no_logarithmic_scale_is_offered(self):
        self.assertEqual(self.answers["first"]["axes"],
                         [["epoch", "bound on test data (nats)", "linear"]])
        self.assertEqual(self.answers["second"]["axes"],
                         [["epoch", "bound on training data (nats)", "linear"]])
        self.assertEqual(self.answers["second"]["refused"], [True])
