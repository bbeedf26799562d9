"""``yann-weightnorm info`` tells what there is, in lines that name it."""

import contextlib
import io
import re

import theano

from tests.theano_setup.children import child
from yann_weightnorm import info, theano_setup


def printed(*argv):
    """Return what the command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert info.main(list(argv)) == 0
    return out.getvalue()


def row(text, label):
    """Return the text of the row `label`."""
    line, = [line for line in text.splitlines() if re.match(rf" *{re.escape(label)}  ", line)][:1]
    return line


def test_every_row_is_there():
    text = printed("--no-speed")
    for label in ("yann_weightnorm", "Python", "Theano", "C++ compiler", "BLAS", "linked by",
                  "OpenMP", "threads", "environment", "device", "floatX", "compile directory"):
        assert row(text, label), label
    assert theano.config.compiledir in row(text, "compile directory")
    assert theano.config.floatX in row(text, "floatX")
    assert theano.__version__ in row(text, "Theano")


def test_every_measure_is_there_with_its_reason():
    text = printed("--no-speed")
    for name, on, why in theano_setup.applied():
        assert f"  {name:<8} {'on ' if on else 'off'}  {why}" in text


def test_the_speed_is_measured():
    words = row(printed(), "now").split()
    assert float(words[1]) > 0 and words[2] == "GFLOP/s"


def test_a_card_that_is_not_there_is_told():
    code = "import json; from yann_weightnorm import info; print(json.dumps(info.the_device()))"
    said, _ = child(code, THEANO_FLAGS="device=cuda99")
    assert said == "cpu: Theano could not use cuda99, see its message"
