"""The gradient of softmax for a GPU: Theano has an op for the processor alone.

It is wanted where softmax is an activation like another, or under a loss that Theano does not
fuse with it (binary cross entropy, hinge).
"""

import theano
from theano.gof.opt import local_optimizer
from theano.tensor.nnet.nnet import SoftmaxGrad
from theano.tensor.opt import in2out

from yann_weightnorm.ops.device import on_processor

__all__ = ["plain_softmax_gradient"]


@local_optimizer([SoftmaxGrad])
def plain_softmax_gradient(node):
    """Rewrite the op to ``s (d - sum(d s))``, for the softmax s and the gradient d by it."""
    if not isinstance(node.op, SoftmaxGrad):    # Theano offers every node
        return False
    slope, softmax = node.inputs
    return [softmax * (slope - (slope * softmax).sum(axis=1, keepdims=True))]


# After Theano has fused what it fuses (3), before it moves ops to the GPU (48.5).
if not on_processor():
    theano.compile.optdb.register("weightnorm_softmax_gradient", in2out(plain_softmax_gradient),
                                  3.5, "fast_run", "fast_compile")
