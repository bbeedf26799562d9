"""scan runs in Theano's C loop, and so does its gradient."""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm import theano_setup


def function():
    """Return x -> (cumulative products of x, gradient of the last one)."""
    x = T.vector("x")
    products, _ = theano.scan(lambda now, before: now * before, sequences=[x],
                              outputs_info=[T.ones((), dtype=x.dtype)])
    return theano.function([x], [products, T.grad(products[-1], x)])


def test_values_and_gradient():
    theano_setup.prepare()
    x = np.arange(1, 6).astype(theano.config.floatX)
    products, gradient = function()(x)
    np.testing.assert_array_equal(products, np.cumprod(x))
    np.testing.assert_allclose(gradient, np.prod(x) / x, rtol=1e-6)


def test_the_loop_is_compiled():
    function()(np.ones(3, theano.config.floatX))
    from theano.scan_module import scan_perform_ext
    assert type(scan_perform_ext.perform).__name__ in (
        "builtin_function_or_method", "cython_function_or_method")
    assert scan_perform_ext.perform.__module__ == "theano.scan_module.scan_perform"
