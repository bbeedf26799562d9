"""From the plain description of a computation to ONNX's own, checked by it."""

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
    nodes = [onnx.helper.make_node(node.op, node.inputs, node.outputs, name=node.outputs[-1],
                                   **node.attributes) for node in graph.nodes]
    ends = [[onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shapes[name])
             for name in names] for names in (graph.inputs, outputs)]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "network", *ends, initializer=constants),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
        producer_name=PRODUCER, producer_version=version,
        doc_string=_description(graph, outputs, shapes))
    onnx.checker.check_model(model, full_check=True)
    return model


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
