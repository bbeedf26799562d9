"""The rotate layer against NumPy's quarter turns and SciPy's interpolation."""

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import map_coordinates

from tests.small import SIDE, begin, finish, floatx, message, without_c_code
from yann_weightnorm import dataset_from_arrays


def rotated(angle, size=(SIDE, SIDE), rows=4, dtype="float32"):
    """Return images of two channels, and what each stream makes of them turned by `angle`."""
    images = np.random.RandomState(0).normal(size=(4,) + size + (2,))
    three = (images, np.arange(4) % 2)
    with floatx(dtype), without_c_code():
        net = begin(data=dataset_from_arrays(three, three, three, mini_batch_size=4))
        net.add_layer("rotate", id="turned", angle=angle)
        turn = theano.function([net.datastream["data"].x], [views["turned"].output for views in (
            net.dropout_layers, net.layers, net.inference_layers)])
        found = turn(images[:rows].reshape(rows, -1).astype(dtype))
    return images[:rows].transpose(0, 3, 1, 2), found


def wanted(images, angles):
    """Return `images` turned by `angles`, in radians, as section 3.5's formula has it."""
    height, width = images.shape[2:]
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    turned = np.empty_like(images)
    for image, out, t in zip(images, turned, angles):
        across = np.clip(np.cos(t) * x - np.sin(t) * y, -1, 1)
        down = np.clip(np.sin(t) * x + np.cos(t) * y, -1, 1)
        places = (down + 1) / 2 * (height - 1), (across + 1) / 2 * (width - 1)
        for channel, pixels in zip(image, out):
            pixels[...] = map_coordinates(channel, places, order=1, mode="nearest")
    return turned


def test_an_angle_of_1_is_90_degrees_counterclockwise_q15():
    for angle in (1, 2, -1):
        images, streams = rotated(angle)
        for found in streams:  # the given angle in all streams, and no mask
            assert_allclose(found, np.rot90(images, angle, axes=(2, 3)), atol=1e-5)


def test_an_angle_of_0_changes_nothing():
    images, streams = rotated(0)
    assert_array_equal(streams[2], images.astype("float32"))


def check(dtype, size, tolerance):
    angles = np.array([0.1, 0.5, -0.7, 1.3])
    images, streams = rotated(angles[:, None], size, dtype=dtype)
    for found in streams:
        assert found.dtype == dtype
        assert_allclose(found, wanted(images, angles * np.pi / 2), atol=tolerance)


def test_each_image_has_its_angle_q15():
    for size in ((6, 6), (5, 8), (7, 3)):
        yield check, "float64", size, 1e-12
    yield check, "float32", (6, 6), 1e-5


def test_a_shorter_mini_batch_takes_the_first_angles():
    angles = np.array([0.1, 0.5, -0.7, 1.3])
    images, streams = rotated(angles, rows=3)
    assert_allclose(streams[2], wanted(images, angles[:3] * np.pi / 2), atol=1e-5)


def test_angles_that_are_not_given_are_drawn_once_for_all_streams_q15():
    images, streams = rotated(None)
    for found in streams[1:]:
        assert_array_equal(found, streams[0])
    net = begin(seed=5)
    net.add_layer("rotate", id="turned")
    drawn = net.layers["turned"].angle
    assert_allclose(drawn.get_value(), np.random.RandomState(5).uniform(size=(4, 1)), rtol=1e-6)
    assert net.params == [drawn] and net.active_params == []
    net.restart(np.random.RandomState(6))
    assert_allclose(drawn.get_value(), np.random.RandomState(6).uniform(size=(4, 1)), rtol=1e-6)


def test_what_lies_below_and_above_can_be_trained_q15():
    """In float32: NumPy's angles would make float64 of the images, and no gradient."""
    net = begin()
    net.add_layer("conv_pool", id="below", num_neurons=2)
    net.add_layer("rotate", angle=np.full(4, 0.3))
    net.add_layer("conv_pool", id="above", num_neurons=2)
    finish(net)
    net.datastream["data"].set_data("train", 0)
    before = [p.get_value() for p in net.active_params]
    assert np.isfinite(net.mini_batch_train(0))
    assert all(abs(p.get_value() - b).max() > 0 for p, b in zip(net.active_params, before))


def test_a_symbolic_angle_has_a_gradient():
    with floatx("float64"), without_c_code():
        net, angle = begin(), T.dscalar()
        net.add_layer("rotate", id="turned", angle=angle)
        cost = T.sum(net.layers["turned"].output ** 3)
        f = theano.function([net.datastream["data"].x, angle], [cost, theano.grad(cost, angle)])
        x = np.random.RandomState(0).normal(size=(2, SIDE * SIDE))
        slope = (f(x, 0.3 + 1e-6)[0] - f(x, 0.3 - 1e-6)[0]) / 2e-6
        assert_allclose(f(x, 0.3)[1], slope, rtol=1e-6)


def test_what_cannot_be_turned_is_refused_by_name():
    net = begin()
    for angle in ("left", np.ones(3), np.ones((4, 2)), [[[1]]], [None]):
        said = message(ValueError, net.add_layer, "rotate", id="turned", angle=angle)
        assert "rotate 'turned'" in said and "angle" in said, said
    net.add_layer("flatten")
    said = message(ValueError, net.add_layer, "rotate", id="turned")
    assert "rotate 'turned'" in said and "takes maps" in said, said
