"""The check of the built pages finds what is wrong with them."""

import importlib.util
import pathlib
import unittest

from tests.small import temporary_folder

PATH = pathlib.Path(__file__).resolve().parent.parent / "docs" / "check_pages.py"
HEAD = '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'


def checker():
    """Return the module docs/check_pages.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("check_pages", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def put(folder, **pages):
    """Write pages, by name, below `folder`."""
    (folder / "below").mkdir()
    for name, text in pages.items():
        (folder / (name.replace("__", "/") + ".html")).write_text(HEAD + text, encoding="utf-8")


def test_links_are_followed_to_files_and_anchors():
    with temporary_folder() as folder:
        put(folder, first='<p id="here">'
            '<a href="below/second.html#there">1</a> <a href="#here">2</a> <a href="#">3</a>'
            '<a href="https://example.org/no">4</a> <a href="mailto:a@b">5</a>'
            '<a href="below/none.html">6</a> <img src="none.png"> <a href="#lost">7</a>',
            below__second='<h1 id="there"></h1><a href="../first.html?x#here">1</a>'
                          '<a href="../first.html#lost">2</a>')
        assert checker().broken_links(folder) == [
            "below/second.html: ../first.html#lost", "first.html: below/none.html",
            "first.html: none.png", "first.html: #lost"]


def test_what_a_window_cannot_hold_is_told():
    check_pages = checker()
    if not check_pages.CHROMIUM:
        raise unittest.SkipTest("needs Chromium")
    with temporary_folder() as folder:
        put(folder, fits="<p>Short.</p>", wide='<div style="width: 800px">Long.</div>',
            below__wider='<div style="width: 1500px">Longer.</div>')
        found = [(page, window) for page, window, _ in check_pages.too_wide(folder)]
        assert found == [("below/wider.html", 400), ("wide.html", 400), ("below/wider.html", 1280)]
        assert check_pages.check(folder)[0].startswith("too wide: below/wider.html has 15")
        assert sorted(path.name for path in folder.iterdir()) == ["below", "fits.html", "wide.html"]
