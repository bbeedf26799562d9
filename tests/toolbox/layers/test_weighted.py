"""What the layers with a weight share: one weight in all streams, and its place in the lists."""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, finish, floatx, message, without_c_code

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


# -- activations that learn -------------------------------------------------------------------

def test_parameters_of_an_activation_come_after_the_bias_and_before_batch_norm():
    for type, options in LAYERS.items():
        net = begin()
        net.add_layer(type, id="it", activation="tprelu", batch_norm=True, **options)
        names = [p.name for p in net.layers["it"].params]
        assert names[:5] == [f"it.{n}" for n in ("w", "b", "slope", "threshold", "gamma")], names
        assert net.layers["it"].active_params[2:4] == net.layers["it"].activation_params
        assert net.layers["it"].threshold.get_value().shape == (3,)
        assert_array_equal(net.layers["it"].threshold.get_value(), 0)
        assert_array_equal(net.layers["it"].slope.get_value(), 0.25)


def trained_by(activation):
    """Return the slopes of a cost by what `activation` learns, and the layer, rows and labels."""
    net = begin()
    net.add_layer("dot_product", id="fc", num_neurons=4, activation=activation)
    finish(net, cook=False)
    layer, stream = net.dropout_layers["fc"], net.datastream["data"]
    rng = np.random.RandomState(0)
    layer.w = rng.normal(size=layer.weight_shape)
    net.layers["softmax"].w = rng.normal(size=(4, 3))
    cost = net.dropout_layers["obj"].output
    slopes = theano.grad(cost, layer.activation_params)
    show = theano.function([stream.x, stream.y], [cost] + slopes)
    return layer, show, (rng.normal(size=(4, 36)), np.arange(4, dtype="int32") % 3)


def check_learning(activation, step=1e-6):
    """Gradients by threshold and slope are finite differences of the cost."""
    with floatx("float64"), without_c_code():
        layer, show, rows = trained_by(activation)
    found = show(*rows)[1:]
    for param, slope in zip(layer.activation_params, found):
        for place in range(4):
            ends = []
            for sign in (1, -1):
                here = param.get_value()
                param.set_value(here + sign * step * (np.arange(4) == place))
                ends.append(show(*rows)[0])
                param.set_value(here)
            assert_allclose(slope[place], (ends[0] - ends[1]) / (2 * step), rtol=1e-5, atol=1e-9)
        assert np.any(slope)


def test_activations_learn():
    for activation in ("trelu", "tprelu"):
        yield check_learning, activation


def test_trelu_begins_as_relu():
    net = begin()
    for name in ("relu", "trelu"):
        net.add_layer("dot_product", id=name, origin="input", activation=name,
                      input_params=[np.random.RandomState(0).normal(size=(36, 4)), None],
                      num_neurons=4)
    stream, rows = net.datastream["data"], np.random.RandomState(1).normal(size=(4, 36))
    with without_c_code():
        show = theano.function([stream.x], [net.layers["relu"].output, net.layers["trelu"].output])
    relu, trelu = show(rows.astype(theano.config.floatX))
    assert_array_equal(relu, trelu)


def test_what_is_to_be_regularised_is_refused_by_name():
    for type, options in LAYERS.items():
        said = message(ValueError, begin().add_layer, type, id="it", regularize="weights",
                       **options)
        assert said == f"{type} 'it' got regularize 'weights'; known: False, True, 'w'.", said
