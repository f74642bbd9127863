"""The energy distance of two samples, against SciPy's of one column."""

import numpy as np
import pytest
from scipy.stats import energy_distance as of_scipy

from skmlbio.estimators import _energy_distance
from skmlbio.estimators._energy_distance import energy_distance

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(50, 1)), RANDOM.normal(1.0, 2.0, size=(70, 1))


def test_one_column_is_that_of_scipy() -> None:
    weights = RANDOM.random(50)
    assert energy_distance(X, Y) == pytest.approx(of_scipy(X[:, 0], Y[:, 0]) ** 2, rel=1e-8)
    assert energy_distance(X, Y, weights) == pytest.approx(of_scipy(X[:, 0], Y[:, 0], weights) ** 2, rel=1e-8)


def test_blocks_make_no_difference(monkeypatch) -> None:
    whole = energy_distance(X, Y)
    monkeypatch.setattr(_energy_distance, "_ROWS_AT_ONCE", 7)
    assert energy_distance(X, Y) == pytest.approx(whole, rel=1e-12)


def test_equal_samples_are_not_apart() -> None:
    assert 0 <= energy_distance(Y, Y[::-1]) < 1e-12
    far = RANDOM.normal(size=(30, 4))
    assert energy_distance(far, far + 100) == pytest.approx(400, rel=0.02)  # twice the distance of the means
