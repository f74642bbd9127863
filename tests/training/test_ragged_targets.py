"""Targets of their own lengths and targets with gaps, as arrays."""

import numpy as np
import pytest
import tensorflow as tf

from skmlbio.training._batches import ArrayData, TrainingSet
from skmlbio.training._losses import mean_over_present
from skmlbio.training._targets import RaggedTarget, shares_of_known, take_target

ROWS = [np.array([1, 0, -1]), np.array([], int), np.array([2]), np.array([3, 4])]


def test_rows_are_padded_with_a_reserved_value() -> None:
    target = RaggedTarget.of(ROWS)
    assert len(target) == 4
    assert target.padded(np.array([3, 0]), 4).tolist() == [[3, 4, -1, -1], [1, 0, -1, -1]]
    assert target[np.array([3, 1, 0])].padded(slice(0, 2), 2).tolist() == [[3, 4], [-1, -1]]
    assert target.n_present().tolist() == [2, 0, 1, 2]
    numbers = RaggedTarget.of([np.array([[1.0, np.nan]]), np.array([[3.0, 4.0], [5.0, 6.0]])])
    assert numbers.n_present().tolist() == [1, 4]
    padded = numbers.padded(np.array([0, 1]), 2)
    assert padded.shape == (2, 2, 2) and np.isnan(padded[0, 1]).all()


def test_targets_do_not_fit_into_a_shorter_bucket_or_one_without_length() -> None:
    target = RaggedTarget.of(ROWS)
    with pytest.raises(ValueError, match="a sample has 3 targets, but its bucket is padded to 2"):
        take_target(target, np.array([0]), 2)
    with pytest.raises(ValueError, match="need samples whose buckets say what they are padded to"):
        take_target(target, np.array([0]), None)


def test_every_element_counts_by_the_weight_of_its_sample() -> None:
    weights = np.array([2.0, 1.0, 1.0, 0.5])
    samples = TrainingSet(ArrayData(np.zeros((4, 1))), (RaggedTarget.of(ROWS),), weights).by_element()
    np.testing.assert_allclose(samples.weights, np.array([4, 0, 1, 1]) / 1.5)
    np.testing.assert_allclose(samples.subset(np.array([0, 3])).weights, [1.6, 0.4])


def test_shares_average_columns_that_average_what_is_there() -> None:
    y = np.array([[1, np.nan, np.nan], [2, 5, np.nan], [4, np.nan, np.nan]])
    weights = np.array([0.5, 1.0, 1.5])
    shares = shares_of_known(y, weights)
    losses = np.nan_to_num(y)
    found = np.average((shares * losses).mean(axis=1), weights=weights)
    assert found == pytest.approx(np.mean([np.average([1, 2, 4], weights=weights), 5]))
    assert (shares[np.isnan(y)] == 0).all()
    np.testing.assert_array_equal(shares_of_known(np.ones((3, 2)), weights), 1)


def test_the_mean_over_what_is_present() -> None:
    values = np.array([[[1.0, 2.0], [np.nan, 4.0]], [[np.nan, np.inf], [7.0, 8.0]]])
    present = np.array([[[True, True], [False, True]], [[False, False], [False, False]]])
    found = mean_over_present(tf.constant(values), tf.constant(present))
    np.testing.assert_allclose(found, [7 / 3, 0])
