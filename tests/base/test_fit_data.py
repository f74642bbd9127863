"""Sample weights, validation splits and column statistics."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from skmlbio import DenseClassifier
from skmlbio.base._fit_data import (
    column_statistics,
    ensure_sample_weight,
    mean_of_samples,
    numbers_of_samples,
    said_of,
    validation_rows,
)
from skmlbio.training._batches import ArrayData


def test_rows_are_divided_without_rest_by_a_seeded_shuffle() -> None:
    train, validation = validation_rows(100, 0.2, None, None, seed=0)
    assert len(validation) == 20
    assert sorted([*train, *validation]) == list(range(100))
    assert validation.tolist() != list(range(80, 100)) and validation.tolist() != list(range(20))
    again, other = validation_rows(100, 0.2, None, None, 0)[1], validation_rows(100, 0.2, None, None, 1)[1]
    assert validation.tolist() == again.tolist() != other.tolist()


def test_rows_are_stratified() -> None:
    classes = np.repeat([0, 1, 2], [60, 30, 10])
    _, validation = validation_rows(100, 0.2, classes, None, seed=0)
    assert np.bincount(classes[validation]).tolist() == [12, 6, 2]


@pytest.mark.parametrize(
    ("classes", "fraction"),
    [([0] * 9 + [1], 0.3), ([0, 1, 2] * 4, 0.1), ([0, 1, 2] * 4, 0.9), ([0, 0, 2, 2, 2, 2], 0.5)],
    ids=["one of a class", "fewer held out than classes", "fewer left than classes", "a class without samples"],
)
def test_classes_too_small_to_stratify_are_shuffled(classes, fraction) -> None:
    train, validation = validation_rows(len(classes), fraction, np.array(classes), None, seed=0)
    assert len(validation) == round(fraction * len(classes))
    assert sorted([*train, *validation]) == list(range(len(classes)))


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5, 0.8])
@pytest.mark.parametrize("n_groups", [2, 3, 10])
@pytest.mark.parametrize("stratified", [False, True])
def test_groups_stay_together(fraction, n_groups, stratified) -> None:
    rng = np.random.default_rng(0)
    groups = np.array([f"patient {i}" for i in rng.permutation(np.arange(60) % n_groups)])
    classes = rng.integers(2, size=60) if stratified else None
    train, validation = validation_rows(60, fraction, classes, groups, seed=0)
    assert len(train) and len(validation) and len(train) + len(validation) == 60
    assert not set(groups[train]) & set(groups[validation])
    if n_groups == 10:
        assert abs(len(validation) / 60 - fraction) <= 0.1


def test_groups_are_stratified_where_they_can_be() -> None:
    groups = np.repeat(np.arange(20), 5)
    classes = (np.arange(100) // 5 % 4 == 0).astype(int)  # every fourth group is of class 1
    _, validation = validation_rows(100, 0.2, classes, groups, seed=0)
    assert np.bincount(classes[validation]).tolist() == [15, 5]


def test_one_group_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="all samples are of one group"):
        validation_rows(10, 0.2, None, np.zeros(10), seed=0)


@pytest.mark.parametrize(("n_samples", "fraction"), [(1, 0.5), (2, 0.9)])
def test_nothing_left_to_train_on(n_samples, fraction) -> None:
    with pytest.raises(ValueError, match="leaves none to train on"):
        validation_rows(n_samples, fraction, None, None, seed=0)


def test_weights_default_to_one_and_must_make_sense() -> None:
    assert ensure_sample_weight(None, 3).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match=r"sample_weight must not be negative, but sample 1 has -2\.0"):
        ensure_sample_weight([1, -2, 3], 3)
    with pytest.raises(ValueError, match=r"weight"):
        ensure_sample_weight([0, 0, 0], 3)


@pytest.mark.parametrize("container", [np.asarray, scipy.sparse.csr_matrix], ids=["dense", "sparse"])
def test_statistics_are_those_of_the_weighted_columns(container, monkeypatch) -> None:
    from skmlbio.base import _fit_data

    monkeypatch.setattr(_fit_data, "_BYTES_AT_ONCE", 1000)  # several blocks
    rng = np.random.default_rng(0)
    X = rng.normal(5, [1, 1e-3, 1e3, 0], size=(500, 4)).astype(np.float32)
    weights = rng.integers(0, 3, 500).astype(float)
    mean, scale = column_statistics(ArrayData(container(X)), weights)
    repeated = np.repeat(X.astype(float), weights.astype(int), axis=0)
    np.testing.assert_allclose(mean, repeated.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(scale, [*repeated.std(axis=0)[:3], 0.0], rtol=1e-8)


def test_axes_between_the_first_and_the_last_count_as_samples() -> None:
    X = np.random.default_rng(0).normal(size=(20, 3, 5, 2)).astype(np.float32)
    mean, scale = column_statistics(ArrayData(X), np.ones(20))
    np.testing.assert_allclose(mean, X.reshape(-1, 2).mean(axis=0, dtype=float), atol=1e-7)
    np.testing.assert_allclose(scale, X.reshape(-1, 2).std(axis=0, dtype=float), rtol=1e-6)


def test_weights_that_cannot_be_summed_or_are_none() -> None:
    with pytest.raises(ValueError, match=r"^sample_weight must be at most 1e\+100, .* but sample 1 has 1e\+308"):
        ensure_sample_weight([1.0, 1e308], 2)
    assert ensure_sample_weight([1e-300, 1e100], 2).tolist() == [1e-300, 1e100]
    with pytest.raises(ValueError, match=r"^sample_weight must be one number a sample, got 'balanced'"):
        ensure_sample_weight("balanced", 2)


@pytest.mark.parametrize("groups", [["a", None], ["a", np.nan], np.array(["a", np.nan], object), [1.0, np.nan]])
def test_a_sample_without_a_group_is_named(groups) -> None:
    with pytest.raises(ValueError, match=r"^groups\[1\] is (None|nan): the group is missing; give each sample one"):
        DenseClassifier(validation_fraction=0.5).fit(np.ones((2, 1)), [0, 1], groups=groups)


def test_errors_name_the_argument_that_was_given() -> None:
    with pytest.raises(ValueError, match=r"^column 'a' of X_val has 'q' in row 0"), said_of({"X": "X_val"}):
        raise ValueError("column 'a' of X has 'q' in row 0")
    names = {"X": "X_val", "library_size": "library_size_val"}
    with pytest.raises(ValueError, match=r"^library_size_val\[3\] is -1"), said_of(names):
        raise ValueError("library_size[3] is -1")
    with pytest.raises(TypeError, match=r"^X_val: Sparse data"), said_of(names):
        raise TypeError("Sparse data")


def test_statistics_leave_out_what_is_missing() -> None:
    rng = np.random.default_rng(0)
    X, weights = rng.normal(size=(50, 4)), rng.random(50)
    X[rng.random(X.shape) < 0.3] = np.nan
    X[:, 2], X[:, 3] = np.where(np.isnan(X[:, 2]), np.nan, 7.1), np.nan
    mean, deviation = column_statistics(ArrayData(X), weights)
    for column in (0, 1):
        known = ~np.isnan(X[:, column])
        (expected,), (spread,) = column_statistics(ArrayData(X[known, column : column + 1]), weights[known])
        assert (mean[column], deviation[column]) == pytest.approx((expected, spread))
    assert (mean[2], deviation[2]) == (7.1, 0)
    assert np.isnan([mean[3], deviation[3]]).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "heavy"], r"sample_weight\[1\] is 'heavy', but only numbers are allowed"),
        ([1, None], "Input sample_weight contains NaN in row 1"),
        (pd.Series([1, None], dtype="Int64"), "Input sample_weight contains NaN in row 1"),
        (np.array([1j, 1]), "sample_weight must be real numbers, got complex128"),
        ([np.inf, 1], "Input sample_weight contains infinity in row 0"),
        ([1, 2, 3], r"sample_weight must be one number, or one for each of 2 samples, got \(3,\)"),
        (scipy.sparse.csr_array([[1.0], [2.0]]), "sample_weight is a sparse matrix"),
    ],
)
def test_what_is_no_number_of_a_sample_is_named(values, message) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        numbers_of_samples(values, "sample_weight", 2)
    with pytest.raises((TypeError, ValueError), match=message):
        ensure_sample_weight(values, 2)


def test_means_take_weights_that_a_fit_takes() -> None:
    assert mean_of_samples(np.array([1.0, 4.0]), None) == 2.5
    assert mean_of_samples(np.array([1.0, 4.0]), [2, 1]) == 2.0
    with pytest.raises(ValueError, match="must not be negative, but sample 0 has -1"):
        mean_of_samples(np.array([1.0, 4.0]), [-1, -1])
    with pytest.raises(ValueError, match="at least one"):
        mean_of_samples(np.array([1.0, 4.0]), [0, 0])
