"""The way in for images."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from skmlbio.images import ensure_images

GREY, COLOUR = np.arange(24).reshape(2, 4, 3), np.arange(72).reshape(2, 4, 3, 3)


def boxed(images: list, shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(len(images), object)
    array[:] = images
    return array.reshape(shape)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.uint16, np.int64, np.float16, np.float32, np.float64])
def test_types_stay_and_arrays_are_not_copied(dtype: type) -> None:
    grey = GREY.astype(dtype)
    images = ensure_images(grey)
    assert (images.shape, images.dtype) == ((2, 4, 3, 1), dtype) and np.shares_memory(images, grey)
    assert ensure_images(COLOUR.astype(dtype)).shape == COLOUR.shape


@pytest.mark.parametrize(
    "X",
    [
        list(GREY),
        tuple(GREY),
        GREY.tolist(),
        [GREY[0], GREY[1][..., np.newaxis]],
        boxed(list(GREY), (2,)),
        boxed(list(GREY), (2, 1)),
        pd.Series(list(GREY)),
        pd.DataFrame({"image": list(GREY)}),
    ],
    ids=["list", "tuple", "nested lists", "with and without channels", "objects", "column", "series", "frame"],
)
def test_images_of_one_size_become_one_array(X: Any) -> None:
    images = ensure_images(X)
    assert isinstance(images, np.ndarray) and np.array_equal(images, GREY[..., np.newaxis])


def test_images_of_several_sizes_or_types_stay_a_list() -> None:
    images = ensure_images([COLOUR[0], COLOUR[1, :1, :1]])
    assert [image.shape for image in images] == [(4, 3, 3), (1, 1, 3)]
    images = ensure_images([GREY[0].astype(np.uint8), GREY[1] / 24])
    assert [image.dtype for image in images] == [np.uint8, np.float64]


def test_images_of_pillow() -> None:
    image = pytest.importorskip("PIL.Image")
    assert ensure_images([image.new("RGB", (5, 4)), image.new("RGB", (5, 4))]).shape == (2, 4, 5, 3)
    with pytest.raises(
        TypeError, match=r"X must be an array or a list of images, got a Image; a list of one is \[image\]"
    ):
        ensure_images(image.new("RGB", (5, 4)))


def test_channels_are_those_of_the_fit() -> None:
    assert ensure_images(COLOUR, n_channels=3).shape == COLOUR.shape
    with pytest.raises(ValueError, match="image 0 has 1 channel, but those of the fit had 3"):
        ensure_images(GREY, n_channels=3)


def test_what_is_missing_passes_where_it_may() -> None:
    X = np.where(np.eye(4) > 0, np.nan, np.ones((2, 4, 4)))
    assert np.isnan(ensure_images(X, allow_nan=True)).sum() == 8
    with pytest.raises(
        ValueError, match="image 1 has inf at row 2, column 0, channel 0; all pixels must be finite numbers or NaN"
    ):
        ensure_images([X[0], np.where(np.arange(16).reshape(4, 4) == 8, np.inf, X[1])], allow_nan=True)


def test_images_of_pillow_are_taken_by_their_colours() -> None:
    image = pytest.importorskip("PIL.Image")
    colours = np.random.default_rng(0).integers(0, 2, (5, 6, 3)).astype(np.uint8) * 255
    given = image.fromarray(colours)
    transparent = given.convert("RGBA")
    for one, expected in (
        (given, colours),
        (given.quantize(8), colours),
        (given.convert("CMYK"), colours),
        (given.convert("L").convert("LA"), np.asarray(given.convert("L").convert("RGBA"))),
        (transparent, np.asarray(transparent)),
        (given.convert("L"), np.asarray(given.convert("L"))[..., np.newaxis]),
        (given.convert("L").convert("F"), np.asarray(given.convert("L"))[..., np.newaxis]),
        (given.convert("1"), np.asarray(given.convert("1"))[..., np.newaxis]),
    ):
        np.testing.assert_array_equal(ensure_images([one])[0], expected)
    with pytest.raises(ValueError, match="image 1: its pixels are of Pillow's mode HSV"):
        ensure_images([given, given.convert("HSV")])


def test_masked_pixels_are_refused_with_a_way_out() -> None:
    masked = np.ma.masked_equal(np.arange(6.0).reshape(2, 3), 4)
    with pytest.raises(
        ValueError, match="image 0 is masked at row 1, column 1, channel 0; fill it, or leave the image"
    ):
        ensure_images([masked])
    with pytest.raises(ValueError, match=r"is masked at row 1, column 1, channel 0; give image.filled\(numpy.nan\)"):
        ensure_images([masked], allow_nan=True)
    assert ensure_images([np.ma.masked_equal(np.ones((2, 2)), 7)])[0].shape == (2, 2, 1)
