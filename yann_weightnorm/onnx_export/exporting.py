"""A network as an ONNX model."""

import pathlib

import yann_weightnorm
from yann_weightnorm.files import write_atomically
from yann_weightnorm.onnx_export.graph import Graph
from yann_weightnorm.onnx_export.model import onnx_model, onnx_package
from yann_weightnorm.onnx_export.writers import writer_of
from yann_weightnorm.toolbox.layers import Input

__all__ = ["to_onnx"]


def to_onnx(net, path=None, *, outputs=None):
    """Return a network's inference stream as an ONNX model, with weights folded, and write it.

    The model computes what ``net.inference_layers[id].output`` does: no masks, no noise, the
    population's statistics in batch norm, plain weights. `net` stays as it is.

    Parameters
    ----------
    net : network
        Trained or not, cooked or not, with plain or normalised weights.
    path : str or path, optional
        A file to write, too, such as ``'net.onnx'``; whole or not at all. Its folder is made.
    outputs : list of str, optional
        Ids of the layers whose outputs the model gives; layers that none of them needs are left
        out. By default all that nothing but objectives, and errors between layers, stand on.

    Returns
    -------
    onnx.ModelProto
        Of opset 13 (ONNX 1.8), found right by ``onnx.checker``.

    Raises
    ------
    ImportError
        If the package ``onnx`` is not installed.
    ValueError
        If a layer can't be written: an objective, a merge layer whose error is a function, a type
        of the script's own; if a tensor of the script's own has no fixed value; if an output is
        unknown, or is an input; or if the numbers take 2 GiB or more.

    Notes
    -----
    Inputs and outputs are called by the ids of their layers, and are float32 whatever Theano's
    floatX is. Their first axis, the rows, is of any length. An ``input`` layer is given images as
    (batch, channels, height, width), as its output is here; what the data set does to pixels, such
    as dividing bytes by 255, is not in the model. A ``random`` layer is given its sample. So is a
    ``tensor`` layer if its tensor is a variable that stands for itself; what has a value keeps it.

    See Also
    --------
    yann_weightnorm.fold : Plain weights in a network of this package.
    """
    onnx_package()
    outputs = _ends(net) if outputs is None else _checked(net, outputs)
    graph = Graph(net.layers)
    for view in _needed(net, outputs):
        _write(graph, view.layer)
    model = onnx_model(graph, outputs, _shapes(net, graph, outputs), yann_weightnorm.__version__)
    if path is not None:
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, model.SerializeToString(deterministic=True))
    return model


# -- what to write -----------------------------------------------------------------------------

def _ends(net):
    """Return the ids of the layers that nothing but what is for training stands on."""
    found = [id for id, view in net.layers.items()
             if _below(view.layer) and not _is_for_training(view) and all(
                 _is_for_training(net.layers[above]) for above in view.destination)]
    if not found:
        raise ValueError("to_onnx got a network without a layer that computes something; add "
                         "layers, or name those to give by outputs=[...].")
    return found


def _is_for_training(view):
    return view.type == "objective" or (view.type == "merge" and view.layer_type == "error")


def _checked(net, outputs):
    if isinstance(outputs, str) or not outputs:
        raise ValueError(f"to_onnx got outputs {outputs!r}; give a list of ids of layers, such as "
                         f"{[outputs or net.last_layer_created]}.")
    return list(dict.fromkeys(net.known_layer(id, "to_onnx: outputs") for id in outputs))


def _below(layer):
    """Return the ids of the layers that `layer` stands on; an input stands on a datastream."""
    return [] if isinstance(layer, Input) else layer.origin


def _needed(net, outputs):
    """Return the views of the layers that `outputs` are made of, from below upwards."""
    found, waiting = set(), list(outputs)
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += _below(net.inference_layers[id].layer)
    return [view for id, view in net.inference_layers.items() if id in found]


def _write(graph, layer):
    if not layer.id:
        raise ValueError(f"to_onnx can't write {layer.who}, whose id is empty: values in ONNX go "
                         f"by names; give the layer an id.")
    write = writer_of(layer)
    graph.begin(layer.id)
    graph.end(write(graph, layer, *(graph.values[id] for id in _below(layer))))


# -- shapes ------------------------------------------------------------------------------------

def _shapes(net, graph, outputs):
    """Return the shape of each input and output; rows are axes of any length, by name.

    Those of the first input, and of all that has as many, are called 'batch'.
    """
    twice = [id for id in outputs if id in graph.inputs]
    if twice:
        raise ValueError(f"to_onnx got the output {twice[0]!r}, which is an input of the model; "
                         f"leave it out.")
    names = {}
    for id, layer in graph.inputs.items():
        names.setdefault(layer.output_shape[0], f"{id}_batch" if names else "batch")
    return {id: _shape(net.inference_layers[id], names) for id in list(graph.inputs) + outputs}


def _shape(view, names):
    """Return the shape of `view`, its rows by their name; with no inputs all lengths are fixed."""
    shape = list(view.output_shape) if view.output.ndim else []
    if names and len(shape) > 1:
        shape[0] = names.get(shape[0], f"{view.id}_batch")
    return shape
