"""Which function writes which type of layer, and why one type has none."""

from yann_weightnorm.folding.twins import plain_class
from yann_weightnorm.onnx_export import (
    merging,
    pooling,
    recurrent,
    rotating,
    shaping,
    sources,
    weighted,
)
from yann_weightnorm.toolbox import layers

__all__ = ["REFUSED", "WRITERS", "writer_of"]

# Each takes the graph, the layer and the names of its inputs, and returns the name of its output.
WRITERS = {
    layers.Input: sources.images,
    layers.Random: sources.sample,
    layers.Tensor: sources.tensor,
    layers.DotProduct: weighted.dense,
    layers.Classifier: weighted.dense,
    layers.ConvPool: weighted.conv_pool,
    layers.Deconv: weighted.deconv,
    layers.Pool: pooling.pool,
    layers.BatchNorm: weighted.batch_norm,
    layers.LSTM: recurrent.lstm,
    layers.RNN: recurrent.rnn,
    layers.BatchNormLSTM: recurrent.batch_norm_lstm,
    layers.Flatten: shaping.flatten,
    layers.Unflatten: shaping.unflatten,
    layers.Sequence: shaping.sequence,
    layers.Rotate: rotating.rotate,
    layers.GaussianNoise: shaping.passed_on,
    layers.Merge: merging.merge,
}
REFUSED = {layers.Objective: "it compares with labels, which only training has"}


def writer_of(layer):
    """Return the function that writes `layer`.

    A class that derives from a known one may compute something else, so it counts as unknown; but
    for those that only parametrise the weight otherwise.

    Raises
    ------
    ValueError
        If layers of its type can't be written.
    """
    cls = plain_class(type(layer)) or type(layer)
    if cls not in WRITERS:
        known = ", ".join(sorted(written.type for written in WRITERS))
        why = REFUSED.get(cls, f"nothing says what its type is in ONNX; known: {known}, and those "
                               f"with normalised weights")
        raise ValueError(f"to_onnx can't write {layer.who}: {why}. Leave the layer out by "
                         f"outputs=[...], the ids of layers below it.")
    return WRITERS[cls]
