"""Fences: around what is computed once a neuron, and around a weight that is to be made."""

import theano.tensor as T
from theano.gof import Apply, Op

__all__ = ["PerNeuron", "Whole", "per_neuron", "whole"]


class PerNeuron(Op):
    """Identity that keeps what is computed once a neuron out of loops over all weights.

    Theano's canonicalisation gathers the factors of nested products, wherever they are broadcast:
    ``v * (a * b / c)`` with rows a, b and c becomes one loop over v with three rows in it.
    """

    __props__ = ()
    view_map = {0: [0]}

    def make_node(self, x):
        """Return the node for the tensor `x`."""
        x = T.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        """Pass the array on."""
        outputs[0][0] = inputs[0]

    def c_code(self, node, name, inputs, outputs, sub):
        """Return C that passes the array on."""
        return "Py_XDECREF({0}); {0} = {1}; Py_INCREF({0});".format(outputs[0], inputs[0])

    def c_code_cache_version(self):
        """Return the version of the C code."""
        return (1,)

    def infer_shape(self, node, shapes):
        """Return the shape of the input."""
        return shapes

    def grad(self, inputs, gradients):
        """Return the gradient as it is."""
        return gradients


class Whole(PerNeuron):
    """Identity that keeps a weight, and its gradient, from being rewritten by ``ops.scaling``.

    That pays where a mini batch has fewer rows than a neuron has weights. A sequence has as many
    rows as all its steps together: there the product ``v s`` is the smaller one.
    """

    def grad(self, inputs, gradients):
        """Return the gradient, fenced as well."""
        return [self(gradients[0])]


per_neuron, whole = PerNeuron(), Whole()
