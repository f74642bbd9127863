"""How alike patterns and patches are: against the definitions."""

import numpy as np
import pytest

from skmlbio.images import image_patches
from skmlbio.images._pattern_scores import agreement, correlation

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float64])
def test_agreement_is_the_share_of_equal_numbers(dtype: type) -> None:
    X, patterns = RANDOM.integers(0, 2, (2, 7, 8, 3)), RANDOM.integers(0, 2, (4, 3, 2, 3))
    patches = image_patches(X, (3, 2), channels=True)[:, :, :, np.newaxis]
    scores = agreement(X.astype(dtype), patterns.astype(dtype))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, (patches == patterns).mean(axis=(-3, -2, -1)), rtol=1e-7)
    assert np.array_equal(agreement(X[1].astype(dtype), patterns), scores[1])


def test_agreement_is_one_for_exact_matches_only_whatever_the_size() -> None:
    pattern = RANDOM.integers(0, 2, (1, 400, 300, 1))
    X = np.repeat(pattern, 2, axis=0)
    X[1, 200, 200] ^= 1
    exact, other = agreement(X, pattern).ravel()
    assert exact == 1 and other < 1


@pytest.mark.parametrize(("dtype", "offset"), [(np.uint8, 0), (np.uint16, 60_000), (np.float32, 0.0), (float, 1e4)])
def test_correlation_is_that_of_numpy(dtype: type, offset: float) -> None:
    X = (RANDOM.integers(0, 200, (2, 6, 7, 3)) + offset).astype(dtype)
    patterns = RANDOM.normal(size=(4, 3, 2, 3))
    rows = image_patches(X, (3, 2), channels=True).reshape(-1, 18).astype(float)
    expected = np.corrcoef(rows, patterns.reshape(4, 18))[: len(rows), len(rows) :].reshape(2, 4, 6, 4)
    scores = correlation(X, patterns)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert np.array_equal(correlation(X[1], patterns), scores[1])


def test_correlation_of_a_copy_is_one_and_of_a_flat_patch_zero() -> None:
    pattern = RANDOM.random((1, 9, 9, 1))
    bright = np.concatenate([3 * pattern + 7, np.full((1, 9, 9, 1), 0.1), -pattern])
    assert correlation(bright, pattern).ravel().tolist() == [1, 0, -1]


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("offset", [0, 6e4, 2e5, 1e6, 1e9])
def test_brightness_means_nothing_to_a_correlation(offset: float, padding: str) -> None:
    X = np.random.default_rng(0).integers(0, 2, (1, 12, 14, 1)).astype(float)
    pattern = X[:, 2:5, 3:6]
    scores = correlation(X + offset, pattern + offset, padding=padding)
    assert scores[0, 2, 3, 0] == 1 if padding == "valid" else scores[0, 3, 4, 0] == 1
    inside = slice(None) if padding == "valid" else slice(1, -1)  # what is added is 0, and dark beside a bright image
    expected = correlation(X, pattern, padding=padding)
    np.testing.assert_allclose(scores[0, inside, inside], expected[0, inside, inside], atol=1e-6)


@pytest.mark.parametrize("unit", [1e-300, 1e-30, 1e30, 1e300])
def test_the_unit_means_nothing_to_a_correlation(unit: float) -> None:
    X, patterns = RANDOM.random((2, 6, 7, 1)), RANDOM.random((3, 3, 3, 1))
    expected = correlation(X, patterns)
    np.testing.assert_allclose(correlation(unit * X, patterns), expected, atol=1e-6)
    np.testing.assert_allclose(correlation(X, unit * patterns), expected, atol=1e-6)
    assert not correlation(0 * X, patterns).any()
