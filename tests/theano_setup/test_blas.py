"""A BLAS is linked, loaded and asked for a product before Theano gets it; verdicts are kept."""

import os
import stat
import tempfile
import warnings
from unittest import SkipTest, TestCase

from yann_weightnorm.theano_setup import blas, toolchain
from yann_weightnorm.theano_setup.candidates import NAMED, Candidate, scipy_openblas32
from yann_weightnorm.theano_setup.flags import Flags
from yann_weightnorm.theano_setup.probe import probe

COMPILER = toolchain.compiler(Flags({}))

# A whole BLAS as far as the probe is concerned; {body} is what its products do.
SOURCE = """
#include <stdlib.h>
#define GEMM(name, real) \\
void name(char *s, char *t, const int *m, const int *n, const int *k, const real *alpha, \\
          const real *a, const int *lda, const real *b, const int *ldb, const real *beta, \\
          real *c, const int *ldc) {{ {body} }}
GEMM(sgemm_, float)
GEMM(dgemm_, double)
double ddot_(const int *n, const double *x, const int *i, const double *y, const int *j) {{
    double sum = 0;
    for (int l = 0; l < *n; l++) sum += x[l] * y[l];
    return sum;
}}
"""
RIGHT_BUT_SLOW = """
    for (int j = 0; j < *n; j++)
        for (int i = 0; i < *m; i++) {
            volatile real sum = 0;
            for (int l = 0; l < *k; l++) sum += a[i + l * *lda] * b[l + j * *ldb];
            c[i + j * *ldc] = sum;
        }""".replace("\n", " \\\n")


class TestBlas(TestCase):
    def setUp(self):
        if COMPILER is None:
            raise SkipTest("needs a C++ compiler")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def made(self, body):
        """Return a candidate whose products do `body`."""
        source = os.path.join(self.folder.name, "blas.c")
        library = os.path.join(self.folder.name, "libmade.so")
        with open(source, "w") as file:
            file.write(SOURCE.format(body=body))
        built = toolchain.run([COMPILER, "-x", "c", "-O1", "-shared", "-fPIC", source,
                               "-o", library])
        assert built is not None
        where = self.folder.name
        return Candidate("made", f"-L{where} -lmade -Wl,-rpath,{where}", library=library)

    def flags(self, text=""):
        """Return Flags whose notes lie in this test's folder."""
        home = f"base_compiledir={self.folder.name}"
        return Flags({"THEANO_FLAGS": f"{home},{text}" if text else home, "THEANORC": ""})

    def apply(self, flags):
        """Apply the measure as in a process where nothing was chosen yet; return what it says."""
        kept, blas._chosen[:] = list(blas._chosen), []
        try:
            return blas.apply(flags)
        finally:
            blas._chosen[:] = kept


class TestProbe(TestBlas):
    def test_scipy_openblas32_passes_and_tells_its_kernel(self):
        candidate, = scipy_openblas32()
        verdict = probe(COMPILER, candidate)
        assert verdict.ok, verdict.why
        assert verdict.kernel and verdict.version.startswith("OpenBLAS 0.3")
        assert 0 < verdict.rate and 0 < verdict.peak

    def test_a_library_that_is_not_there_fails(self):
        verdict = probe(COMPILER, Candidate("none", "-lno_such_library_anywhere"))
        assert (verdict.ok, verdict.why) == (False, "it doesn't link")

    def test_a_library_without_the_routines_fails(self):
        verdict = probe(COMPILER, Candidate("libm", "-lm"))
        assert not verdict.ok and "lacks routines" in verdict.why

    def test_wrong_products_fail(self):
        verdict = probe(COMPILER, self.made("c[0] = 1;"))
        assert (verdict.ok, verdict.why) == (False, "its products are wrong")

    def test_nan_fails(self):
        verdict = probe(COMPILER, self.made("for (int i = 0; i < *m * *n; i++) c[i] = 0.0 / 0.0;"))
        assert (verdict.ok, verdict.why) == (False, "its products are wrong")

    def test_a_crash_fails_and_stays_in_the_child(self):
        assert not probe(COMPILER, self.made("abort();")).ok


class TestChoice(TestBlas):
    def test_a_slow_one_is_announced_once(self):
        slow = self.made(RIGHT_BUT_SLOW)
        with self.assertLogs(blas.__name__, "WARNING") as said:
            verdict = blas.judge(self.flags(), COMPILER, slow)
        assert verdict.ok and verdict.slow
        assert len(said.output) == 1 and "made is slow here" in said.output[0]
        with self.assertLogs(blas.__name__, "WARNING") as said:
            blas._log.warning("so that there is something")
            assert blas.judge(self.flags(), COMPILER, slow) == verdict
        assert len(said.output) == 1

    def test_a_verdict_is_kept_and_no_compiler_called(self):
        calls = os.path.join(self.folder.name, "calls")
        logging_compiler = os.path.join(self.folder.name, "g++")
        with open(logging_compiler, "w") as file:
            file.write(f'#!/bin/sh\necho called >> {calls}\nexec {COMPILER} "$@"\n')
        os.chmod(logging_compiler, os.stat(logging_compiler).st_mode | stat.S_IXUSR)
        candidate, = scipy_openblas32()
        first = blas.judge(self.flags(), logging_compiler, candidate)
        with open(calls) as file:
            before = file.read()
        assert before and blas.judge(self.flags(), logging_compiler, candidate) == first
        with open(calls) as file:
            assert file.read() == before

    def test_what_the_user_names_for_us_comes_first(self):
        good, flags = self.made(RIGHT_BUT_SLOW), self.flags()
        os.environ[NAMED] = good.ldflags
        self.addCleanup(os.environ.pop, NAMED)
        with self.assertLogs(blas.__name__, "WARNING"):
            on, why = self.apply(flags)
        assert on and NAMED in why
        assert flags.get("blas.ldflags") == good.ldflags

    def test_a_named_one_that_fails_is_told_of_and_passed_over(self):
        os.environ[NAMED] = "-lno_such_library_anywhere"
        self.addCleanup(os.environ.pop, NAMED)
        flags = self.flags()
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            on, why = self.apply(flags)
        assert "names a BLAS, but it doesn't link; looking for another" in str(said[0].message)
        assert on and "no_such_library" not in flags.get("blas.ldflags")

    def test_the_users_own_flag_stays(self):
        flags = self.flags("blas.ldflags=")
        on, why = self.apply(flags)
        assert not on and why == "blas.ldflags is set in THEANO_FLAGS, to none"
        assert flags.get("blas.ldflags") == ""

    def test_without_a_compiler_there_is_none(self):
        flags = self.flags("cxx=")
        assert self.apply(flags) == (False, "needs a C++ compiler (g++)")
        assert flags.get("blas.ldflags") == ""
