"""Convolutions run with one BLAS thread, everything else with all of them."""

import os
import tempfile
from unittest import SkipTest, TestCase

import numpy as np
import theano
import theano.tensor as T
from theano.compile.ops import as_op

from tests.theano_setup.children import child
from yann_weightnorm.theano_setup import threads


def counter(control):
    """Return an operation that passes its input on and notes the number of BLAS threads."""
    seen = []

    @as_op([T.ftensor4], [T.ftensor4])
    def note(x):
        seen.append(control[0]())
        return x.copy()

    return note, seen


class TestTuned(TestCase):
    def setUp(self):
        self.control = threads.blas_threads()
        if self.control is None:
            raise SkipTest("the number of BLAS threads is somebody else's here")
        self.all = self.control[0]()
        self.control[1](2)
        self.addCleanup(self.control[1], self.all)

    def convolution(self):
        note, seen = counter(self.control)
        x, w = T.ftensor4("x"), T.ftensor4("w")
        # With strides: without, a convolution is our own op, which calls no BLAS.
        return theano.function([x, w], note(T.nnet.conv2d(x, w, subsample=(2, 2)))), seen

    def test_a_convolution_gets_one_and_the_rest_get_theirs_back(self):
        function, seen = self.convolution()
        x, w = np.ones((2, 1, 5, 5), "float32"), np.ones((1, 1, 3, 3), "float32")
        tuned = threads.tuned(function)
        assert np.array_equal(tuned(x, w), function(x, w))
        assert seen == [1, 2]
        assert self.control[0]() == 2

    def test_they_get_them_back_after_an_error(self):
        tuned = threads.tuned(self.convolution()[0])
        with self.assertRaises(ValueError):
            tuned("no array", 0)
        assert self.control[0]() == 2

    def test_it_answers_as_the_function_does(self):
        function, _ = self.convolution()
        tuned = threads.tuned(function)
        assert tuned is not function
        assert tuned.maker is function.maker and tuned.fn is function.fn

    def test_a_dense_function_is_returned_as_it_is(self):
        x = T.fmatrix("x")
        function = theano.function([x], T.dot(x, x))
        assert threads.tuned(function) is function


class TestCounts(TestCase):
    def test_the_users_number_stays(self):
        seen, _ = child("""
import json
from yann_weightnorm import theano_setup
theano_setup.prepare()
from yann_weightnorm.theano_setup import threads
print(json.dumps(threads.blas_threads() is None))
""", OPENBLAS_NUM_THREADS="2")
        assert seen is True

    def test_a_containers_share_is_known(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "cpu.max")
            for text, cores in (("max 100000", threads.available()), ("50000 100000", 1),
                                ("100000000 100000", threads.available())):
                with open(path, "w") as file:
                    file.write(text)
                threads.cores.cache_clear()
                assert threads.cores(path) == cores, text
        threads.cores.cache_clear()

    def test_without_such_a_file_it_is_what_the_process_may_use(self):
        assert threads.cores("/no/such/file") == threads.available()
