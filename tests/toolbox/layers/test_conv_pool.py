"""Convolution and pooling against windows in NumPy."""

import numpy as np
from numpy.testing import assert_allclose

from tests.small import SIDE, begin, floatx
from yann_weightnorm.toolbox.streams import INFERENCE


def convolve(x, w, padding, stride):
    x = np.pad(x, ((0, 0), (0, 0)) + tuple((p, p) for p in padding))
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride[0], ::stride[1]]
    return np.einsum("nchwij,kcij->nkhw", windows, w[:, :, ::-1, ::-1])  # filters are flipped


def pool(maps, size, how):
    (p, q), (h, w) = size, maps.shape[2:]
    whole = maps[:, :, :h // p * p, :w // q * q]
    tiles = whole.reshape(maps.shape[:2] + (h // p, p, w // q, q))
    if how != "max_same_size":
        return getattr(tiles, how)(axis=(3, 5))
    kept = np.zeros_like(maps)
    largest = tiles.max(axis=(3, 5), keepdims=True)
    kept[:, :, :h // p * p, :w // q * q] = np.where(tiles == largest, tiles, 0).reshape(whole.shape)
    return kept


CASES = [
    (dict(border_mode="valid", stride=(2, 1)), (0, 0)),
    (dict(border_mode="full", pool_size=(3, 2), pool_type="max"), (2, 1)),
    (dict(border_mode="half", pool_size=(2, 2), pool_type="mean"), (1, 1)),
    (dict(border_mode=1, pool_size=(2, 2), pool_type="sum"), (1, 1)),
    (dict(border_mode=(2, 0), pool_size=(2, 2), pool_type="max_same_size"), (2, 0)),
    (dict(pool_size="whole", pool_type="mean"), (0, 0)),
]


def check(type, options, padding):
    with floatx("float64"):
        net = begin(channels=2)
        net.add_layer(type, id="conv", num_neurons=3, filter_size=(3, 2), activation=None,
                      **options)
        view = net.inference_layers["conv"]
        x = np.random.RandomState(0).normal(size=(3, SIDE * SIDE * 2))
        found = view.output.eval({net.datastream["data"].x: x})
    images = x.reshape(3, SIDE, SIDE, 2).transpose(0, 3, 1, 2)
    maps = convolve(images, view.weight_value(), padding, options.get("stride", (1, 1)))
    size = options.get("pool_size", (1, 1))
    wanted = pool(maps, maps.shape[2:] if size == "whole" else size,
                  options.get("pool_type", "max"))
    assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)
    assert view.output_shape == (4,) + found.shape[1:] and INFERENCE.name == "inference"


def test_convolution_and_pooling_q16():
    for options, padding in CASES:
        yield check, "conv_pool", options, padding
    yield check, "weightnorm_conv_pool", CASES[1][0], CASES[1][1]


def test_images_of_several_channels_are_height_width_channels_on_the_way_in():
    net = begin(channels=2)
    x = np.arange(SIDE * SIDE * 2, dtype="float32")[None]
    found = net.inference_layers["input"].output.eval({net.datastream["data"].x: x})
    assert_allclose(found, x.reshape(1, SIDE, SIDE, 2).transpose(0, 3, 1, 2))


def test_mean_subtract_takes_one_number_off_the_mini_batch():
    net = begin()
    net.add_layer("input", id="centred", mean_subtract=True)
    x = np.random.RandomState(0).normal(size=(4, SIDE * SIDE)).astype("float32")
    found = net.inference_layers["centred"].output.eval({net.datastream["data"].x: x})
    assert_allclose(found.reshape(4, -1), x - x.mean(), rtol=1e-4, atol=1e-6)


def test_unflatten_undoes_flatten():
    net = begin(channels=2)
    net.add_layer("flatten")
    net.add_layer("unflatten", id="maps", shape=(SIDE, SIDE, 2))
    x = np.random.RandomState(0).normal(size=(4, SIDE * SIDE * 2)).astype("float32")
    given = {net.datastream["data"].x: x}
    assert_allclose(net.layers["maps"].output.eval(given), net.layers["input"].output.eval(given))
    assert net.layers["maps"].output_shape == net.layers["input"].output_shape
