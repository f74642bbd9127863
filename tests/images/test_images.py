"""Images as a network takes them: one scale of pixels, sizes, groups of similar sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmlbio.images import Images, as_numbers, ensure_images

RANDOM = np.random.default_rng(0)
UNEQUAL = [RANDOM.random((3 + i % 2, 5 - i % 3, 2)) for i in range(7)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pixels_of_bytes_and_numbers_from_0_to_1_are_the_same(dtype: type) -> None:
    for kind, top in ((np.uint8, 255), (np.uint16, 65535)):
        pixels = RANDOM.integers(0, top + 1, (3, 4, 5, 1)).astype(kind)
        np.testing.assert_allclose(as_numbers(pixels, dtype), pixels / top, rtol=1e-6)
        assert as_numbers(pixels, dtype).dtype == dtype


@pytest.mark.parametrize("kind", [bool, np.int8, np.int32, np.int64, np.uint32, np.float16, np.float32, np.float64])
def test_all_other_pixels_are_taken_as_they_are(kind: type) -> None:
    pixels = RANDOM.integers(0, 2, (3, 4, 5, 1)).astype(kind) * (1 if kind is bool else kind(100))
    np.testing.assert_array_equal(as_numbers(pixels), pixels.astype(float))


def test_as_numbers_does_not_write_into_what_was_given() -> None:
    pixels = np.full((1, 2, 2, 1), 51.0, np.float32)
    as_numbers(pixels)[:] = 0
    assert (pixels == 51).all()


def test_images_are_taken_by_place_and_padded_below_and_to_the_right() -> None:
    images = Images(UNEQUAL)
    batch = images.take(np.array([4, 1]), np.float64, (6, 7))
    for taken, image in zip(batch, (UNEQUAL[4], UNEQUAL[1]), strict=True):
        height, width, _ = image.shape
        np.testing.assert_array_equal(taken[:height, :width], image)
        assert not taken[height:].any() and not taken[:, width:].any()


def test_parts_of_parts_are_the_same_images() -> None:
    for pixels in (UNEQUAL, RANDOM.random((7, 3, 4, 2))):
        part = Images(pixels)[np.array([5, 2, 3])][np.array([2, 0])]
        np.testing.assert_array_equal(part.sizes, [pixels[i].shape[:2] for i in (3, 5)])
        for place, i in enumerate((3, 5)):
            np.testing.assert_array_equal(part.take(np.array([place]), np.float64)[0], pixels[i])
    assert len(part) == 2 and part.n_channels == 2


def test_only_what_single_precision_may_round_is_wide() -> None:
    narrow = [np.zeros((2, 2), kind) for kind in (bool, np.uint8, np.uint16, np.int16, np.float16, np.float32)]
    assert not any(Images(ensure_images([image])).is_wide() for image in narrow)
    assert not Images(ensure_images(narrow)).is_wide()
    assert all(Images(ensure_images([np.zeros((2, 2), kind)])).is_wide() for kind in (np.int32, np.int64, np.float64))
    assert Images(ensure_images([*narrow, np.zeros((2, 2))])).is_wide()


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=40))
def test_groups_have_every_image_once_and_are_few(sizes: list[tuple[int, int]]) -> None:
    images = Images([np.broadcast_to(np.uint8(1), (*size, 1)) for size in sizes])
    groups = images.by_size()
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(sizes)))
    assert 1 <= len(groups) <= 4 and all(len(group) for group in groups)


def test_groups_divide_what_differs_much() -> None:
    sizes = [(10, 10)] * 20 + [(12, 11)] * 5 + [(100, 90)] * 3
    groups = Images([np.broadcast_to(np.uint8(1), (*size, 1)) for size in sizes]).by_size()
    assert sorted(map(len, groups)) == [3, 25]
    assert len(Images(np.zeros((9, 4, 5, 1))).by_size()) == 1


def test_high_and_wide_images_go_apart() -> None:
    sizes = [(10, 100), (100, 10)] * 10
    groups = Images([np.broadcast_to(np.uint8(1), (*size, 1)) for size in sizes]).by_size()
    assert sorted(len({sizes[i] for i in group}) for group in groups) == [1, 1]
