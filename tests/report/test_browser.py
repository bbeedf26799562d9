"""The page in a real browser: drawn, switchable, silent, and no wider than the window."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from tests.report.made_up import ARMS, write_study
from yann_weightnorm.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which(
    "google-chrome")
FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
         "--disable-background-networking --disable-component-update --disable-sync "
         "--disable-dev-shm-usage --allow-file-access-from-files --enable-logging=stderr "
         "--virtual-time-budget=20000 --window-size=1300,1000").split()
FLAGS.append("--host-resolver-rules=MAP * ~NOTFOUND")  # nothing is ever looked up

# The report stands in a frame, since Chromium's own windows are never narrower than 500 pixels.
FRAME = """<!DOCTYPE html><meta charset="utf-8"><body><pre id="answers"></pre>
<iframe id="frame" src="report.html" style="width: WIDTHpx; height: 900px; border: 0"></iframe>
<script>
const frame = document.getElementById("frame");
function look() {
  const page = frame.contentDocument;
  const plots = Array.from(page.querySelectorAll(".graph"));
  return {
    window: frame.contentWindow.innerWidth, page: page.documentElement.scrollWidth,
    plots: plots.map(plot => plot.querySelector("svg").getBoundingClientRect().width),
    drawn: plots.map(plot => plot.data.filter(trace => trace.visible !== false)
                                 .map(trace => [trace.meta.arm, trace.meta.metric])),
    lines: plots.map(plot => plot.querySelectorAll(".scatterlayer .trace").length),
    axes: plots.map(plot => [plot.layout.xaxis.title.text, plot.layout.yaxis.title.text,
                             plot.layout.yaxis.type]),
    least: plots.map(plot => Math.min(...plot.data.flatMap(trace => Array.from(trace.y)))),
    buttons: Array.from(page.querySelectorAll(".legend button"))
                  .map(each => [each.dataset.arm, each.getAttribute("aria-pressed")]),
  };
}
function wait() { return new Promise(done => setTimeout(done, 1000)); }
frame.addEventListener("load", async () => {
  const answers = {};
  await wait();
  answers.first = look();
  const page = frame.contentDocument;
  page.querySelector("#c0 input[value=train_cost]").click();
  page.querySelectorAll("#c0 input[value=log]").forEach(input => input.click());
  page.querySelector("#c0 .legend button").click();
  await wait();
  answers.second = look();
  page.querySelector("#c0 input[value=train_error]").click();
  await wait();
  answers.third = look();
  page.querySelector("#c0 .legend button").click();
  page.querySelectorAll("#c0 input[value=linear]").forEach(input => input.click());
  await wait();
  answers.fourth = look();
  document.getElementById("answers").textContent = JSON.stringify(answers);
});
</script></body>"""


class TestBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not CHROMIUM:  # here, since nose sets up a class that a decorator skips
            raise unittest.SkipTest("needs Chromium")
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        write_study(cls.folder, arms=tuple(ARMS)[:3], rates=(0.01, 0.03, 0.1), epochs=40,
                    diverge_at=0.1, seeds=(0, 1, 2))
        write_report(cls.folder)
        cls.seen = {width: cls.browse(width) for width in (1280, 400)}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def browse(cls, width):
        """Return (answers of the frame, what the browser said on stderr) at a width."""
        page = cls.folder / f"frame-{width}.html"
        page.write_text(FRAME.replace("WIDTH", str(width)), "utf-8")
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        found = re.search(r'<pre id="answers">(.+?)</pre>', done.stdout.decode("utf-8"), re.S)
        said = done.stderr.decode("utf-8", "replace")
        assert found, f"Chromium gave no answers; it said: {said[-2000:]}"
        return json.loads(found.group(1)), said

    def each(self):
        """Yield (width, answers) inside a named subtest."""
        for width, (answers, _) in self.seen.items():
            with self.subTest(width=width):
                yield width, answers

    def test_the_console_is_silent(self):
        for _, said in self.seen.values():
            self.assertEqual([line for line in said.splitlines() if "CONSOLE" in line], [])

    def test_all_arms_are_drawn_in_both_plots(self):
        for _, answers in self.each():
            curves, rates = answers["first"]["drawn"]
            arms = list(ARMS)[:3]
            self.assertEqual({arm for arm, _ in curves}, set(arms))
            self.assertEqual({metric for _, metric in curves}, {"train_error"})
            self.assertEqual({arm for arm, _ in rates}, set(arms))
            self.assertEqual(answers["first"]["buttons"], [[arm, "true"] for arm in arms])
            self.assertEqual(answers["first"]["lines"][0], 6)

    def test_nothing_is_wider_than_the_window(self):
        for width, answers in self.each():
            for state in answers.values():
                self.assertEqual(state["window"], width)
                self.assertLessEqual(state["page"], width)
                self.assertLessEqual(max(state["plots"]), width)
                self.assertGreater(min(state["plots"]), 0.8 * width)

    def test_metric_scale_and_arm_can_be_switched(self):
        for _, answers in self.each():
            second = answers["second"]
            self.assertEqual({tuple(each) for each in second["drawn"][0]},
                             {(arm, "train_cost") for arm in list(ARMS)[1:3]})
            self.assertEqual({arm for arm, _ in second["drawn"][1]}, set(list(ARMS)[1:3]))
            self.assertEqual(second["buttons"][0], ["plain", "false"])
            self.assertEqual(second["axes"][0][1:], ["training cost (mean over rows)", "log"])
            self.assertEqual(second["axes"][1][2], "log")

    def test_zero_is_lifted_onto_the_logarithmic_scale_and_put_back(self):
        for _, answers in self.each():
            self.assertEqual(answers["first"]["least"][0], 0)
            self.assertGreater(answers["third"]["least"][0], 0)
            self.assertEqual(answers["third"]["axes"][0][1:], ["training error (%)", "log"])
            self.assertEqual(answers["fourth"]["least"][0], 0)
            self.assertEqual(answers["fourth"]["axes"][0][2], "linear")
            self.assertEqual(answers["fourth"]["drawn"], answers["first"]["drawn"])

    def test_axes_have_names_and_units(self):
        for _, answers in self.each():
            self.assertEqual(answers["first"]["axes"],
                             [["epoch", "training error (%)", "linear"],
                              ["learning rate", "final validation error (%)", "linear"]])
