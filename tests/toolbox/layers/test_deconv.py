"""Transposed convolution against its definition, written out in NumPy."""

import numpy as np
import theano
from numpy.testing import assert_allclose

from tests.small import SIDE, begin, floatx, message

# Options of the layer on maps of 6 x 6, and the zeros around the output that they stand for.
CASES = [
    (dict(output_shape=(8, 7, 2), filter_size=(3, 2)), (0, 0)),
    (dict(output_shape=(14, 12, 2), filter_size=(3, 2), stride=(2, 2)), (0, 0)),
    (dict(output_shape=(6, 5, 1), filter_size=(3, 2), border_mode="half"), (1, 1)),
    (dict(output_shape=(6, 12, 3), filter_size=(3, 3), border_mode=1, stride=(1, 2)), (1, 1)),
    (dict(output_shape=(4, 5, 1), filter_size=(3, 2), border_mode="full"), (2, 1)),
    (dict(output_shape=(4, 8, 1), filter_size=(3, 3), border_mode=(2, 0)), (2, 0)),
]


def spread(x, w, size, pad, stride):
    """Return what each pixel of `x` spreads by the flipped filters, added up and cut to `size`."""
    (rows, _, height, width), (fh, fw) = x.shape, w.shape[2:]
    whole = np.zeros((rows, w.shape[1], size[0] + 2 * pad[0], size[1] + 2 * pad[1]))
    for i in range(height):
        for j in range(width):
            top, left = i * stride[0], j * stride[1]
            whole[:, :, top:top + fh, left:left + fw] += np.einsum(
                "nk,kcab->ncab", x[:, :, i, j], w[:, :, ::-1, ::-1])
    return whole[:, :, pad[0]:pad[0] + size[0], pad[1]:pad[1] + size[1]]


def add(net, **options):
    net.add_layer("deconv", **dict(dict(id="deconv", num_neurons=2, activation=None,
                                        output_shape=(8, 8, 1)), **options))
    return net.layers[net.last_layer_created]


def check(type, options, pad):
    with floatx("float64"):
        net = begin(channels=2)
        net.add_layer(type, id="deconv", num_neurons=2, activation=None, **options)
        view = net.inference_layers["deconv"]
        view.b.set_value(np.arange(1.0, 1 + view.output_shape[1]))
        x = np.random.RandomState(0).normal(size=(3, SIDE * SIDE * 2))  # a short mini batch
        found = view.output.eval({net.datastream["data"].x: x})
    images = x.reshape(3, SIDE, SIDE, 2).transpose(0, 3, 1, 2)
    wanted = spread(images, view.weight_value(), view.output_shape[2:], pad,
                    options.get("stride", (1, 1))) + view.b.get_value()[:, None, None]
    assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)
    height, width, channels = options["output_shape"]
    assert view.output_shape == (4, channels, height, width)


def test_every_pixel_spreads_by_the_filters_where_a_convolution_reads():
    for options, pad in CASES:
        yield check, "deconv", options, pad
    yield check, "weightnorm_deconv", CASES[1][0], CASES[1][1]


def test_it_is_the_transpose_of_the_convolution_with_the_same_weight():
    """<conv(u), x> = <u, deconv(x)> for any u and x: what an autoencoder's tied weights rely on."""
    with floatx("float64"):
        net = begin(channels=2)
        options = dict(filter_size=(3, 2), stride=(2, 1), border_mode=1, activation=None)
        net.add_layer("conv_pool", id="conv", num_neurons=3, **options)
        conv = net.layers["conv"]
        net.add_layer("deconv", id="deconv", num_neurons=3, output_shape=(6, 6, 2),
                      input_params=[conv.w, None], learnable=False, **options)
        assert net.layers["deconv"].w is conv.w
        there_and_back = theano.function([net.datastream["data"].x], [
            net.layers[id].output for id in ("input", "conv", "deconv")])
        u, x, back = there_and_back(np.random.RandomState(0).normal(size=(4, SIDE * SIDE * 2)))
    assert_allclose((x * x).sum(), (u * back).sum(), rtol=1e-10)


def test_its_parameters_are_those_of_its_output_maps():
    layer = add(begin(channels=2), output_shape=(8, 8, 3), batch_norm=True)
    assert [p.name for p in layer.params] == ["deconv." + name for name in (
        "w", "b", "gamma", "beta", "running_mean", "running_var")]
    assert [p.get_value().shape for p in layer.params] == [(2, 3, 3, 3)] + 5 * [(3,)]
    assert [p.name for p in layer.active_params] == ["deconv." + name for name in (
        "w", "b", "gamma", "beta")]


def test_num_neurons_are_the_kernels_as_yann_counts_q59():
    assert add(begin(channels=2), output_shape=(8, 8, 3)).num_neurons == 2


def test_a_size_that_no_convolution_leads_back_from_is_refused_on_both_axes_q42():
    for size in ((9, 8), (8, 9), (9, 9), (2, 8)):
        said = message(ValueError, add, begin(channels=2), output_shape=size + (1,))
        assert "deconv 'deconv'" in said and str(size) in said and "Choose (8, 8)" in said, said


def test_the_output_shape_is_required_as_height_width_channels():
    for shape in (None, (8, 8), (8, 8, 1, 1)):
        said = message(ValueError, add, begin(channels=2), output_shape=shape)
        assert "deconv 'deconv'" in said and "(height, width, channels)" in said, said
    said = message(ValueError, add, begin(channels=2), output_shape=(8, 8, 0))
    assert "output_shape 0; it must be a positive integer" in said, said


def test_pooling_is_accepted_as_none_and_nothing_else():
    assert add(begin(channels=2), pool_size=(1, 1), pool_type="max").pool_size == (1, 1)
    said = message(ValueError, add, begin(channels=2), pool_size=(2, 2))
    assert "deconv 'deconv'" in said and "no unpooling" in said, said


def test_what_it_cannot_do_is_refused_by_name():
    for options, words in ((dict(num_neurons=3), "an input of 2 channels"),
                           (dict(activation=("maxout", "maxout", 2)), "no maxout"),
                           (dict(border_mode="same"), "known: 'valid', 'full', 'half'"),
                           (dict(stride=0), "stride 0")):
        said = message(ValueError, add, begin(channels=2), **options)
        assert "deconv 'deconv'" in said and words in said, said


def test_rows_are_refused():
    net = begin()
    net.add_layer("flatten")
    said = message(ValueError, add, net)
    assert "deconv 'deconv'" in said and "unflatten" in said, said


def test_regularize_adds_the_filters():
    net = begin(channels=2)
    layer = add(net, regularize=True)
    assert_allclose(net.L2.eval(), (layer.w.get_value() ** 2).sum(), rtol=1e-5)
