"""Patches and convolution: against Keras and SciPy, and what holds for a picture that is moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from skmlbio.images import _patches, convolve, image_patches, max_pool

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(size=(3, 9, 11, 2))
KERNELS = RANDOM.normal(size=(4, 3, 2, 5))
EACH_WAY = pytest.mark.parametrize("padding", ["valid", "same"])


def test_patches_are_a_view_with_a_row_for_each_place() -> None:
    X = np.arange(20).reshape(4, 5)
    patches = image_patches(X, (2, 3))
    assert patches.shape == (3, 3, 2, 3) and np.shares_memory(patches, X) and not patches.flags.writeable
    assert all(np.array_equal(patches[i, j], X[i : i + 2, j : j + 3]) for i in range(3) for j in range(3))
    assert np.array_equal(image_patches(X, (2, 3), stride=(2, 1)), patches[::2])


def test_any_number_of_images_and_channels() -> None:
    patches = image_patches(IMAGES, (4, 3), stride=2, channels=True)
    assert patches.shape == (3, 3, 5, 4, 3, 2) and np.shares_memory(patches, IMAGES)
    assert np.array_equal(patches[1, 2, 3], IMAGES[1, 4:8, 6:9])
    deep = IMAGES.reshape(3, 1, *IMAGES.shape[1:])
    assert np.array_equal(image_patches(deep, (4, 3), stride=2, channels=True)[:, 0], patches)
    assert np.array_equal(image_patches(IMAGES[0], (4, 3), stride=2, channels=True), patches[0])


def test_borders_are_added_by_a_number_by_a_pair_or_so_that_sizes_stay() -> None:
    X = np.ones((4, 5), np.uint8)
    assert image_patches(X, 3, padding=1).shape[:2] == (4, 5)
    assert image_patches(X, 3, padding=(2, 0), value=7)[0, 0].tolist() == [[7] * 3, [7] * 3, [1] * 3]
    assert image_patches(X, (2, 4), padding="same").shape[:2] == (4, 5)
    assert image_patches(X, 9, padding="same", stride=3).shape[:2] == (2, 2)


@EACH_WAY
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_convolution_is_that_of_keras(padding: str, stride: int) -> None:
    keras = pytest.importorskip("keras")
    X, W = IMAGES.astype(np.float32), KERNELS.astype(np.float32)
    expected = np.asarray(keras.ops.conv(X, W, strides=stride, padding=padding))
    found = convolve(X, W, stride=stride, padding=padding)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_convolution_is_that_of_scipy() -> None:
    grey, kernels = IMAGES[..., 0], KERNELS[:, :, 0]
    for padding, mode in ((0, "valid"), ((3, 2), "full")):
        expected = [[correlate2d(image, kernel, mode) for kernel in np.moveaxis(kernels, -1, 0)] for image in grey]
        np.testing.assert_allclose(convolve(grey, kernels, padding=padding), np.moveaxis(expected, 1, -1), rtol=1e-12)


def test_convolution_is_a_product_of_matrices_whatever_fits_into_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    patches = image_patches(IMAGES, KERNELS.shape[:2], channels=True)
    expected = (patches.reshape(-1, 24) @ KERNELS.reshape(24, 5)).reshape(3, 6, 9, 5)
    for block in (1, 24 * 9 * 4, 24 * 54 * 2, 1 << 30):
        monkeypatch.setattr(_patches, "_BLOCK", block)
        np.testing.assert_allclose(convolve(IMAGES, KERNELS), expected, rtol=1e-12)
        np.testing.assert_allclose(convolve(IMAGES[1], KERNELS), expected[1], rtol=1e-12)
        np.testing.assert_allclose(convolve(IMAGES[:, np.newaxis], KERNELS)[:, 0], expected, rtol=1e-12)
    assert convolve(IMAGES[:0], KERNELS).shape == (0, 6, 9, 5)


@pytest.mark.parametrize(
    ("image", "kernel", "found"),
    [
        (np.uint8, np.int8, np.float32),
        (bool, bool, np.float32),
        (np.float32, np.uint16, np.float32),
        (np.int32, np.float32, np.float64),
        (np.float16, np.float64, np.float64),
        (np.longdouble, np.float32, np.float64),
    ],
)
def test_small_types_do_not_overflow(image: type, kernel: type, found: type) -> None:
    Y = convolve(np.ones((20, 20), image), np.ones((20, 20, 1), kernel))
    assert Y.dtype == found and Y.tolist() == [[[400]]]


# A picture on an empty ground, far from all borders, and how far it is moved.
pictures = st.tuples(
    st.integers(0, 2**32 - 1), st.tuples(st.integers(1, 5), st.integers(1, 5)), st.tuples(*[st.integers(-6, 6)] * 2)
)


@settings(max_examples=50, deadline=None)
@given(pictures)
def test_what_moves_in_an_image_moves_in_its_convolution(picture: tuple) -> None:
    """φ(τ(X)) = τ(φ(X)), to the last bit of integers."""
    seed, size, shift = picture
    random = np.random.default_rng(seed)
    X = np.zeros((32, 32), int)
    X[13:19, 13:19] = random.integers(-9, 10, (6, 6))
    kernels = random.integers(-9, 10, (*size, 3))
    moved = convolve(np.roll(X, shift, (0, 1)), kernels, padding="same")
    assert np.array_equal(moved, np.roll(convolve(X, kernels, padding="same"), shift, (0, 1)))


def test_at_borders_a_shift_is_no_longer_one() -> None:
    X, kernel = np.zeros((5, 5), int), np.ones((3, 3, 1))
    X[2, 1] = 1
    whole, cut = (convolve(np.roll(X, shift, 1), kernel, padding="same")[..., 0] for shift in (0, -1))
    assert (whole.sum(), cut.sum()) == (9, 6)
    assert not np.array_equal(cut, np.roll(whole, -1, 1)) and np.array_equal(cut[:, :2], whole[:, 1:3])


def test_pooling_adds_a_little_invariance() -> None:
    """Within a window it does not matter where the largest number stands; from window to window pooling is moved."""
    X = np.zeros((9, 9), int)
    X[3, 3] = 1
    pooled = max_pool(X, 3)
    assert all(np.array_equal(max_pool(np.roll(X, (i, j), (0, 1)), 3), pooled) for i in range(3) for j in range(3))
    assert np.array_equal(max_pool(np.roll(X, 3, 1), 3), np.roll(pooled, 1, 1))
    assert not np.array_equal(max_pool(np.roll(X, -1, 1), 3), pooled)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image_patches(np.ones(4), 2), r"X has shape \(4,\), but must be of shape \(..., height, width\)"),
        (
            lambda: image_patches(np.ones((4, 4)), 2, channels=True),
            r"shape \(..., height, width, n_channels\)",
        ),
        (lambda: image_patches(np.ones((4, 4)), 5), "a patch of 5 × 5 does not fit into an image of 4 × 4; padding="),
        (lambda: image_patches(np.ones((4, 4)), 0), "size must be an int of 1 or more, or a pair of them; got 0"),
        (lambda: image_patches(np.ones((4, 4)), (1, 2.5)), r"size must be .* got \(1, 2.5\)"),
        (lambda: image_patches(np.ones((4, 4)), (1, 2, 3)), "size must be an int of 1"),
        (lambda: image_patches(np.ones((4, 4)), 2, stride=0), "stride must be an int of 1 or more"),
        (lambda: image_patches(np.ones((4, 4)), 2, stride=True), "stride must be .* got True"),
        (lambda: image_patches(np.ones((4, 4)), 2, padding="full"), "padding must be 'valid', 'same', a number"),
        (lambda: image_patches(np.ones((4, 4)), 2, padding=-1), "padding must be an int of 0 or more"),
        (lambda: convolve(np.ones((4, 4)), np.ones((2, 2))), r"kernels have shape \(2, 2\), but must be"),
        (lambda: convolve(np.ones((4, 4)), np.ones((2, 2, 0))), r"kernels have shape \(2, 2, 0\)"),
        (lambda: convolve(np.ones((4, 4, 3)), np.ones((2, 2, 1, 5))), "X has 3 channels, but the kernels have 1"),
        (lambda: convolve([["a"]], np.ones((1, 1, 1))), "X must hold numbers, not values of dtype <U1"),
        (lambda: convolve(np.ones((4, 4)), [[["a"]]]), "kernels must hold numbers, not values of dtype <U1"),
    ],
)
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call()


@pytest.mark.parametrize("value", [-1, 300, 0.5, np.nan, np.inf])
def test_a_value_that_integers_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="is none of the numbers of X, which are of type uint8"):
        image_patches(np.zeros((3, 3), np.uint8), 2, padding=1, value=value)
    assert image_patches(np.zeros((3, 3)), 2, padding=1, value=-1)[0, 0, 0, 0] == -1
