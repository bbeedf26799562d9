"""What of Theano's convolutions is taken over when a function is compiled."""

import theano
from theano.gof.opt import EquilibriumOptimizer, local_optimizer
from theano.tensor.nnet.corr import CorrMM, CorrMM_gradInputs, CorrMM_gradWeights

from yann_weightnorm.ops.convolution.correlation import FilterGradient, MapGradient, Outputs
from yann_weightnorm.ops.in_cpp import IN_CPP, compiles

__all__ = ["taken_over"]

OURS = {CorrMM: Outputs, CorrMM_gradInputs: MapGradient, CorrMM_gradWeights: FilterGradient}


@local_optimizer(list(OURS))
def taken_over(node):
    """Rewrite a convolution in steps of one pixel, with a number of zeros around, to ours.

    Strides, dilation, groups, unshared filters and padding that depends on the filters' size stay
    Theano's. So do convolutions without zeros around: on the small maps of LeNet ours drop many
    pixels, and a step took 1.2 times as long.
    """
    op = node.op
    if type(op) not in OURS or padding(op) in (None, (0, 0)) or not compiles():
        return False
    plain = op.subsample == op.filter_dilation == (1, 1) and op.num_groups == 1
    if not plain or op.unshared or node.outputs[0].dtype not in IN_CPP:
        return False
    return [OURS[type(op)](padding(op))(*node.inputs[:2])]


def padding(op):
    """Return the zeros (above and below, left and right), or None if they aren't two numbers."""
    if op.border_mode == "valid":
        return 0, 0
    if isinstance(op.border_mode, str):
        return None
    pairs = [side if isinstance(side, tuple) else (side, side) for side in op.border_mode]
    return tuple(int(a) for a, _ in pairs) if all(a == b for a, b in pairs) else None


# After Theano chose its convolutions (48.6), before it merges what is the same (49).
theano.compile.optdb.register("weightnorm_convolution", EquilibriumOptimizer(
    [taken_over], max_use_ratio=10), 48.65, "fast_run")
