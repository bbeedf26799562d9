"""The product of directions and scales, w = v s, and what it may be rewritten to.

For a dense layer the product w itself is never needed: ``x (v s)`` is ``(x v) s``, and its
gradients can be had from matrices of the mini batch's size too. The paper writes it that way. In a
graph the layer still says ``x w``, and w can be asked for, or differentiated by; the rewriting is
done when a function is compiled.
"""

import theano
import theano.tensor as T
from theano.gof import Apply, Op
from theano.gof.opt import EquilibriumOptimizer, local_optimizer
from theano.tensor.basic import Dot
from theano.tensor.blas import gemm_no_inplace

from yann_weightnorm.ops.device import on_processor
from yann_weightnorm.ops.in_cpp import IN_CPP
from yann_weightnorm.ops.sums import NeuronProducts, NeuronTotals

__all__ = ["ScaleNeurons"]


class ScaleNeurons(Op):
    """``v * s`` for one scale a neuron; a plain product once a function is compiled.

    Parameters
    ----------
    axis : {0, 1}
        0: a neuron is a column of a matrix. 1: it is an entry of the first axis.
    """

    __props__ = ("axis",)

    def __init__(self, axis):
        self.axis = axis

    def make_node(self, v, scale):
        """Return the node for directions `v` and `scale`, which has length 1 along a neuron."""
        v, scale = T.as_tensor_variable(v), T.as_tensor_variable(scale)
        return Apply(self, [v, scale], [v.type()])

    def perform(self, node, inputs, outputs):
        """Multiply."""
        outputs[0][0] = inputs[0] * inputs[1]

    def infer_shape(self, node, shapes):
        """Return the shape of `v`."""
        return [shapes[0]]

    def grad(self, inputs, gradients):
        """Return the gradients of the directions and of the scales."""
        v, scale = inputs
        return [self(gradients[0], scale), NeuronProducts(self.axis)(gradients[0], v)]


def _scaled(variable):
    """Return (v, s) if `variable` is ``v s`` with columns scaled, else None."""
    node = variable.owner
    return tuple(node.inputs) if node and node.op == ScaleNeurons(0) else None


def _product(variable):
    """Return (a, b) if `variable` is the matrix product ``a b``, else None."""
    node = variable.owner
    if node and isinstance(node.op, Dot) and all(x.ndim == 2 for x in node.inputs):
        return tuple(node.inputs)
    return None


def _transposed(variable):
    """Return what `variable` is the transpose of, or its transpose."""
    node = variable.owner
    if node and isinstance(node.op, T.DimShuffle) and node.op.new_order == (1, 0):
        return node.inputs[0]
    return variable.T


@local_optimizer([Dot])
def scale_after_product(node):
    """Rewrite ``x (v s)`` to ``(x v) s``, and ``d (v s)'`` to ``(d s) v'``."""
    product = _product(node.outputs[0])
    if not product:
        return False
    left, right = product
    if _scaled(right):
        v, scale = _scaled(right)
        return [T.dot(left, v) * scale]
    if right.owner and isinstance(right.owner.op, T.DimShuffle) and _scaled(_transposed(right)):
        v, scale = _scaled(_transposed(right))
        return [T.dot(left * scale, v.T)]
    return False


@local_optimizer([ScaleNeurons])
def scale_before_product(node):
    """Rewrite ``(x' d) s`` to ``x' (d s)``."""
    product = _product(node.inputs[0])
    if node.op.axis == 1 or not product:
        return False
    return [T.dot(product[0], product[1] * node.inputs[1])]


@local_optimizer([NeuronProducts])
def sum_over_the_mini_batch(node):
    """Rewrite the sums over ``(x' d) * v`` to the sums over ``d * (x v)``."""
    product = _product(node.inputs[0])
    if node.op.axis == 1 or not product:
        return False
    x = _transposed(product[0])
    return [node.op(product[1], T.dot(x, node.inputs[1]))]


@local_optimizer([ScaleNeurons])
def plain_product(node):
    """Rewrite what is left to the product that Theano knows how to fuse."""
    return [node.inputs[0] * node.inputs[1]]


@local_optimizer([T.add])
def add_before_product(node):
    """Rewrite ``m + (v + a x y)`` to ``(m + v) + a x y``: then the product is added in place.

    So a step of plain gradient descent on directions makes no copy of them.
    """
    for term in node.inputs:
        gemm = term.owner
        if gemm and gemm.op == gemm_no_inplace and len(term.clients) == 1 and _is_one(gemm):
            rest = [other for other in node.inputs if other is not term]
            return [gemm_no_inplace(T.add(gemm.inputs[0], *rest), *gemm.inputs[1:])]
    return False


@local_optimizer([T.Sum])
def totals_of_columns(node):
    """Rewrite the sums of columns, a bias's gradient, to ours.

    Theano's own sum takes one element at a time.
    """
    x, = node.inputs
    same = x.dtype == node.outputs[0].dtype in IN_CPP
    if node.op.axis != (0,) or x.ndim != 2 or not same or not on_processor():
        return False
    return [NeuronTotals(0)(x).dimshuffle(1)]


def _is_one(gemm):
    return isinstance(gemm.inputs[4], theano.Constant) and gemm.inputs[4].data == 1


def _register():
    rewriting = EquilibriumOptimizer(
        [scale_after_product, scale_before_product, sum_over_the_mini_batch], max_use_ratio=10)
    rest = EquilibriumOptimizer([plain_product], max_use_ratio=10)
    # After equal nodes were merged (0), before Theano canonicalises (1).
    theano.compile.optdb.register("weightnorm_rewriting", rewriting, 0.3, "fast_run")
    theano.compile.optdb.register("weightnorm_product", rest, 0.4, "fast_run", "fast_compile")
    # After Theano found its products (1.7), before it decides what is done in place (75).
    theano.compile.optdb.register("weightnorm_sums", EquilibriumOptimizer(
        [add_before_product, totals_of_columns], max_use_ratio=10), 1.9, "fast_run")


_register()
