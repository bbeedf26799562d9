"""Every study at its smallest budget, as a user runs it: trained, reported, compared, gone on with.
"""

import os
import pathlib
import subprocess
import sys
from tempfile import TemporaryDirectory

from yann_weightnorm.records import read_records
from yann_weightnorm.studies import STUDIES

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(folder, *argv):
    """Return what the command prints, run where nothing else is."""
    done = subprocess.run(
        [sys.executable, "-m", "yann_weightnorm", "study", *argv], cwd=str(folder),
        env=dict(os.environ, PYTHONPATH=str(ROOT)), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr, done.stderr
    return done.stdout


def check_smoke(name):
    runs = STUDIES[name].override({}, "smoke").runs()
    with TemporaryDirectory() as place:
        out = command(place, "run", name, "--budget", "smoke")
        folder = pathlib.Path(place) / "study" / name
        assert f"{len(runs)} runs done, 0 were done before" in out
        read = read_records(folder)
        assert not read.problems
        assert {run.path.stem for run in read.runs} == {run.id for run in runs}
        assert all(run.end and run.header["plan"]["question"] == STUDIES[name].question
                   for run in read.runs)
        out = command(place, "run", name, "--budget", "smoke", "--quiet")
        assert out.strip().endswith("report.html")
        command(place, "report", name, "--page", "pages")
        page = (pathlib.Path(place) / "pages" / f"{name}.md").read_text("utf-8")
        assert "## Verdicts" in page and "not testable at this scale" in page
        check_a_run_repeats(place, name, folder)


def check_a_run_repeats(place, name, folder):
    """Do one arm of one part again in another folder: the records must agree in every line."""
    study = STUDIES[name].override({}, "smoke")
    run, parted_by = study.runs()[-1], study.plan.parted_by
    part = next(key for key, each in study.fields.items() if each.field == parted_by)
    command(place, "run", name, "--budget", "smoke", "--set", f"arms={run.arm}", "--set", "seeds=1",
            "--set", f"{part}={getattr(run, parted_by)}", "--out", "again", "--workers", "1")
    out = command(place, "compare", str(folder), "again")
    assert ", 0 in B alone." in out and "\n0 runs in both" not in out, out


def test_every_study_runs_at_its_smoke_budget():
    for name in STUDIES:
        check_smoke(name)
