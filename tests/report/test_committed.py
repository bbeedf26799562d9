"""The studies' pages in the repository say what the records beside them say."""

import pathlib
import re

from yann_weightnorm.report.claims import CLAIMS
from yann_weightnorm.report.study_page import page_text
from yann_weightnorm.report.summary import index_text, read_studies

STUDIES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "studies"
AGAIN = "is not what its records say; run: yann-weightnorm study pages docs/studies"
MOST = 4e6  # bytes of all of it


def test_pages_agree_with_their_records():
    read = read_studies(STUDIES)
    texts = {"index": index_text(read)}
    for study, (records, comparisons) in read.items():
        assert not records.problems, records.problems
        texts[study] = page_text(study, records, comparisons, CLAIMS[study])
    assert {path.stem for path in STUDIES.glob("*.md")} == set(texts)
    for name, text in texts.items():
        path = STUDIES / f"{name}.md"
        assert path.read_text("utf-8") == text, f"{path} {AGAIN}"


def test_every_picture_is_shown_and_all_of_it_is_small():
    shown = {name for page in STUDIES.glob("*.md")
             for name in re.findall(r"\(([^()]+\.png)\)", page.read_text("utf-8"))}
    there = {path.name for path in STUDIES.glob("*.png")}
    assert there == shown, f"pictures that no page shows, or that are missing: {there ^ shown}"
    files = [*STUDIES.glob("records/*/records.tar.xz"), *STUDIES.glob("*.*")]
    assert sum(path.stat().st_size for path in files) < MOST


def test_nothing_names_a_place_on_somebodys_machine():
    place = re.compile(r"(?<![\w.~])/(home|root|tmp|work|Users|var)/")
    for page in STUDIES.glob("*.md"):
        assert not place.search(page.read_text("utf-8")), page
