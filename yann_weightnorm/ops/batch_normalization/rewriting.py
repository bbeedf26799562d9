"""What of Theano's batch normalization is taken over when a function is compiled."""

import theano
import theano.tensor as T
from theano.gof.opt import EquilibriumOptimizer, local_optimizer
from theano.tensor.nnet.bn import AbstractBatchNormTrain, AbstractBatchNormTrainGrad

from yann_weightnorm.ops.batch_normalization.normalized import (
    Normalized,
    NormalizedGradient,
    along,
)
from yann_weightnorm.ops.in_cpp import IN_CPP, compiles

__all__ = ["no_gradient_by_offset", "offset_left_out", "taken_over"]

OURS = {AbstractBatchNormTrain: Normalized, AbstractBatchNormTrainGrad: NormalizedGradient}


@local_optimizer(list(OURS))
def taken_over(node):
    """Rewrite batch normalization of each channel, axis 1, and its gradient, to ours."""
    x, numbers = node.inputs[0], {variable.dtype for variable in node.inputs}
    if type(node.op) not in OURS or x.ndim < 2 or tuple(node.op.axes) != along(x):
        return False
    if not numbers <= set(IN_CPP) or not compiles():
        return False
    return OURS[type(node.op)]()(*node.inputs, return_list=True)


@local_optimizer([Normalized, NormalizedGradient])
def offset_left_out(node):
    """Rewrite so that nothing is added to a channel whose mean is then taken off.

    It remains in the mean that is told, and in the running one.
    """
    op, inputs = node.op, list(node.inputs)
    gradient = isinstance(op, NormalizedGradient)
    inputs[0], offset = apart(inputs[0], like=inputs[2 if gradient else 1])
    if offset is None:
        return False
    if gradient:
        inputs[3] = inputs[3] - offset
        return op(*inputs, return_list=True)
    outputs = op(*inputs, return_list=True)
    outputs[1] = outputs[1] + offset
    if len(outputs) > 3:
        outputs[3] = outputs[3] + T.cast(inputs[4], offset.dtype) * offset
    return outputs


def apart(x, like):
    """Return (a, b) if `x` is their sum, and b of the type of `like`; else (x, None)."""
    terms = x.owner.inputs if x.owner and x.owner.op == T.add else ()
    if len(terms) == 2:
        for numbers, offset in (terms, terms[::-1]):
            if numbers.type == x.type and offset.type == like.type:
                return numbers, offset
    return x, None


@local_optimizer([T.Sum])
def no_gradient_by_offset(node):
    """Rewrite the total of each channel's gradient to 0, which it is but for rounding."""
    slopes = node.inputs[0]
    of = slopes.owner
    if not of or type(of.op) is not AbstractBatchNormTrainGrad or slopes is not of.outputs[0]:
        return False
    if not set(node.op.axis or ()) == set(of.op.axes) == set(along(slopes)):
        return False
    scale = of.inputs[2]
    if not all(scale.broadcastable[axis] for axis in of.op.axes):
        return False
    nothing = T.zeros_like(scale.dimshuffle(1))
    return [nothing] if nothing.type == node.outputs[0].type else False


theano.compile.optdb.register("weightnorm_no_gradient_by_offset", EquilibriumOptimizer(
    [no_gradient_by_offset], max_use_ratio=10), 0.35, "fast_run")
# Before Theano writes it out (48.6), after it moves what it can to a GPU (48.5).
theano.compile.optdb.register("weightnorm_batch_normalization", EquilibriumOptimizer(
    [taken_over, offset_left_out], max_use_ratio=10), 48.55, "fast_run")
