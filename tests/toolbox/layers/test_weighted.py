"""What the layers with a weight share: one weight in all streams, and its place in the lists."""

from tests.small import begin

LAYERS = {
    "dot_product": {"num_neurons": 3},
    "conv_pool": {"num_neurons": 3},
    "deconv": {"num_neurons": 1, "output_shape": (8, 8, 3)},
}


def check_shared(type, dropout_rate):
    net = begin()
    net.add_layer(type, id="it", dropout_rate=dropout_rate, **LAYERS[type])
    w = net.dropout_layers["it"].w
    for views in (net.layers, net.inference_layers):
        assert views["it"].w is w and views["it"].params == net.dropout_layers["it"].params
    assert hasattr(w, "get_value") and net.params == [w, net.layers["it"].b]


def test_all_streams_share_one_weight_q19():
    """Whatever the dropout: outputs are divided by the chance of being kept, weights are not."""
    for type in LAYERS:
        for dropout_rate in (0, 0.5):
            yield check_shared, type, dropout_rate
