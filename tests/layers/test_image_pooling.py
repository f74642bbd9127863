"""Pooling of windows and of whole images, padded or not."""

from pathlib import Path

import keras
import numpy as np
import pytest

from skmlbio.images import average_pool, max_pool
from skmlbio.layers import GlobalPooling, SqueezeAndExcitation, WindowPooling
from skmlbio.layers.image_convolution import real_pixels
from skmlbio.layers.image_pooling import pool_images, pool_windows

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# Negative throughout, so that a padded zero would win under "max".
X = (-1 - np.random.default_rng(0).random((3, 6, 7, 2))).astype("float32")
SIZES = np.array([[6, 7], [4, 5], [1, 1]])
REAL = np.asarray(real_pixels(X, SIZES))
LECTURE = [
    [1, 3, 3, 1, 1, 0, 0, 1, 1],
    [2, 1, 1, 0, 0, 2, 1, 1, 2],
    [0, 1, 1, 0, 3, 3, 0, 1, 6],
    [1, 5, 1, 1, 0, 3, 1, 0, 1],
    [1, 2, 1, 1, 2, 4, 0, 1, 3],
    [1, 1, 0, 0, 3, 0, 1, 1, 1],
]


def test_the_matrix_of_the_lecture() -> None:
    x = np.array(LECTURE, "float32")[None, :, :, None]
    assert pool_windows(x, size=3).numpy()[0, :, :, 0].tolist() == [[3, 3, 6], [5, 4, 3]]
    expected = average_pool(np.array(LECTURE), 3)
    np.testing.assert_allclose(pool_windows(x, size=3, pooling="mean").numpy()[0, :, :, 0], expected, atol=1e-6)


@pytest.mark.parametrize("fill", [0.0, 1e4, -1e4])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 10])
@pytest.mark.parametrize("pooling", ["max", "mean"])
def test_windows_lie_side_by_side_and_end_at_the_border(pooling: str, size: int, fill: float) -> None:
    found = pool_windows(np.where(REAL[..., None], X, np.float32(fill)), REAL, size, pooling).numpy()
    for image, pooled, (height, width) in zip(X, found, SIZES, strict=True):
        for row in range(-(-height // size)):
            for column in range(-(-width // size)):
                window = image[:height, :width][size * row : size * (row + 1), size * column : size * (column + 1)]
                expected = getattr(window, pooling)(axis=(0, 1))
                np.testing.assert_allclose(pooled[row, column], expected, atol=1e-5)
        alone = pool_windows(image[None, :height, :width], size=size, pooling=pooling).numpy()[0]
        np.testing.assert_allclose(pooled[: alone.shape[0], : alone.shape[1]], alone, atol=1e-5)


def test_windows_around_every_pixel() -> None:
    found = pool_windows(np.where(REAL[..., None], X, np.float32(9)), REAL, 3, "max", stride=1).numpy()
    for image, pooled, (height, width) in zip(X, found, SIZES, strict=True):
        expected = max_pool(image[:height, :width], 3, stride=1, padding=1, channels=True)
        np.testing.assert_array_equal(pooled[:height, :width], expected)


@pytest.mark.parametrize("pooling", ["max", "mean"])
def test_whole_images_are_pooled_over_real_pixels(pooling: str) -> None:
    found = pool_images(np.where(REAL[..., None], X, np.float32(7)), REAL, pooling).numpy()
    alone = [
        getattr(image[:height, :width], pooling)(axis=(0, 1)) for image, (height, width) in zip(X, SIZES, strict=True)
    ]
    np.testing.assert_allclose(found, alone, atol=1e-6)
    np.testing.assert_allclose(pool_images(X, pooling=pooling), getattr(X, pooling)(axis=(1, 2)), atol=1e-6)


def test_squeeze_and_excitation_weighs_channels_by_the_mean_of_real_pixels() -> None:
    layer = SqueezeAndExcitation(ratio=2)
    found = layer(np.where(REAL[..., None], X, np.float32(7)), real=REAL).numpy()
    squeeze, squeeze_bias, excite, excite_bias = layer.get_weights()
    assert squeeze.shape == (2, 1)
    for image, answer, (height, width) in zip(X, found, SIZES, strict=True):
        image = image[:height, :width]
        hidden = np.maximum(image.mean(axis=(0, 1)) @ squeeze + squeeze_bias, 0)
        shares = 1 / (1 + np.exp(-hidden @ excite - excite_bias))
        np.testing.assert_allclose(answer[:height, :width], image * shares, atol=1e-5)


@saves_variables
def test_they_are_saved_with_a_model(tmp_path: Path) -> None:
    layers = [WindowPooling(2, "mean"), WindowPooling(3, stride=1), SqueezeAndExcitation(1), GlobalPooling("max")]
    model = keras.Sequential([keras.Input((None, None, 2)), *layers])
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(X), model(X))
