"""Look at the built pages: do their links lead somewhere, and do they fit a telephone?

    python docs/check_pages.py docs/_build/html

Links and pictures within the pages are followed, anchors included. The widths are a browser's, and
are left out where there is no Chromium.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links", "check", "too_wide"]

WIDTHS = (400, 1280)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--allow-file-access-from-files",
         "--virtual-time-budget=200000", "--dump-dom"]
# Loads one page after the other into a frame and writes down which are wider than it.
LOOKING = """<!DOCTYPE html><meta charset="utf-8"><body><pre id="found"></pre><iframe></iframe>
<script>
(async () => {
  const found = [], frame = document.querySelector("iframe");
  frame.style.height = "900px";
  frame.style.border = "0";
  for (const width of WIDTHS) {
    frame.style.width = width + "px";
    for (const page of PAGES) {
      await new Promise(done => { frame.onload = done; frame.src = page; });
      const wide = frame.contentDocument.documentElement.scrollWidth;
      if (wide > width) { found.push([page, width, wide]); }
    }
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


class Page(HTMLParser):
    """The links and anchors of a page.

    Attributes
    ----------
    links : list of str
        What it links to and shows.
    anchors : set of str
        What can be linked to in it.
    """

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note an element's links and its name."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def broken_links(folder):
    """Return what leads nowhere in the pages of `folder`: 'page: link', a list."""
    folder = Path(folder).resolve()
    pages = {path: Page(path.read_text(encoding="utf-8"))
             for path in sorted(folder.rglob("*.html"))}
    return [f"{path.relative_to(folder)}: {link}" for path, page in pages.items()
            for link in dict.fromkeys(page.links) if not _leads(path, link, pages)]


def too_wide(folder):
    """Return which pages of `folder` are wider than a window: [page, window, page's width]."""
    folder = Path(folder).resolve()
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    looking = LOOKING.replace("WIDTHS", json.dumps(WIDTHS)).replace("PAGES", json.dumps(names))
    with tempfile.TemporaryDirectory() as profile, \
            tempfile.NamedTemporaryFile("w", suffix=".html", dir=folder) as file:
        file.write(looking)
        file.flush()
        done = subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", Path(file.name).as_uri()],
            capture_output=True, text=True, timeout=300)
    found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    if not found:
        raise RuntimeError(f"Chromium did not look at the pages: {done.stderr[-1000:]}")
    return json.loads(found.group(1))


def check(folder):
    """Return what is wrong with the pages of `folder`, in words."""
    wrong = [f"leads nowhere: {each}" for each in broken_links(folder)]
    if CHROMIUM:
        wrong += [f"too wide: {page} has {wide} pixels in a window of {width}"
                  for page, width, wide in too_wide(folder)]
    return wrong


def _leads(path, link, pages):
    """Return whether a link of the page at `path` leads to a file, and to an anchor in it."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in pages:
        return target.is_file() and not parts.fragment
    return unquote(parts.fragment) in pages[target].anchors


def main():
    """Print what is wrong; return 1 if anything is."""
    wrong = check(sys.argv[1])
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
