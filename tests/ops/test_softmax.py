"""The gradient of softmax that a GPU gets; that it does get it, tests/gpu say."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose
from theano.tensor.nnet.nnet import SoftmaxGrad

from tests.small import without_c_code
from yann_weightnorm.ops.softmax import plain_softmax_gradient


def test_it_is_the_softmaxs_jacobian():
    d, s = T.dmatrices("d", "s")
    new, = plain_softmax_gradient.transform(SoftmaxGrad()(d, s).owner)
    with without_c_code():
        gradient = theano.function([d, s], new)
    rng = np.random.RandomState(0)
    scores, slopes = rng.normal(size=(2, 5, 4))
    softmax = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    for row, slope, found in zip(softmax, slopes, gradient(slopes, softmax)):
        assert_allclose(found, (np.diag(row) - np.outer(row, row)) @ slope, rtol=0, atol=1e-15)


def test_other_nodes_stay():
    x, y = T.dmatrices("x", "y")
    assert plain_softmax_gradient.transform((x * y).owner) is False


def test_a_processor_keeps_theanos_own_op():
    x = T.matrix("x")
    with without_c_code():
        slope = theano.function([x], theano.grad(T.sqr(T.nnet.softmax(x)).sum(), x))
    assert any(isinstance(node.op, SoftmaxGrad) for node in slope.maker.fgraph.toposort())
