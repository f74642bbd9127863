"""Random tensors whose factors are known."""

import numpy as np
import pytest

from skmlbio.datasets import make_low_rank_tensor


def test_defaults() -> None:
    data = make_low_rank_tensor(random_state=0, return_X_y=False)
    assert data.tensor.shape == (60, 40, 30) and data.X.shape == (7200, 3) and data.X.dtype == np.int64
    assert [len(np.unique(column)) for column in data.X.T] == [60, 40, 30]
    noise = data.y - data.tensor[tuple(data.X.T)]
    assert noise.std() == pytest.approx(0.1 * data.tensor.std(), rel=0.05) and abs(data.tensor).max() < 0.5


def test_the_same_seed_gives_the_same_tensor() -> None:
    first, second = (make_low_rank_tensor((4, 3), random_state=3) for _ in range(2))
    assert all(map(np.array_equal, first, second))
    assert not np.array_equal(first[1], make_low_rank_tensor((4, 3), random_state=4)[1])
    bunch = make_low_rank_tensor((4, 3), random_state=3, return_X_y=False)
    assert np.array_equal(bunch.X, first[0]) and bunch.parameters["rank"] == 5
    assert bunch.DESCR.startswith("Make a tensor")


def test_cells_are_known_or_missing_and_each_is_there_once() -> None:
    data = make_low_rank_tensor((5, 4, 3, 2), observed=0.25, noise=0, random_state=0, return_X_y=False)
    assert (len(data.X), len(data.X_missing)) == (30, 90)
    X, y = np.concatenate([data.X, data.X_missing]), np.concatenate([data.y, data.y_missing])
    assert np.array_equal(y, data.tensor[tuple(X.T)]) and len(np.unique(X, axis=0)) == 120
    full = make_low_rank_tensor((3, 2), observed=1, return_X_y=False)
    assert (full.X_missing.shape, full.y_missing.shape) == ((0, 2), (0,))


def test_without_a_bend_the_rank_is_that_of_the_factors() -> None:
    straight, bent = (
        make_low_rank_tensor((20, 15, 10), rank=3, bend=bend, random_state=0, return_X_y=False) for bend in (0, 2)
    )
    z = np.einsum("ir,jr,kr", *straight.factors)
    np.testing.assert_allclose(straight.tensor, z / np.sqrt(np.mean(z**2)))
    assert np.linalg.matrix_rank(straight.tensor.reshape(20, -1)) == 3
    assert np.linalg.matrix_rank(bent.tensor.reshape(20, -1)) == 20
    np.testing.assert_allclose(bent.tensor, np.tanh(2 * straight.tensor) / 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": ()}, "shape must list the categories of one axis or more"),
        ({"shape": (3, 0)}, r"shape must list .* got \(3, 0\)"),
        ({"shape": (3, 2.5)}, "shape must list"),
        ({"rank": 0}, "'rank' parameter of make_low_rank_tensor"),
        ({"bend": -1.0}, "'bend' parameter"),
        ({"observed": 0}, "'observed' parameter"),
        ({"noise": -0.1}, "'noise' parameter"),
    ],
)
def test_wrong_arguments(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_low_rank_tensor(**options)
