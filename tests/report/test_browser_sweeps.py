"""A page with sweeps in a real browser: drawn, switchable, silent, also in the dark."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.report.test_browser import CHROMIUM, FLAGS, FRAME
from tests.report.test_sweeps import put
from yann_weightnorm.report import write_report

DARK = "--blink-settings=preferredColorScheme=0"
FRAME = FRAME.replace("#c0", "#s0").replace("value=train_cost", "value=diverged").replace(
    "value=train_error", "value=valid_error").replace(
    "window: frame", "ground: page.defaultView.getComputedStyle(page.body).backgroundColor,\n"
                     "    window: frame")


class TestSweeps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not CHROMIUM:
            raise unittest.SkipTest("needs Chromium")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        for depth in (2, 10, 100):
            for seed in (0, 1):
                put(cls.folder, "plain", depth, seed, depth, depth + 1,
                    status="diverged" if depth == 100 else "finished")
                put(cls.folder, "weight norm", depth, seed, depth / 2, depth / 2 + 1)
        write_report(cls.folder)
        cls.seen = {(width, scheme): cls.browse(width, scheme)
                    for width, scheme in ((1280, "light"), (400, "dark"))}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def browse(cls, width, scheme):
        """Return (answers of the frame, what the browser said on stderr)."""
        page = cls.folder / f"frame-{width}.html"
        page.write_text(FRAME.replace("WIDTH", str(width)), "utf-8")
        flags = FLAGS + ([DARK] if scheme == "dark" else [])
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, *flags, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        said = done.stderr.decode("utf-8", "replace")
        found = re.search(r'<pre id="answers">(.+?)</pre>', done.stdout.decode("utf-8"), re.S)
        assert found, f"Chromium gave no answers; it said: {said[-2000:]}"
        return json.loads(found.group(1)), said

    def test_the_console_is_silent(self):
        for _, said in self.seen.values():
            self.assertEqual([line for line in said.splitlines() if "CONSOLE" in line], [])

    def test_light_and_dark_are_what_was_asked_for(self):
        grounds = {scheme: sum(map(int, re.findall(r"\d+", answers["first"]["ground"])[:3]))
                   for (_, scheme), (answers, _) in self.seen.items()}
        self.assertGreater(grounds["light"], 600)
        self.assertLess(grounds["dark"], 200)

    def test_a_sweep_is_drawn_switched_and_fits(self):
        for (width, _), (answers, _) in self.seen.items():
            first, second = answers["first"], answers["second"]
            self.assertEqual(first["axes"][0], ["hidden layers", "test error (%)", "linear"])
            self.assertEqual({tuple(each) for each in first["drawn"][0]},
                             {("plain", "test_error"), ("weight norm", "test_error")})
            self.assertEqual(second["axes"][0][1:],
                             ["runs that diverged (%)", "log"])
            self.assertEqual({tuple(each) for each in second["drawn"][0]},
                             {("weight norm", "diverged")})
            self.assertLessEqual(max(first["page"], max(first["plots"])), width)
