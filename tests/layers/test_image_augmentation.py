"""Images moved at random."""

from pathlib import Path

import keras
import numpy as np
import pytest
import scipy.ndimage

from skmlbio.layers import RandomMove
from skmlbio.layers.image_augmentation import moved_images

# Keras turns its variables into arrays in the way of NumPy 1 when it saves.
saves_variables = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
X = np.random.default_rng(0).random((3, 6, 7, 2)).astype("float32")
SIZES = np.array([[6, 7], [4, 5], [1, 1]])


def turned(angle: float, factor: float = 1.0) -> np.ndarray:
    cosine, sine = factor * np.cos(angle), factor * np.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]], "float32")


@pytest.mark.parametrize("angle", [0.0, 0.3, -1.2])
def test_it_is_the_bilinear_transform_of_scipy(angle: float) -> None:
    matrix, shift = turned(angle, 0.8), np.array([0.7, -1.3], "float32")
    found = moved_images(X, np.stack([matrix] * 3), np.stack([shift] * 3), SIZES).numpy()
    for image, answer, (height, width) in zip(X, found, SIZES, strict=True):
        middle = (np.array([height, width]) - 1) / 2
        offset = middle + shift - matrix @ middle
        for channel in range(2):
            expected = scipy.ndimage.affine_transform(
                image[:height, :width, channel], matrix, offset, order=1, mode="nearest"
            )
            np.testing.assert_allclose(answer[:height, :width, channel], expected, atol=1e-4)


def test_flips_are_exact_within_the_borders_of_each_image() -> None:
    layer = RandomMove("both", seed=0)
    seen = set()
    for _ in range(20):
        found = layer(X, sizes=SIZES, training=True).numpy()
        for number, (image, answer, (height, width)) in enumerate(zip(X, found, SIZES, strict=True)):
            image, answer = image[:height, :width], answer[:height, :width]
            ways = [image[::i, ::j] for i in (1, -1) for j in (1, -1)]
            matches = [way for way, flipped in enumerate(ways) if np.array_equal(flipped, answer)]
            assert matches
            seen |= {(number, way) for way in matches}
    assert {(0, way) for way in range(4)} <= seen


def test_only_what_is_asked_for_changes() -> None:
    same = RandomMove(seed=0)(X, training=True).numpy()
    np.testing.assert_allclose(same, X, atol=1e-6)
    assert np.array_equal(RandomMove("both", 30, 0.2, 0.3, seed=0)(X, training=False), X)
    horizontal = RandomMove("horizontal", seed=0)(np.repeat(X[:1], 40, axis=0), training=True).numpy()
    assert {tuple(image[0, :, 0]) for image in horizontal} == {tuple(X[0, 0, :, 0]), tuple(X[0, 0, ::-1, 0])}


def test_shifts_and_scales_stay_within_their_limits() -> None:
    ramp = np.tile(np.arange(21.0, dtype="float32"), (400, 21, 1))[..., None]  # the column of each pixel
    shifted = RandomMove(shift=0.1, seed=0)(ramp, training=True).numpy()[:, 10, 10, 0]
    assert 1.5 < np.abs(shifted - 10).max() <= 2.1 + 1e-4
    scaled = RandomMove(scale=0.5, seed=0)(ramp, training=True).numpy()[:, 10, :, 0]
    steps = scaled[:, 11] - scaled[:, 10]
    assert 1 / 1.5 - 1e-4 <= steps.min() < 0.7 and 1.4 < steps.max() <= 1.5 + 1e-4


def test_an_unknown_flip_is_refused() -> None:
    with pytest.raises(ValueError, match="flip must be 'horizontal', 'vertical', 'both' or None, not 'left'"):
        RandomMove("left")


@saves_variables
def test_it_is_saved_with_a_model(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((None, None, 2)), RandomMove("vertical", 10, 0.1, 0.2)])
    model.save(tmp_path / "model.keras")
    layer = keras.models.load_model(tmp_path / "model.keras").layers[-1]
    assert (layer.flip, layer.rotation, layer.shift, layer.scale) == ("vertical", 10, 0.1, 0.2)
