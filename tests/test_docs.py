"""What the pages tell a reader to type works: Python is run, commands and links are checked."""

import functools
import importlib.util
import pathlib
import re
import subprocess
import sys
import unittest

import numpy as np

from tests.small import temporary_folder
from yann_weightnorm.toolbox import registry

ROOT = pathlib.Path(__file__).resolve().parent.parent
README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"
DOCS = ROOT / "docs"
# Pages of which each shows one thing, with Python that begins where README's ends.
SINGLE = sorted(p for folder in ("layers", "modules", "data", "studies")
                for p in (DOCS / folder).glob("*.md"))
PAGES = [README, CONTRIBUTING, *sorted(DOCS.glob("*.md")), *SINGLE]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")


def blocks(page, language):
    """Return the fenced blocks of `page` in `language`."""
    return [text for found, text in BLOCK.findall(page.read_text(encoding="utf-8"))
            if found == language]


def arrays(rows, seed):
    """Return images and labels such as the pages speak of: 28x28 bytes, ten classes."""
    rng = np.random.RandomState(seed)
    labels = np.arange(rows) % 10
    return (rng.randint(0, 60, (rows, 28, 28)) + 19 * labels[:, None, None]).astype("uint8"), labels


def run(page, names):
    """Run the Python blocks of `page` in order, from `names`; return the names they leave."""
    names, known = dict(names, __name__="tests.page"), dict(registry._classes)
    try:
        with temporary_folder():
            for text in blocks(page, "python"):
                exec(compile(text, str(page.relative_to(ROOT)), "exec"), names)
    finally:  # a layer type that a page adds is not for the other tests
        registry._classes.clear()
        registry._classes.update(known)
    return names


@functools.lru_cache(maxsize=None)
def after_readme():
    """Return what a reader of README has: arrays, then all that its snippet makes."""
    names = {}
    for seed, (split, rows) in enumerate((("train", 200), ("valid", 100), ("test", 100))):
        names[f"{split}_x"], names[f"{split}_y"] = arrays(rows, seed)
    return run(README, names)


def test_readme_network_trains():
    names = after_readme()
    costs = names["history"].column("cost")
    assert len(costs) == 6 and costs[-1] < costs[0]
    assert 0 <= names["accuracy"] <= 100
    assert [names[n].name for n in "vgb"] == ["fc.v", "fc.g", "fc.b"]


def test_getting_started_runs():
    assert len(run(ROOT / "docs" / "getting_started.md", after_readme())["history"]) == 5


def test_weightnorm_page_runs():
    run(ROOT / "docs" / "weightnorm.md", after_readme())


def test_starts_page_runs():
    run(DOCS / "starts.md", after_readme())


def test_checkpoints_page_runs():
    run(ROOT / "docs" / "checkpoints.md", after_readme())


def test_interchange_page_runs():
    if not all(map(importlib.util.find_spec, ("onnx", "onnxruntime"))):
        raise unittest.SkipTest("onnx and onnxruntime are not installed; the page uses both.")
    run(DOCS / "interchange.md", after_readme())


def test_gan_page_runs():
    names = run(DOCS / "gan.md", after_readme())
    assert len(names["history"].column("generator_cost")) == 2
    assert len(names["history"].pre_training) == 1


def test_a_layer_type_is_added_as_contributing_says():
    names = run(CONTRIBUTING, after_readme())
    assert names["Scale"].type == "scale" and "scale" not in registry.layer_names()


def single(page):
    """Return the test that runs the Python of `page`."""
    def test():
        run(page, after_readme())
    test.__name__ = f"test_{page.parent.name}_{page.stem}_runs"
    return test


# A test for each page, under a name that nose and pytest find.
globals().update({test.__name__: test for test in map(single, SINGLE)})
del single


def test_no_page_has_python_that_is_not_run():
    tested = {"README.md", "CONTRIBUTING.md", "getting_started.md", "weightnorm.md",
              "checkpoints.md", "gan.md", "interchange.md",
              "starts.md"}
    found = {page.name for page in PAGES if blocks(page, "python") and page not in SINGLE}
    assert found == tested, found


def test_every_quirk_of_yann_is_listed_once_with_tests_that_exist():
    text = (DOCS / "upstream.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| Q(\d+) \| .+ \| (.+) \| .+ \| (.+) \|$", text, re.M)
    assert [int(number) for number, _, _ in rows] == list(range(1, 67))
    assert {status for _, status, _ in rows} == {"kept", "mended", "not applicable"}
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    missing = [name for _, _, names in rows for name in re.findall(r"`(\w+)`", names)
               if f"def {name}(" not in tests]
    assert missing == [], missing


def test_every_layer_type_and_alias_is_listed_with_a_page():
    index = (DOCS / "layers" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(`.+?`)\]\((\w+)\.md\) \| (.*?) \|", index, re.M)
    listed = {name for types, page, others in rows
              for name in re.findall(r"`(\w+)`", types + others)
              if (DOCS / "layers" / f"{page}.md").is_file()}
    known = {name for name in registry.layer_names()
             if ".studies." not in registry.layer_class(name).__module__}  # a study's own
    assert listed == known, listed ^ known


# -- commands ---------------------------------------------------------------------------------

def commands(beginning):
    """Return the (page, command) of all shell blocks whose command starts with `beginning`."""
    lines = [(page.name, line.split("#")[0].strip()) for page in PAGES
             for text in blocks(page, "sh") for line in text.splitlines()]
    return [(name, line) for name, line in lines if line.split(" ")[0] == beginning]


def test_shell_blocks_hold_only_commands_that_are_checked_here():
    checked = [line for name in ("make", "pip", "yann-weightnorm") for line in commands(name)]
    every = [line for page in PAGES for text in blocks(page, "sh") for line in text.splitlines()
             if line.split("#")[0].strip()]
    assert len(checked) == len(every), every


def test_make_targets_exist():
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    for page, line in commands("make"):
        assert line.split()[1] in targets, f"{page}: {line}"


def test_extras_exist():
    extras = re.search(r"extras_require=\{(.*?)\}", (ROOT / "setup.py").read_text("utf-8"),
                       re.DOTALL).group(1)
    for page, line in commands("pip"):
        for extra in re.findall(r"\[(\w+)\]", line):
            assert f'"{extra}"' in extras, f"{page}: {line}"


def test_commands_and_their_options_exist():
    for page, line in commands("yann-weightnorm"):
        words = line.split()[1:]
        # What follows a script's name is the script's.
        words = words[:next((i for i, word in enumerate(words) if word.endswith(".py")), None)]
        first_option = next((i for i, word in enumerate(words) if word.startswith("-")), len(words))
        text = help_of(*words[:first_option])
        missing = [word for word in words if word.startswith("--") and word not in text]
        assert not missing, f"{page}: {line}: no {missing}"


@functools.lru_cache(maxsize=None)
def help_of(*subcommand):
    """Return what ``yann-weightnorm SUBCOMMAND --help`` prints."""
    done = subprocess.run([sys.executable, "-m", "yann_weightnorm", *subcommand, "--help"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- links and the example ---------------------------------------------------------------------

def test_links_and_pictures_exist():
    broken = [f"{page.name}: {target}" for page in PAGES
              for target in LINK.findall(page.read_text(encoding="utf-8"))
              if not (page.parent / target).exists()]
    assert broken == [], broken


def test_every_page_is_in_the_table_of_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = " ".join(re.findall(r"```\{toctree\}(.*?)```", index, re.DOTALL)).split()
    pages = [p for p in PAGES if p.parent == DOCS] + [p / "index" for p in DOCS.iterdir()
                                                      if (p / "index.md").exists()]
    names = [str(p.relative_to(DOCS).with_suffix("")) for p in pages]
    missing = [name for name in names if name not in listed]
    assert missing == ["index"], missing


def test_every_single_page_is_listed_by_its_folder():
    for page in SINGLE:
        index = (page.parent / "index.md").read_text(encoding="utf-8")
        assert page.stem == "index" or re.search(rf"^{page.stem}$", index, re.M), page


def test_the_example_says_what_it_wants_where_there_is_no_data():
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "mnist.py"), "--data", str(ROOT / "nowhere")],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0 and "--data" in done.stderr.splitlines()[-1], done.stderr
