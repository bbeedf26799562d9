"""Python in a process of its own: what happens at import can't be tried twice in one."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Set by a first preparation, or by whoever runs the tests; a child starts without.
SETTINGS = ("THEANO_FLAGS", "THEANORC", "OMP_WAIT_POLICY", "OPENBLAS_THREAD_TIMEOUT",
            "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "YANN_WEIGHTNORM_DISABLE",
            "YANN_WEIGHTNORM_BLAS", "BLAS_LIBS")


def child(code, *options, **environ):
    """Run `code`; return (what it printed as JSON, what it wrote to stderr)."""
    done = run(code, *options, **environ)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def run(code, *options, **environ):
    """Run `code` with Python's `options`; variables of None are unset."""
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    env.update(environ, PYTHONPATH=str(ROOT))
    return subprocess.run([sys.executable, *options, "-c", code], env=env, cwd=str(ROOT.parent),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)


# What a prepared process looks like from outside: one JSON object.
PREPARED = """
import json, os, sys
from yann_weightnorm import theano_setup
measures = theano_setup.prepare()
import theano
from theano.gof.op import COp
from theano.gof.cmodule import GCC_compiler
print(json.dumps({
    "on": {m.name: m.on for m in measures}, "why": {m.name: m.why for m in measures},
    "again": [list(m) for m in theano_setup.prepare()] == [list(m) for m in measures],
    "floatX": theano.config.floatX, "ldflags": theano.config.blas.ldflags,
    "cxxflags": theano.config.gcc.cxxflags, "openmp": theano.config.openmp,
    "wait": theano.config.compile.wait, "timeout": theano.config.compile.timeout,
    "version": COp.c_code_cache_version.__module__,
    "compile_str": hasattr(GCC_compiler.compile_str, "__wrapped__"),
    "environ": {n: v for n, v in os.environ.items() if n.startswith(("OMP", "OPENBLAS", "THEANO"))},
}))
"""
