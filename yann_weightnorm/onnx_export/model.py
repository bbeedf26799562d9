"""From the plain description of a computation to ONNX's own, checked by it."""

from yann_weightnorm.onnx_export.graph import Body

__all__ = ["IR_VERSION", "OPSET", "onnx_model", "onnx_package"]

# ONNX 1.8 of 2020: what nearly every runtime in use reads. Its operators suffice.
OPSET, IR_VERSION = 13, 7
PRODUCER = "yann_weightnorm"
LIMIT = 2 ** 31 - 2 ** 20  # bytes: a model is one protobuf message, which ends before 2 GiB


def onnx_package():
    """Return the package ``onnx``, with what of it is needed.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise ImportError("to_onnx needs the package onnx, which is not installed; run: "
                          "pip install 'yann_weightnorm[onnx]'") from error
    return onnx


def onnx_model(graph, outputs, shapes, version):
    """Return the ONNX model of a computation, once ONNX's checker has found nothing wrong with it.

    Parameters
    ----------
    graph : Graph
    outputs : list of str
        Names of the values that the model gives.
    shapes : dict
        Name of each input and output -> its shape; a str is an axis of any length.
    version : str
        Of this package.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    ValueError
        If the numbers take 2 GiB or more.
    """
    _check_size(graph)
    onnx = onnx_package()
    constants = [onnx.numpy_helper.from_array(array, name)
                 for name, array in graph.constants.items()]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(_nodes(onnx, graph.nodes), "network",
                               *_ends(onnx, (graph.inputs, outputs), shapes),
                               initializer=constants),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
        producer_name=PRODUCER, producer_version=version,
        doc_string=_description(graph, outputs, shapes))
    onnx.checker.check_model(model, full_check=True)
    return model


def _nodes(onnx, nodes):
    return [onnx.helper.make_node(node.op, node.inputs, node.outputs, name=node.outputs[-1],
                                  **{name: _attribute(onnx, node, value)
                                     for name, value in node.attributes.items()})
            for node in nodes]


def _attribute(onnx, node, value):
    if not isinstance(value, Body):
        return value
    return onnx.helper.make_graph(_nodes(onnx, value.nodes), f"{node.outputs[-1]} body",
                                  *_ends(onnx, (value.inputs, value.outputs), {}))


def _ends(onnx, sides, shapes):
    """Return the inputs and the outputs, `sides`, as ONNX describes them: numbers of float32."""
    return [[onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shapes.get(name))
             for name in names] for names in sides]


def _description(graph, outputs, shapes):
    given = [f"{layer.who} {_written(shapes[id])}" for id, layer in graph.inputs.items()]
    gives = [f"{id} {_written(shapes[id])}" for id in outputs]
    return (f"The inference stream of a YANN network, with plain weights. Given: "
            f"{', '.join(given) or 'nothing'}; images are (batch, channels, height, width). Gives: "
            f"{', '.join(gives)}.")


def _written(shape):
    return f"({', '.join(map(str, shape))})"


def _check_size(graph):
    size = sum(array.nbytes for array in graph.constants.values())
    if size > LIMIT:
        raise ValueError(f"to_onnx can't write {size / 2 ** 30:.1f} GiB of numbers: an ONNX file "
                         f"holds less than 2 GiB; choose fewer layers by outputs=[...].")
