"""Check the series on a checkout of upstream YANN, which stays as it is.

    python -m patches.check --yann CHECKOUT --python PYTHON2.7

copies the checkout, runs upstream's tests there before and after the series, trains the tutorial
for an epoch, and takes the series off again. It fails if a test that passed does not pass any more,
if a new one fails, or if something is left of the series when it is undone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from patches import outcomes, upstream

__all__ = ["check", "parser", "run_python", "small_data"]

TUTORIAL = """
from pantry.tutorials.weight_norm import weight_norm
weight_norm({data!r}, epochs=1, num_neurons=50, verbose=0)
"""


def check(checkout, python, folder):
    """Check the series on a copy of `checkout` in `folder`; return what is wrong, sentences.

    Parameters
    ----------
    checkout : path-like
        Of upstream, at the commit that the series is made for.
    python : path-like
        A Python 2.7 that has what ``requirements-python2.7.txt`` lists.
    folder : path-like
        Where the copy, the outcomes and a small data set go.

    Raises
    ------
    ValueError
        If `checkout` is at another commit, or not what it was there.
    """
    upstream.examine(checkout)
    folder = Path(folder)
    copy = upstream.copy(checkout, folder / "yann")
    files = _files(copy)
    before = _test(copy, python, folder / "before.xml")
    upstream.apply(copy)
    after = _test(copy, python, folder / "after.xml")
    wrong = outcomes.compare(before, after)
    _say(f"new tests: {len(set(after) - set(before))}")
    wrong += _train(copy, python, folder / "digits")
    upstream.undo(copy)
    left = sorted(name for name, content in _files(copy).items() if files.get(name) != content)
    return wrong + [f"{name} is not as it was when the series is undone" for name in left]


def run_python(copy, python, *arguments, said="", floatX="float32"):
    """Run `python` in the folder `copy`, with `said` as input; return the finished process."""
    flags = ",".join(filter(None, [os.environ.get("THEANO_FLAGS"), f"device=cpu,floatX={floatX}"]))
    environment = dict(os.environ, PYTHONPATH=str(copy), MPLBACKEND="Agg", THEANO_FLAGS=flags,
                       PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run([os.path.abspath(python), *arguments], cwd=copy, env=environment,
                          input=said, capture_output=True, text=True)


def small_data(folder):
    """Write the digits of scikit-learn to `folder`, in YANN's format; return `folder`."""
    from yann_weightnorm import load_dataset  # Theano is not for those who only test
    from yann_weightnorm.toolbox.datasets.yann_format import save_yann_dataset

    save_yann_dataset(load_dataset("digits", mini_batch_size=100), folder)
    return folder.resolve()


def _test(copy, python, report):
    """Run upstream's tests in `copy`; return their outcomes."""
    done = run_python(copy, python, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                      f"--junitxml={report.resolve()}")
    if not report.exists():
        raise ValueError(f"{python}: wanted a Python that runs upstream's tests by pytest, got: "
                         f"{(done.stdout + done.stderr).strip()[-500:]}; install "
                         f"patches/requirements-python2.7.txt into it.")
    found = outcomes.read(report)
    _say(f"upstream's tests, {report.stem}: {outcomes.count(found)}")
    return found


def _train(copy, python, data):
    """Train the tutorial for an epoch on a small data set; return what went wrong."""
    done = run_python(copy, python, "-c", TUTORIAL.format(data=str(small_data(data))))
    said = [line for line in done.stdout.splitlines() if "weights:" in line]
    for line in said:
        _say(f"tutorial, an epoch: {line}")
    if done.returncode or len(said) != 2:
        return [f"the tutorial stopped: {done.stderr.strip()[-500:]}"]
    return []


def _files(folder):
    """Return the contents of yann's own files below `folder`, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for part in ("yann", "tests", "docs", "pantry")
            for path in sorted((folder / part).rglob("*"))
            if path.suffix in (".py", ".rst") and path.is_file()}


def _say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def parser(name, doc):
    """Return the parser of the command ``python -m patches.NAME`` whose module says `doc`."""
    made = argparse.ArgumentParser(prog=f"python -m patches.{name}",
                                   description=doc.splitlines()[0])
    made.add_argument("--yann", required=True, help="a checkout of upstream YANN")
    made.add_argument("--python", required=True, help="a Python 2.7 with upstream's requirements")
    return made


def main(arguments=None):
    """Run the command; return its exit status."""
    asked = parser("check", __doc__).parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            wrong = check(asked.yann, asked.python, folder)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for line in wrong:
        _say(f"WRONG: {line}")
    _say(f"{len(wrong)} wrong" if wrong else "all is well")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
