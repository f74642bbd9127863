"""Integrals along paths, of functions whose integrals are known."""

import numpy as np
import pytest

from skmlbio.estimators._path_integral import MOST_POINTS, path_integral

KINKS = np.array([0.1, 0.37, 0.9])
N_CALLS: list[int] = []


def rectified(paths: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f = max(α - k, 0) + α², the two terms apart in g."""
    N_CALLS.append(len(paths))
    beyond = places - KINKS[paths]
    return np.maximum(beyond, 0) + places**2, np.column_stack([beyond > 0, 2 * places]).astype("float32")


def test_kinks_cost_few_points() -> None:
    N_CALLS.clear()
    found = path_integral(rectified, 3)
    assert found.shape == (3, 2) and found.dtype == np.float32
    np.testing.assert_allclose(found[:, 0], 1 - KINKS, atol=0.01)
    np.testing.assert_allclose(found[:, 1], 1, atol=0.01)
    np.testing.assert_allclose(found.sum(axis=1), 2 - KINKS, rtol=0.005)
    assert N_CALLS[0] == 3 * 17 and sum(N_CALLS) < 100


def test_so_many_points_as_are_asked_for() -> None:
    N_CALLS.clear()
    np.testing.assert_allclose(path_integral(rectified, 3, n_steps=5)[:, 1], 1, rtol=1e-6)  # Gauss is exact for α²
    assert N_CALLS == [15]


def test_what_cannot_be_right_comes_to_an_end() -> None:
    N_CALLS.clear()

    def wrong(paths, places):
        values, gradients = rectified(paths, places)
        return values, 2 * gradients

    assert np.isfinite(path_integral(wrong, 3)).all()
    assert 3 * MOST_POINTS <= sum(N_CALLS) < 2 * 3 * MOST_POINTS


@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_gradients_of_any_shape(shape: tuple) -> None:
    def steep(paths, places):
        return np.tanh(50 * places), np.multiply.outer(50 / np.cosh(50 * places) ** 2, np.ones(shape)) / np.prod(shape)

    np.testing.assert_allclose(path_integral(steep, 2), np.ones((2, *shape)) / np.prod(shape), rtol=0.006)


def test_a_jump_that_no_point_resolves_leaves_the_rest_right() -> None:
    def jumping(paths, places):
        return (places > 0.2) + np.maximum(places - 0.61, 0), (places > 0.61).astype(float)

    n_points: list[int] = []

    def counted(paths, places):
        n_points.append(len(paths))
        return jumping(paths, places)

    np.testing.assert_allclose(path_integral(counted, 1), [0.39], rtol=1e-4)
    assert sum(n_points) < 2 * MOST_POINTS
