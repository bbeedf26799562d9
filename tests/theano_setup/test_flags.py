"""The user's flags are read as Theano reads them, and ours never override one."""

import os
import tempfile
from unittest import TestCase

from theano.configparser import parse_config_string

from yann_weightnorm.theano_setup.flags import Flags, escape, parse

TEXTS = ("", "floatX=float64", "a=1,,b=2 , c = 3", "a=1,a=2", r"blas.ldflags=-L/x -Wl\,-rpath\,/x",
         'a="1,2",b=\'3 4\'', "alone,a=b=c", r"p=a\\b\#c")


def flags(text="", rc=None):
    """Return Flags of a user with `text` in THEANO_FLAGS and `rc` in .theanorc."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "theanorc")
        if rc is not None:
            with open(path, "w") as file:
                file.write(rc)
        return Flags({"THEANO_FLAGS": text, "THEANORC": path})


class TestReading(TestCase):
    def test_text_is_split_as_theano_splits_it(self):
        for text in TEXTS:
            assert parse(text) == parse_config_string(text, issue_warnings=False), text

    def test_files_have_a_global_section_and_others(self):
        given = flags(rc="[global]\nfloatX = float64\n[blas]\nldflags = -lfoo\n")
        assert given.user("floatX") == "float64"
        assert given.user("blas.ldflags") == "-lfoo"
        assert given.user("gcc.cxxflags") is None
        assert given.where("floatX") == ".theanorc"

    def test_text_wins_over_files(self):
        given = flags("floatX=float32", "[global]\nfloatX = float64\n")
        assert given.user("floatX") == "float32"
        assert given.where("floatX") == "THEANO_FLAGS"

    def test_a_broken_file_is_left_to_theano(self):
        assert flags(rc="no section here").user("floatX") is None


class TestOffering(TestCase):
    def test_what_the_user_set_stays(self):
        given = flags("floatX=float64")
        assert not given.offer("floatX", "float32")
        assert given.text() == "floatX=float64"
        assert given.get("floatX") == "float64"

    def test_what_nobody_set_is_added_and_theano_reads_it(self):
        value = "-L/a,b -Wl,-rpath,/a,b -DX=\"#\\'"
        given = flags("floatX=float64")
        assert given.offer("blas.ldflags", value)
        assert parse_config_string(given.text()) == {"floatX": "float64", "blas.ldflags": value}

    def test_lists_of_words_end_with_the_users(self):
        given = flags("gcc.cxxflags=-O1 -DMINE")
        given.extend("gcc.cxxflags", ["-O3"])
        given.extend("gcc.cxxflags", ["-DOURS"])
        seen = parse_config_string(given.text())["gcc.cxxflags"]
        assert seen == "-DOURS -O3 -O1 -DMINE"

    def test_escape_is_undone_by_theano(self):
        for value in ("a,b", "a\\b", "a'b\"c", "a#b", "plain"):
            assert parse_config_string(f"k={escape(value)}") == {"k": value}
