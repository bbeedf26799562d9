"""Preprocessing against NumPy and scipy in float64, by call as YANN does and fitted."""

import warnings

import numpy as np
import scipy.linalg

from tests.small import message
from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox.making import preprocessing
from yann_weightnorm.toolbox.making.preprocess import Preprocessor, preprocess_options
from yann_weightnorm.toolbox.making.steps import MOST_COLUMNS, Whiten

GREY = np.array([0.2989, 0.5870, 0.1140])
rng = np.random.RandomState(0)
COLOUR = rng.randint(0, 256, (40, 3, 2, 3)).astype("uint8")
FLAT = COLOUR.reshape(40, -1).astype("float64")


def call(data, channels=3, **args):
    return preprocessing(data, 3, 2, channels, args)


def fitted(blocks, shape=(3, 2, 3), **args):
    return Preprocessor(preprocess_options(args), shape).fit(lambda: blocks)


# -- YANN's function ----------------------------------------------------------------------------

def test_nothing_asked_gives_rows():
    np.testing.assert_array_equal(call(COLOUR), FLAT)
    np.testing.assert_array_equal(call(COLOUR.reshape(40, 18)), FLAT)
    np.testing.assert_array_equal(call(COLOUR[..., 0], 1), COLOUR[..., 0].reshape(40, 6))


def test_normalize_divides_by_the_largest_value():
    np.testing.assert_allclose(call(COLOUR, normalize=True), FLAT / (FLAT.max() + 1e-7), rtol=1e-14)


def test_zero_mean_stretches_what_is_normalised_and_centres_what_is_not():
    np.testing.assert_allclose(call(COLOUR, normalize=True, zero_mean=True),
                               FLAT / (FLAT.max() + 1e-7) * 2 - 1, atol=1e-14)
    np.testing.assert_allclose(call(FLAT, zero_mean=True), FLAT - FLAT.mean(), atol=1e-12)


def test_grayscale_weighs_the_channels_and_leaves_grey_as_it_is():
    grey = (COLOUR.astype("float64") @ GREY).reshape(40, 6)
    np.testing.assert_allclose(call(COLOUR, grayscale=True), grey, rtol=1e-13)
    np.testing.assert_allclose(call(COLOUR.reshape(40, 18), grayscale=True), grey, rtol=1e-13)
    one = COLOUR[..., :1]
    np.testing.assert_array_equal(call(one, 1, grayscale=True), one.reshape(40, 6))


def test_contrast_gives_each_image_mean_0_and_deviation_1():
    x = call(np.concatenate([FLAT, np.full((1, 18), 7.0)]), GCN=True)
    np.testing.assert_allclose(x[:-1].mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(x[:-1].std(axis=1), 1, rtol=1e-14)
    assert (x[-1] == 0).all()


def test_whitening_by_call_is_by_the_number_of_columns_without_centring_q47():
    x = FLAT / (FLAT.max() + 1e-7)
    u, s, _ = scipy.linalg.svd(x.T @ x / x.shape[1])
    wanted = x @ u @ np.diag(1 / np.sqrt(s + 1e-7)) @ u.T
    np.testing.assert_allclose(call(COLOUR, ZCA=True), wanted, rtol=1e-8, atol=1e-10)


def test_the_order_of_all_steps_is_yanns():
    x = (COLOUR.astype("float64") @ GREY).reshape(40, 6)
    x = (x / (x.max() + 1e-7) - 0.5) * 2
    u, s, _ = scipy.linalg.svd(x.T @ x / 6)
    got = call(COLOUR, normalize=True, zero_mean=True, grayscale=True, ZCA=True)
    np.testing.assert_allclose(got, x @ u @ np.diag(1 / np.sqrt(s + 1e-7)) @ u.T, rtol=1e-8)


def test_the_data_of_the_caller_stay_as_they_are():
    data = FLAT.copy()
    call(data, normalize=True, zero_mean=True, GCN=True, ZCA=True)
    np.testing.assert_array_equal(data, FLAT)


def test_wrong_shapes_and_options_are_told():
    with raises(ValueError, "height, width and channels", "(40, 17)"):
        call(FLAT[:, 1:])
    with raises(ValueError, "(0, 18)"):
        call(FLAT[:0])
    with raises(ValueError, "a dict of 'normalize'", "got a list"):
        preprocessing(FLAT, 3, 2, 3, ["ZCA"])
    with raises(ValueError, "'grayscale' needs red, green and blue", "2 channels"):
        call(COLOUR[..., :2], 2, grayscale=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(FLAT, grayscle=True)
    assert "'grayscle' (perhaps you meant 'grayscale')" in str(caught[0].message)


# -- fitted -------------------------------------------------------------------------------------

def test_fitted_whitening_makes_the_training_covariance_the_identity_q47():
    blocks = [FLAT[:7], FLAT[7:30], FLAT[30:]]
    x = fitted(blocks, ZCA=True).apply(FLAT)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(np.cov(x.T, bias=True), np.eye(18), atol=1e-3)


def test_fitted_whitening_is_the_symmetric_root_of_the_inverse_covariance():
    x = FLAT / (FLAT.max() + 1e-7)
    matrix = scipy.linalg.inv(scipy.linalg.sqrtm(np.cov(x.T, bias=True) + 1e-7 * np.eye(18)))
    other = rng.uniform(size=(5, 18)) * 255
    got = fitted([FLAT[:11], FLAT[11:]], ZCA=True).apply(other)
    np.testing.assert_allclose(got, (other / (FLAT.max() + 1e-7) - x.mean(axis=0)) @ matrix,
                               rtol=1e-6, atol=1e-8)


def test_whitening_does_not_blow_up_what_never_varied():
    train = FLAT.copy()
    train[:, 0] = 3                         # a pixel that is the same in every image
    train[:, 2] = train[:, 1]               # two that are equal
    chain = fitted([train], ZCA=True)
    lit = train[:1].copy()
    lit[0, 0] = 255
    assert abs(chain.apply(lit)).max() < 10
    np.testing.assert_allclose(chain.apply(lit), chain.apply(train[:1]), atol=1e-9)


def test_one_block_and_many_fit_the_same():
    whole, parts = Whiten(), Whiten()
    whole.fit([FLAT + 1e4])                 # far from 0, where sums of squares lose digits
    parts.fit(FLAT[k:k + 3] + 1e4 for k in range(0, 40, 3))
    np.testing.assert_allclose(parts.matrix, whole.matrix, rtol=1e-8, atol=1e-12)


def test_other_images_get_the_numbers_of_the_training_ones():
    other = rng.uniform(300, 400, size=(4, 18))
    largest = FLAT.max() + 1e-7
    np.testing.assert_allclose(fitted([FLAT], normalize=True).apply(other), other / largest)
    np.testing.assert_allclose(fitted([FLAT[:3], FLAT[3:]], zero_mean=True).apply(other),
                               other - FLAT.mean())


def test_grey_images_have_one_channel_afterwards_q46():
    assert fitted([FLAT], grayscale=True).shape == (3, 2, 1)
    assert fitted([FLAT]).shape == (3, 2, 3)


def test_whitening_of_large_images_says_why_it_is_not_done():
    columns = MOST_COLUMNS + 1
    said = message(ValueError, Whiten().fit, [np.zeros((1, columns), "float32")])
    assert f"images of {columns} values" in said and "2 GiB" in said, said
