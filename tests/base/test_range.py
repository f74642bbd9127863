"""Numbers that single precision cannot hold are named."""

import numpy as np
import pytest
import scipy.sparse

from skmlbio import AttentionRegressor, DenseRegressor, EmbeddingTransformer
from skmlbio.base._range import LARGEST, require_answers, require_single


def changed(value: float, shape: tuple[int, ...] = (5, 4)) -> np.ndarray:
    X = np.ones(shape)
    X[3, 1] = value
    return X


@pytest.mark.parametrize("value", [LARGEST, -LARGEST, 0.0, 1e-300])
def test_what_single_precision_holds(value: float) -> None:
    require_single(changed(value))
    require_single(scipy.sparse.csr_matrix(changed(value)))


@pytest.mark.parametrize("value", [1e40, -1e40, 3.5e38])
@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix, scipy.sparse.csr_array])
def test_what_it_does_not_hold(container, value: float) -> None:
    X = changed(value)
    X[4, 0] = 1e50  # only the first is named
    X[0, :3] = 0
    with pytest.raises(ValueError, match=rf"^X\[3, 1\] is {value:.6g}, but numbers".replace("+", r"\+")):
        require_single(container(X))
    with pytest.raises(ValueError, match=r"^X\[3, 1\] is .* \(feature 'b'\), but"):
        require_single(container(X), ["a", "b", "c", "d"])


def test_samples_of_several_axes() -> None:
    with pytest.raises(ValueError, match=r"^X\[3, 1, 0\] is 1e\+40"):
        require_single(changed(1e40, (5, 4, 2)))


@pytest.mark.parametrize("X", [np.zeros((0, 3)), scipy.sparse.csr_matrix((4, 3)), np.ones((2, 2), np.float32)])
def test_nothing_to_say(X) -> None:
    require_single(X)


def test_answers_that_are_none() -> None:
    answers = np.zeros((5, 2, 3))
    assert require_answers(answers) is answers
    answers[3, 1] = [0, np.inf, np.nan]
    with pytest.raises(ValueError, match=r"^sample 3 of X is so far from the training data that .*, inf, is no finite"):
        require_answers(answers)
    with pytest.raises(ValueError, match=r"^sample 3 of X .*, nan, is no finite"):
        require_answers(answers, holds=lambda values: ~np.isnan(values))


@pytest.mark.parametrize(
    "regressor", [DenseRegressor(), EmbeddingTransformer(objective="regression"), AttentionRegressor()]
)
def test_targets_that_double_precision_cannot_sum(regressor) -> None:
    X = np.ones((4, 2)) if isinstance(regressor, DenseRegressor) else ["ACGT", "AC"] * 2
    with pytest.raises(ValueError, match=r"^y\[0\] is 1.7e\+308, but numbers must lie between -1e\+301 and 1e\+301"):
        regressor.fit(X, [1.7e308, -1.7e308] * 2)
    with pytest.raises(ValueError, match=r"^y_val holds 1e\+60, too far from its mean of 1.5 for its standard dev"):
        regressor.fit(X, [1.0, 2.0] * 2, X_val=X, y_val=[1.0, 1e60] * 2)


def test_what_is_missing_is_not_too_large() -> None:
    X = changed(np.nan)
    require_single(X)
    require_single(np.full((2, 2), np.nan))
    X[4, 0] = 1e50
    with pytest.raises(ValueError, match=r"^X\[4, 0\] is 1e\+50"):
        require_single(X)
