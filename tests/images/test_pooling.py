"""Pooling, against Keras."""

import numpy as np
import pytest

from skmlbio.images import average_pool, max_pool

IMAGES = np.random.default_rng(0).normal(size=(3, 9, 11, 2)).astype(np.float32)
LECTURE = [
    [1, 3, 3, 1, 1, 0, 0, 1, 1],
    [2, 1, 1, 0, 0, 2, 1, 1, 2],
    [0, 1, 1, 0, 3, 3, 0, 1, 6],
    [1, 5, 1, 1, 0, 3, 1, 0, 1],
    [1, 2, 1, 1, 2, 4, 0, 1, 3],
    [1, 1, 0, 0, 3, 0, 1, 1, 1],
]


def test_three_by_three_pooling_of_a_matrix() -> None:
    assert max_pool(LECTURE, 3).tolist() == [[3, 3, 6], [5, 4, 3]]
    np.testing.assert_allclose(average_pool(LECTURE, 3), [[13 / 9, 10 / 9, 13 / 9], [13 / 9, 14 / 9, 9 / 9]])


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "stride"), [(2, None), ((3, 2), None), (3, 1), (4, (3, 2)), (2, 3)])
def test_pooling_is_that_of_keras(size, stride, padding: str) -> None:
    keras = pytest.importorskip("keras")
    for pool, theirs in ((max_pool, keras.ops.max_pool), (average_pool, keras.ops.average_pool)):
        found = pool(IMAGES, size, stride=stride, padding=padding, channels=True)
        assert found.dtype == np.float32
        expected = theirs(IMAGES, size, strides=size if stride is None else stride, padding=padding)
        np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-5, atol=1e-6)
        one = pool(IMAGES[0, ..., 1], size, stride=stride, padding=padding)
        np.testing.assert_allclose(one, found[0, ..., 1], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64, np.float16, np.float64])
def test_types_stay_and_what_is_added_counts_for_nothing(dtype: type) -> None:
    X = -np.ones((3, 3)) if np.dtype(dtype).kind in "if" else np.ones((3, 3))
    pooled = max_pool(X.astype(dtype), 2, padding=1)
    assert pooled.dtype == dtype and np.array_equal(pooled, X[:2, :2])
    assert np.array_equal(average_pool(X.astype(dtype), 2, padding=1), X[:2, :2])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sums_of_narrow_types_do_not_overflow(dtype: type) -> None:
    large = np.full((6, 6, 2), min(float(np.finfo(dtype).max) / 2, 2.0**900), dtype)
    pooled = average_pool(large, 3, channels=True)
    assert pooled.dtype == dtype and np.array_equal(pooled, large[:2, :2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 5}, "a patch of 5 × 5 does not fit"),
        ({"size": 0}, "size must be an int of 1 or more"),
        ({"size": 2, "padding": 2}, "padding must be smaller than the size, 2, for no window to be empty; got 2"),
        ({"size": 2, "padding": "full"}, "padding must be 'valid'"),
        ({"X": [["a"]], "size": 1}, "X must hold numbers, not values of dtype <U1"),
        ({"X": [1, 2], "size": 1}, r"X has shape \(2,\), but must be of shape"),
    ],
)
@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_wrong_arguments(pool, options: dict, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        pool(**{"X": np.ones((4, 4))} | options)
