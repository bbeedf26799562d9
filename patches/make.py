"""Make the patches from the folders in ``source``: ``python -m patches.make``.

A folder's ``files`` are new files of upstream. Its ``lines`` are lines that are put into files
upstream has, those of network.py in network.py.lines: a line ``@@ after 26`` begins those that come
after the 26th of upstream's. A patch holds nothing else: no line of upstream, as context or
otherwise, and no name of an object of its repository.
"""

import re
import sys
from pathlib import Path

__all__ = ["made", "patch_text", "series"]

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
ENDING = ".lines"
PLACE = re.compile(r"^@@ after (\d+)$")


def made():
    """Return the patches as ``source`` has them now: file name -> text, in order."""
    folders = sorted(path for path in SOURCE.iterdir() if path.is_dir())
    return {f"{folder.name}.patch": patch_text(folder, number, len(folders))
            for number, folder in enumerate(folders, start=1)}


def series():
    """Return the paths of the patches, in the order in which they are applied."""
    return sorted(HERE.glob("*.patch"))


def patch_text(folder, number=1, count=1):
    """Return the patch of a folder of ``source``.

    Parameters
    ----------
    folder : Path
        Has message.txt, and the folders ``files``, ``lines`` or both.
    number, count : int
        The patch's place in the series, for its subject.

    Raises
    ------
    ValueError
        If a file of lines doesn't begin with a place, or its places don't go down the file.
    """
    message = (folder / "message.txt").read_text(encoding="utf-8")
    parts = [f"Subject: [PATCH {number}/{count}] {message}---\n"]
    parts += [_new_file(name, text) for name, text in _texts(folder / "files")]
    parts += [_more_lines(name[:-len(ENDING)], text) for name, text in _texts(folder / "lines")]
    return "".join(parts)


def _texts(folder):
    """Return (name, text) of all files below `folder`, in the order of names."""
    paths = sorted(path for path in folder.rglob("*")
                   if path.is_file() and "__pycache__" not in path.parts)
    return [(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
            for path in paths]


def _new_file(name, text):
    lines = text.splitlines()
    return (f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
            f"@@ -0,0 +1,{len(lines)} @@\n" + _added(lines))


def _more_lines(name, text):
    parts, shift = [f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n"], 0
    for place, lines in _hunks(name, text):
        parts.append(f"@@ -{place},0 +{place + shift + 1},{len(lines)} @@\n" + _added(lines))
        shift += len(lines)
    return "".join(parts)


def _added(lines):
    return "".join(f"+{line}\n" for line in lines)


def _hunks(name, text):
    """Return [(the line of upstream's after which they come, lines)] of a file of lines."""
    hunks = []
    for line in text.splitlines():
        found = PLACE.match(line)
        if found:
            hunks.append((int(found.group(1)), []))
        elif hunks:
            hunks[-1][1].append(line)
        else:
            raise ValueError(f"{name} in {SOURCE.name}: wanted '@@ after NUMBER' first, got "
                             f"{line!r}; say after which line of upstream's it comes.")
    places = [place for place, _ in hunks]
    if places != sorted(set(places)):
        raise ValueError(f"{name} in {SOURCE.name}: its places are {places}, wanted each below "
                         f"the one before; put them in upstream's order.")
    return hunks


def main():
    """Write the patches, and remove those that ``source`` doesn't have."""
    patches = made()
    for old in series():
        if old.name not in patches:
            old.unlink()
    for name, text in patches.items():
        (HERE / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
