"""What one process has compiled, another finds, whatever the salt of its hashes."""

import tempfile

from tests.theano_setup.children import child

# A small network with the parts of LeNet, and a count of what the compiler was asked for.
TRAIN = """
import json
from yann_weightnorm import theano_setup
theano_setup.prepare()
import numpy as np
import theano, theano.tensor as T
from theano.gof.cmodule import GCC_compiler
from theano.tensor.signal.pool import pool_2d
compiled, original = [], GCC_compiler.compile_str
def compile_str(module_name, *args, **kwargs):
    compiled.append(module_name)
    return original(module_name, *args, **kwargs)
GCC_compiler.compile_str = staticmethod(compile_str)
x, y = T.ftensor4(), T.ivector()
kernels = theano.shared(np.ones((2, 1, 3, 3), "float32"))
weights = theano.shared(np.ones((18, 3), "float32"))
hidden = T.nnet.relu(pool_2d(T.nnet.conv2d(x, kernels), (2, 2), ignore_border=True))
cost = T.nnet.categorical_crossentropy(T.nnet.softmax(T.dot(hidden.flatten(2), weights)), y).mean()
parameters = [kernels, weights]
steps = [(p, p - 0.1 * g) for p, g in zip(parameters, T.grad(cost, parameters))]
function = theano.function([x, y], cost, updates=steps)
cost = function(np.ones((4, 1, 8, 8), "float32"), np.zeros(4, "int32"))
print(json.dumps([len(compiled), float(cost)]))
"""


def test_a_second_process_compiles_nothing():
    with tempfile.TemporaryDirectory() as folder:
        flags = {"THEANO_FLAGS": f"base_compiledir={folder}"}
        (first, cost), _ = child(TRAIN, PYTHONHASHSEED="1", **flags)
        (second, same), _ = child(TRAIN, PYTHONHASHSEED="2", **flags)
    assert first > 5 and second == 0, (first, second)
    assert cost == same
