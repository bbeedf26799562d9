"""Measures are switched off by name, and a name that is none is refused."""

from unittest import TestCase

from yann_weightnorm.theano_setup.measures import DISABLE, NAMES, disabled


class TestDisabled(TestCase):
    def test_every_name_is_taken(self):
        assert disabled({DISABLE: ",".join(NAMES)}) == set(NAMES)

    def test_blanks_and_nothing_are_taken(self):
        assert disabled({}) == set()
        assert disabled({DISABLE: " blas , vector,"}) == {"blas", "vector"}

    def test_an_unknown_name_is_refused_with_the_nearest_one(self):
        words = r"got 'vectors' \(perhaps you meant 'vector'\); known: floatx, blas"
        with self.assertRaisesRegex(ValueError, words):
            disabled({DISABLE: "blas,vectors"})
