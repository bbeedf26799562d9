"""A computation as ONNX describes it, in plain data: nodes, constants and inputs by name."""

from collections import OrderedDict, namedtuple

import numpy as np

__all__ = ["Body", "Graph", "Node"]


class Node(namedtuple("Node", "op inputs outputs attributes")):
    """One operation.

    Attributes
    ----------
    op : str
        The name of the ONNX operator.
    inputs, outputs : tuple of str
        Names of values; '' for one that is left out.
    attributes : dict
    """

    __slots__ = ()


class Body(namedtuple("Body", "nodes inputs outputs")):
    """What a loop does in each round, the attribute of a node.

    Attributes
    ----------
    nodes : list of Node
    inputs, outputs : list of str
        Names of values.
    """

    __slots__ = ()


class Graph:
    """A computation that grows layer by layer.

    The value that a layer gives has the layer's id as its name; values on the way to it are called
    ``<id>/<operator>`` and constants ``<id>.<parameter>``, with a number where that is taken.

    Parameters
    ----------
    ids : iterable of str
        Ids of all layers. No other value gets one of these names.

    Attributes
    ----------
    nodes : list of Node
        In the order of computation.
    constants : OrderedDict
        Name -> array, float32 or int64.
    inputs : OrderedDict
        Name -> the layer whose input it is.
    values : dict
        Layer id -> the name of what the layer gives.
    """

    def __init__(self, ids):
        self.nodes, self.constants = [], OrderedDict()
        self.inputs, self.values = OrderedDict(), {}
        self._taken, self._id, self._first = set(ids), None, 0

    def begin(self, id):
        """Let what is added from now on belong to the layer `id`."""
        self._id, self._first = id, len(self.nodes)

    def end(self, value):
        """Say that `value` is what the layer gives."""
        if self._id not in self.inputs:
            value = self._called_as_the_layer(value)
        self.values[self._id] = value

    def input(self, layer):
        """Return the name of an input of the graph: the id of `layer`, which begins with it."""
        self.inputs[layer.id] = layer
        return layer.id

    def constant(self, name, value):
        """Return the name of a constant: numbers in float32, shapes and the like in int64."""
        name, value = self._unique(f"{self._id}.{name}"), np.asarray(value)
        kind = "int64" if value.dtype.kind in "iu" else "float32"
        self.constants[name] = np.ascontiguousarray(value, dtype=kind).reshape(value.shape)
        return name

    def add(self, op, *inputs, place=0, **attributes):
        """Add an operation and return the name of its output number `place`."""
        name = self._unique(f"{self._id}/{op}")
        self.nodes.append(Node(op, inputs, ("",) * place + (name,), attributes))
        return name

    def reshape(self, x, shape):
        """Return `x` in another shape; 0 stands for the length that the axis has."""
        return self.add("Reshape", x, self.constant("shape", shape))

    def split(self, x, parts):
        """Return the names of `parts` equal pieces of `x` along its last axis."""
        names = tuple(self._unique(f"{self._id}/Split") for _ in range(parts))
        self.nodes.append(Node("Split", (x,), names, {"axis": -1}))
        return names

    def loop(self, step, states, sequences):
        """Add a loop over axis 0 of the `sequences` and return the names of what it makes.

        Parameters
        ----------
        step : function
            Of the names of a slice of each sequence and of the states, to those of the next states.
        states, sequences : list of str

        Returns
        -------
        last, every : str
            The first of the states, after the last step and after each.
        """
        outer, self.nodes = self.nodes, []
        slices, before = ([self._unique(f"{self._id}/{kind}") for _ in names]
                          for kind, names in (("slice", sequences), ("state", states)))
        after = list(step(*slices, *before))
        body = Body(self.nodes, before + slices, after + [self.add("Identity", after[0])])
        self.nodes = outer
        made = [self._unique(f"{self._id}/Scan") for _ in body.outputs]
        self.nodes.append(Node("Scan", tuple(states) + tuple(sequences), tuple(made),
                               {"body": body, "num_scan_inputs": len(sequences)}))
        return made[0], made[-1]

    def _called_as_the_layer(self, value):
        made = self.nodes[-1].outputs if len(self.nodes) > self._first else ()
        if value not in made:  # the layer passes on what it was given
            value = self.add("Identity", value)
        last = self.nodes[-1]
        names = tuple(self._id if name == value else name for name in last.outputs)
        self.nodes[-1] = last._replace(outputs=names)
        return self._id

    def _unique(self, wish):
        name, number = wish, 1
        while name in self._taken:
            number += 1
            name = f"{wish}_{number}"
        self._taken.add(name)
        return name
