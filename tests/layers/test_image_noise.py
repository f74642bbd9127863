"""Noise of images: what is disturbed, how much of it, and that padding is left out."""

import numpy as np
import pytest

from skmlbio.layers.image_noise import Holes, PixelMasking, SaltAndPepper

RANDOM = np.random.default_rng(0)
X = RANDOM.uniform(1, 2, size=(200, 9, 14, 2)).astype("float32")


@pytest.mark.parametrize("layer", [PixelMasking, SaltAndPepper, Holes])
def test_nothing_is_disturbed_but_in_training(layer: type) -> None:
    assert np.array_equal(layer(0.5)(X), X)
    assert np.array_equal(layer(0.0)(X, training=True), X)
    first, again, other = (layer(0.5, seed=seed)(X, training=True).numpy() for seed in (3, 3, 4))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize("layer", [PixelMasking, SaltAndPepper, Holes])
@pytest.mark.parametrize("amount", [0.1, 0.25])
def test_the_share_of_pixels_with_all_their_channels(layer: type, amount: float) -> None:
    changed = layer(amount, seed=0)(X, training=True).numpy() != X
    assert (changed[..., 0] != changed[..., 1]).mean() < 1e-3  # where a pixel is white, it stays so
    assert abs(changed.mean() - amount) < 0.02


def test_holes_are_one_rectangle_an_image() -> None:
    sizes = np.array([[9, 14], [3, 4]] * 100)
    hidden = Holes(0.2, seed=0)(X, sizes, training=True).numpy()[..., 0] == 0
    for image, (height, width) in zip(hidden, sizes, strict=True):
        rows, columns = image.any(axis=1), image.any(axis=0)
        assert np.array_equal(image, np.outer(rows, columns))
        assert not rows[height:].any() and not columns[width:].any()
        for side in (rows, columns):
            assert np.count_nonzero(np.diff(np.r_[0, side, 0])) in (0, 2)


def test_salt_and_pepper_are_the_ends_of_what_is_no_padding() -> None:
    x = np.full((1, 20, 20, 1), -5.0, "float32")
    x[:, :20, :10] = RANDOM.uniform(1, 2, size=(1, 20, 10, 1))
    inside = x[0, :, :10]
    found = SaltAndPepper(0.5, seed=0)(x, np.array([[20, 10]]), training=True).numpy()[0, :, :10]
    assert set(found[found != inside].tolist()) == {inside.min(), inside.max()}
