"""A process that prepares Theano gets every measure; what the user set is left alone."""

import os
import tempfile
from unittest import TestCase

from tests.theano_setup.children import PREPARED, child, run
from yann_weightnorm.theano_setup.measures import DISABLE, NAMES

# NumPy for 3.11 has lost what Theano's own search for a BLAS reads.
NONE_FOUND = "blas.ldflags="


class TestPrepare(TestCase):
    def test_a_fresh_process_gets_float32_blas_and_openmp(self):
        seen, errors = child(PREPARED)
        assert errors == ""
        assert seen["again"]
        assert (seen["floatX"], seen["wait"], seen["timeout"]) == ("float32", 1, 120)
        assert seen["on"]["blas"] and seen["ldflags"] != ""
        assert seen["environ"]["OMP_WAIT_POLICY"] == "passive"
        assert seen["version"] == "yann_weightnorm.theano_setup.cache"
        assert seen["compile_str"] == (seen["on"]["headers"] or seen["on"]["scan"])
        assert "THEANO_FLAGS" not in seen["environ"], "a child would add our flags twice"

    def test_nothing_is_said_when_warnings_are_errors(self):
        seen, errors = child(PREPARED, "-W", "error")
        assert errors == ""

    def test_an_unknown_measure_is_refused(self):
        done = run("import yann_weightnorm", YANN_WEIGHTNORM_DISABLE="blaas")
        assert "perhaps you meant 'blas'" in done.stderr


class TestTheUserWins(TestCase):
    def test_over_every_flag_and_variable(self):
        given = ("floatX=float64,openmp=False,compile.wait=7,gcc.cxxflags=-DMINE,"
                 "blas.ldflags=-lm -lc")
        seen, errors = child(PREPARED, THEANO_FLAGS=given, OMP_WAIT_POLICY="active",
                             OPENBLAS_THREAD_TIMEOUT="9", OMP_NUM_THREADS="2")
        assert (seen["floatX"], seen["openmp"], seen["wait"]) == ("float64", False, 7)
        assert seen["timeout"] == 7 * 24
        assert seen["ldflags"] == "-lm -lc"
        assert "lacks routines of BLAS" in errors, "the user's BLAS is checked, and kept"
        assert seen["cxxflags"].endswith("-DMINE")
        assert seen["environ"]["THEANO_FLAGS"] == given
        assert seen["environ"]["OMP_WAIT_POLICY"] == "active"
        assert seen["environ"]["OPENBLAS_THREAD_TIMEOUT"] == "9"
        assert seen["environ"]["OMP_NUM_THREADS"] == "2"

    def test_by_a_file_as_well(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rc")
            with open(path, "w") as file:
                file.write("[global]\nfloatX = float64\nopenmp = False\n[gcc]\ncxxflags = -DMINE\n")
            seen, _ = child(PREPARED, THEANORC=path)
        assert (seen["floatX"], seen["openmp"]) == ("float64", False)
        assert seen["cxxflags"].endswith("-DMINE")

    def test_one_thread_asked_for_means_no_openmp(self):
        seen, _ = child(PREPARED, OMP_NUM_THREADS="1")
        assert not seen["openmp"]


class TestSwitchedOff(TestCase):
    def test_all_at_once(self):
        seen, errors = child(PREPARED, THEANO_FLAGS=NONE_FOUND,
                             **{DISABLE: ",".join(NAMES)})
        assert set(seen["on"].values()) == {False}
        assert (seen["floatX"], seen["openmp"], seen["wait"]) == ("float64", False, 5)
        assert (seen["cxxflags"], seen["ldflags"]) == ("", "")
        assert seen["version"] == "theano.gof.op" and not seen["compile_str"]
        assert "OMP_WAIT_POLICY" not in seen["environ"]

    def test_one_by_one(self):
        for name in NAMES:
            seen, _ = child(PREPARED, **{DISABLE: name})
            off = {other for other, on in seen["on"].items() if not on}
            others = off - {name}
            assert name in off and others <= {"scan", "vector", "malloc", "opencl"}, (name, off)
            assert DISABLE in seen["why"][name]

    def test_without_our_blas_theano_still_imports(self):
        seen, _ = child(PREPARED, **{DISABLE: "blas"})
        assert "scipy_sgemm_" not in seen["cxxflags"]


class TestTheanoFirst(TestCase):
    def test_a_double_precision_theano_is_told_of_in_one_line(self):
        seen, errors = child("import theano" + PREPARED, THEANO_FLAGS=NONE_FOUND)
        assert errors.count("Warning") == 1 and "computes in float64, at half" in errors
        assert seen["floatX"] == "float64" and not seen["on"]["floatx"]

    def test_nothing_is_said_where_nothing_is_lost(self):
        seen, errors = child("import theano" + PREPARED,
                             THEANO_FLAGS=NONE_FOUND + ",floatX=float32")
        assert "Warning" not in errors
        assert seen["openmp"] and seen["wait"] == 5
        assert seen["version"] == "yann_weightnorm.theano_setup.cache"

    def test_an_import_that_failed_leaves_nothing_in_the_way(self):
        failing = "try:\n    import theano\nexcept AttributeError:\n    pass\n"
        seen, errors = child(failing + PREPARED)
        assert seen["ldflags"] or "theano" in errors
