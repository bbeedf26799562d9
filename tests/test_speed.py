"""``yann-weightnorm info --benchmark``: what it measures, its verdicts and its cures."""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from numpy.testing import assert_allclose

from benchmarks.networks import flops, named
from tests.small import without_c_code
from yann_weightnorm import cli, speed
from yann_weightnorm.theano_setup import blas, threads
from yann_weightnorm.theano_setup.candidates import Candidate
from yann_weightnorm.theano_setup.measures import Measure
from yann_weightnorm.theano_setup.probe import Verdict

CHOSEN = blas.Choice(Candidate("another BLAS", "-lblas", ()), Verdict(True, rate=80.0, peak=100.0))
OFF = [Measure(name, False, f"{name} is off for a test")
       for name in ("blas", "malloc", "vector", "threads")]


@contextlib.contextmanager
def machine(chosen=CHOSEN, cores=2, **environ):
    """Pretend to be on another machine, whose measures are off."""
    with mock.patch.object(blas, "choice", lambda: chosen), \
            mock.patch.object(threads, "cores", lambda: cores), \
            mock.patch.object(speed.theano_setup, "applied", lambda: OFF), \
            mock.patch.dict(os.environ, environ, clear=True):
        yield


# -- measurements ----------------------------------------------------------------------------------

def faults(**environ):
    """Return the page faults of a process of its own."""
    command = "from yann_weightnorm import speed; print(speed.page_faults(64))"
    done = subprocess.run([sys.executable, "-c", command], env=dict(os.environ, **environ),
                          stdout=subprocess.PIPE, check=True, universal_newlines=True)
    return float(done.stdout)


def test_freed_memory_is_kept_or_faulted_in_again():
    with_measure = [m for m in speed.theano_setup.applied() if m.name == "malloc"][0].on
    assert not speed.judge_memory(faults(YANN_WEIGHTNORM_DISABLE="malloc")).fast
    assert speed.judge_memory(faults()).fast == with_measure


def test_a_steps_products_are_counted():
    with without_c_code():
        taken, work = speed.step_times(rounds=1)
    assert taken > 0
    assert_allclose(1e9 * work, flops(named("mlp-500")))


def test_the_rest_is_measured():
    with without_c_code():
        assert speed.product_rate(size=64, rounds=1) > 0
        assert speed.tanh_time(numbers=100, rounds=1) > 0
        assert speed.spinning(size=8, pause=1e-3, rounds=3) >= 0


# -- verdicts --------------------------------------------------------------------------------------

def test_a_product_is_judged_by_what_the_processors_reach():
    with machine():
        assert speed.judge_product(101).fast is True
        slow = speed.judge_product(99)
        assert slow.fast is False and "2 processors reach 200" in slow.figure
        assert "scipy-openblas32" in slow.cure and "blas is off for a test" in slow.cure
    with machine(cores=4):
        assert speed.judge_product(101).fast is False
    with machine(OPENBLAS_CORETYPE="Prescott"):
        assert "OPENBLAS_CORETYPE=Prescott" in speed.judge_product(1).cure
    with machine(OMP_NUM_THREADS="1"):
        assert "OMP_NUM_THREADS=1" in speed.judge_product(1).cure
    with machine(chosen=None):
        assert speed.judge_product(500).fast is False
    unknown = CHOSEN._replace(verdict=CHOSEN.verdict._replace(peak=0.0))
    with machine(chosen=unknown):
        assert speed.judge_product(500).fast is None
    with machine(chosen=None), mock.patch.object(speed, "on_a_gpu", lambda: True):
        assert speed.judge_product(500).fast is None


def test_the_rest_is_judged_by_its_limits():
    with machine():
        for judge, good, bad, measure in (
                (speed.judge_tanh, 2.9, 3.1, "vector"), (speed.judge_memory, 15, 17, "malloc"),
                (speed.judge_threads, 0.29, 0.31, "threads")):
            assert judge(good).fast is True and judge(bad).fast is False
            assert f"{measure} is off for a test" in judge(bad).cure
        assert speed.judge_memory(None).fast is None
        # A product of 2 GFLOP takes 10 ms at 200 GFLOP/s.
        assert speed.judge_step(200, (0.039, 2)).fast and not speed.judge_step(200, (0.041, 2)).fast
        assert "41.0 ms, 4.1 times" in speed.judge_step(200, (0.041, 2)).figure


def test_what_is_slow_is_told_with_its_cure():
    findings = [speed.Finding("one", "1 ms", True, "nothing"),
                speed.Finding("another", "22 ms", False, "do this"),
                speed.Finding("third", "3 ms", None, "nothing")]
    assert "busy" not in speed.told(findings, load=0.4)
    text = speed.told(findings, load=0.6)
    assert text.splitlines()[:3] == ["  one      1 ms   fast", "  another  22 ms  SLOW",
                                     "    -> do this"]
    assert "1 of 3 are slow" in text and "Other programs were busy" in text
    assert "nothing to compare with" in text and "-> nothing" not in text
    assert speed.told(findings[:1]).endswith("This set-up is fast.")


def test_the_command_prints_the_findings():
    out, finding = io.StringIO(), speed.Finding("tanh", "1 ns", True, "")
    with mock.patch.object(speed, "find_out", lambda: [finding]), contextlib.redirect_stdout(out):
        assert cli.main(["info", "--benchmark"]) == 0
    assert "is it fast?\n  tanh  1 ns  fast\nThis set-up is fast." in out.getvalue()
