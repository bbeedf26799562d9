"""The report's files: what is on the page, that it stands alone, what is refused."""

import csv
import json
import os
import re
import struct
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

from tests.report.made_up import ARMS, write_study
from tests.report.test_comparison import put
from yann_weightnorm.report import write_report
from yann_weightnorm.report.palette import looks


class Page(HTMLParser):
    """Collects what a browser would load, the text outside scripts, and the table's heads."""

    def __init__(self, html):
        super().__init__()
        self.loads, self.links, self.words, self.scopes, self.ids = [], [], [], [], []
        self.scripts, self._inside = [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._inside = tag if tag in ("script", "style") else None
        if tag == "script":
            self.scripts.append("")
        if tag == "a":
            self.links.append(values["href"])
        elif tag != "svg":
            self.loads += [values[name] for name in ("src", "href", "srcset", "data", "poster")
                           if name in values]
        if tag == "th":
            self.scopes.append(values.get("scope"))
        self.ids += [values["id"]] if "id" in values else []

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self.loads += re.findall(r"@import|url\(", data)
        else:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    @property
    def figures(self):
        return json.loads(self.scripts[1])


class TestPage(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def page(self):
        return Page(write_report(self.folder).page.read_text("utf-8"))

    def test_the_files(self):
        write_study(self.folder, networks=("mlp", "cnn/2"), epochs=3, seeds=(0, 1))
        report = write_report(str(self.folder))
        self.assertEqual(sorted(os.listdir(str(self.folder))),
                         ["curves-cnn-2.png", "curves-mlp.png", "epochs.csv", "records",
                          "report.html", "summary.csv"])
        self.assertEqual([path.name for path in report.pictures],
                         ["curves-mlp.png", "curves-cnn-2.png"])
        self.assertEqual(report.page, self.folder / "report.html")
        with open(str(report.summary), encoding="utf-8", newline="") as file:
            self.assertEqual(len(list(csv.reader(file))), 1 + 2 * 2)

    def test_the_pictures_are_wide_enough_for_print(self):
        write_study(self.folder, arms=tuple(ARMS), epochs=3, seeds=(0,))
        data = write_report(self.folder).pictures[0].read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", data[16:24])
        self.assertGreater(width, 1500)
        self.assertGreater(height, 400)

    def test_nothing_is_loaded_from_elsewhere(self):
        write_study(self.folder, epochs=3)
        page = self.page()
        self.assertEqual(page.loads, ["data:,"])
        self.assertEqual([link for link in page.links if ":" in link], [])
        self.assertEqual([link for link in page.links if not link.startswith("#")],
                         ["summary.csv", "epochs.csv", "curves-mlp.png"])
        outside = page.scripts[1] + page.scripts[2] + page.text
        self.assertNotIn("http", outside)

    def test_plotly_is_there_once(self):
        write_study(self.folder, networks=("a", "b", "c"), epochs=2, seeds=(0,))
        html = write_report(self.folder).page.read_text("utf-8")
        self.assertEqual(html.count("* plotly.js v"), 1)
        self.assertEqual(len(Page(html).scripts), 3)

    def test_the_figures_hold_every_arm_and_metric_in_one_colour(self):
        write_study(self.folder, arms=tuple(ARMS), epochs=4, seeds=(0, 1), rates=(0.01, 0.03))
        figures = self.page().figures
        self.assertEqual(list(figures), ["c0-curves", "c0-rates"])
        traces = figures["c0-curves"]["data"]
        self.assertEqual({(trace["meta"]["arm"], trace["meta"]["metric"]) for trace in traces},
                         {(arm, metric) for arm in ARMS
                          for metric in ("train_error", "valid_error", "train_cost")})
        for arm in ARMS:
            colours = {trace["line"]["color"] for figure in figures.values()
                       for trace in figure["data"] if trace["meta"]["arm"] == arm
                       and "color" in trace.get("line", {})}
            self.assertEqual(len(colours), 1, arm)

    def test_the_medians_drawn_are_those_of_the_records(self):
        for seed, train in enumerate(([8, 4], [6, 5], [9, 1])):
            put(self.folder, "plain", 0.1, seed, train, train, 1)
        band, line = self.page().figures["c0-curves"]["data"][:2]
        self.assertEqual((line["x"], line["y"]), ([1, 2], [8, 4]))
        self.assertEqual((band["x"], band["y"]), ([1, 2, 2, 1], [9, 5, 1, 6]))
        self.assertEqual(line["customdata"], [[8, 6, 9], [4, 1, 5]])

    def test_diverged_rates_are_crosses_at_the_top(self):
        write_study(self.folder, diverge_at=0.1, epochs=6)
        whiskers, crosses = [trace for trace in self.page().figures["c0-rates"]["data"]
                             if trace["meta"]["arm"] == "plain"]
        self.assertEqual((len(whiskers["x"]), len(crosses["x"])), (2, 1))
        self.assertGreater(crosses["y"][0], max(whiskers["y"]))
        self.assertIn("3 runs, 3 diverged", crosses["hovertext"][0])

    def test_what_a_reader_finds(self):
        write_study(self.folder, epochs=12, cut={("plain", 0.1, 2)})
        page = self.page()
        for words in ("Does weight normalization help?", "weight norm reached",
                      "18 runs: 17 finished, 1 unfinished", "Learning curves",
                      "yann-weightnorm study run supervised --out study", "abc1234",
                      "theano 1.0.5", "2 cores, AMD EPYC", "mnist-5k: 4000 train, 500 valid",
                      "2024-05-06 07:00 UTC", "median over seeds", "0.01, 0.03, 0.1",
                      "plain: 1 run not finished and not counted"):
            self.assertIn(words, page.text)
        self.assertEqual(len(page.ids), len(set(page.ids)))

    def test_table_heads_have_scopes(self):
        write_study(self.folder, epochs=12)
        self.assertEqual(set(self.page().scopes), {"col", "row", "colgroup"})

    def test_names_are_text_never_markup(self):
        name = "</script><b onclick=x>‖w‖ & 'quoted' \"too\" {{ 7*7 }} $x_1$ \u2028 重み"
        write_study(self.folder, arms=("plain", name), networks=(name,), epochs=2, seeds=(0, 1))
        page = self.page()
        self.assertEqual(len(page.scripts), 3)
        self.assertIn(name, {trace["meta"]["arm"] for trace in page.figures["c0-curves"]["data"]})
        self.assertIn("</script><b onclick=x>‖w‖ & 'quoted'", page.text)
        with open(str(self.folder / "summary.csv"), encoding="utf-8", newline="") as file:
            self.assertEqual(list(csv.DictReader(file))[1]["arm"], name)

    def test_pictures_of_networks_that_look_alike_are_kept_apart(self):
        write_study(self.folder, networks=("a/b", "a b", "..", "/"), epochs=2, seeds=(0,))
        names = [path.name for path in write_report(self.folder).pictures]
        self.assertEqual(names, ["curves-a-b.png", "curves-a-b-2.png", "curves-network.png",
                                 "curves-network-2.png"])

    def test_huge_and_missing_numbers(self):
        put(self.folder, "plain", 0.1, 0, [1e308, 1e300], [1e308, 1e307], 1e308)
        put(self.folder, "weight norm", 0.1, 0, [float("nan")] * 2, [float("nan"), 50], None)
        put(self.folder, "weight norm", 0, 0, [float("nan")] * 2, [float("nan")] * 2, None)
        page = self.page()
        self.assertIn("1e+308", page.text)
        self.assertNotIn("NaN", page.scripts[1])
        self.assertNotIn("Infinity", page.scripts[1])

    def test_damaged_records_are_told_on_the_page(self):
        write_study(self.folder, epochs=2)
        with open(str(self.folder / "records" / "run-0000.jsonl"), "ab") as file:
            file.write(b'{"kind": "ep')
        (self.folder / "records" / "run-9999.jsonl").write_text("", "utf-8")
        text = self.page().text
        self.assertIn("Not everything could be read.", text)
        self.assertIn("run-0000.jsonl, line 5: not a whole record (12 bytes); left out.", text)
        self.assertIn("run-9999.jsonl should begin with a header line", text)

    def test_only_diverged_or_unfinished_runs_make_a_page_without_graphs(self):
        write_study(self.folder, diverge_at=0, seeds=(0,), epochs=3)
        page = self.page()
        self.assertEqual(page.figures, {})
        self.assertIn("there are no curves to draw", page.text)
        self.assertIn("The records don't answer the question", page.text)

    def test_headers_without_the_optional_parts(self):
        write_study(self.folder, epochs=2, versions=None, machine=None, command=None, git=None,
                    rows=None)
        self.assertNotIn("None", self.page().text)

    def test_an_empty_folder_is_refused(self):
        with self.assertRaises(FileNotFoundError) as caught:
            write_report(self.folder)
        self.assertIn("found none; run a study into this folder first", str(caught.exception))
        self.assertEqual(os.listdir(str(self.folder)), [])

    def test_a_folder_without_a_readable_record_is_refused(self):
        (self.folder / "records").mkdir()
        (self.folder / "records" / "a.jsonl").write_text("{", "utf-8")
        with self.assertRaises(ValueError) as caught:
            write_report(self.folder)
        self.assertIn("at least one readable record", str(caught.exception))

    def test_a_second_report_replaces_the_first(self):
        write_study(self.folder, epochs=2)
        first = write_report(self.folder).page.read_bytes()
        self.assertEqual(write_report(self.folder).page.read_bytes(), first)
        self.assertFalse([name for name in os.listdir(str(self.folder)) if "tmp" in name])


def test_many_arms_look_different():
    class Named:
        def __init__(self, name):
            self.name = name

    class Comparison:
        arms = [Named(str(number)) for number in range(30)]

    assert len({(look.colour, look.dash) for look in looks([Comparison]).values()}) == 30
