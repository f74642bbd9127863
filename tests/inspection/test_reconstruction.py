"""Arrays of originals and reconstructions."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from skmlbio.inspection._reconstruction import dense, image_mosaic, location_and_scale


def test_dense_takes_matrices_of_every_kind() -> None:
    for values in ([[1.0, 0.0]], csr_array([[1.0, 0.0]])):
        np.testing.assert_array_equal(dense(values), [[1.0, 0.0]])


def test_location_and_scale_leave_constant_features_out() -> None:
    values = np.array([[0.1, 1.0, 5.0], [0.1, 3.0, 9.0], [0.1, 5.0, 1.0]], dtype=np.float32)
    centre, scale, varying = location_and_scale(values, standardize=True)
    np.testing.assert_allclose(centre[1:], [3, 5])
    np.testing.assert_allclose(scale, [1, np.std([1, 3, 5]), np.std([5, 9, 1])])
    np.testing.assert_array_equal(varying, [1, 2])


def test_location_and_scale_unstandardized_are_zero_and_one() -> None:
    centre, scale, varying = location_and_scale(np.ones((4, 2)), standardize=False)
    np.testing.assert_array_equal([centre, scale, varying], [[0, 0], [1, 1], [0, 1]])


def test_location_and_scale_refuse_constant_data() -> None:
    with pytest.raises(ValueError, match="every feature of original is constant; standardize=False shows"):
        location_and_scale(np.ones((4, 2)), standardize=True)


def test_image_mosaic_of_grey_images() -> None:
    original = np.arange(12.0).reshape(2, 6)
    mosaic = image_mosaic(original, -original, (2, 3), gap=1)
    assert mosaic.shape == (5, 7)
    np.testing.assert_array_equal(mosaic[:2, :3], original[0].reshape(2, 3))
    np.testing.assert_array_equal(mosaic[:2, 4:], original[1].reshape(2, 3))
    np.testing.assert_array_equal(mosaic[3:, 4:], -original[1].reshape(2, 3))
    assert np.isnan(mosaic[2]).all()
    assert np.isnan(mosaic[:, 3]).all()


def test_image_mosaic_of_coloured_images_has_one_scale_and_white_gaps() -> None:
    original = np.linspace(0, 2, 24).reshape(2, 12)
    mosaic = image_mosaic(original, original - 2, (2, 2, 3), gap=2)
    assert mosaic.shape == (6, 6, 3)
    np.testing.assert_allclose(mosaic[:2, :2], (original[0] + 2).reshape(2, 2, 3) / 4)
    assert (mosaic.min(), mosaic.max()) == (0, 1)
    assert (mosaic[2:4] == 1).all()


def test_image_mosaic_of_one_colour_is_finite() -> None:
    black = np.zeros((1, 12))
    assert np.isfinite(image_mosaic(black, black, (2, 2, 3), gap=1)).all()
