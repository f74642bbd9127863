"""Sample weights, validation splits and column statistics: what a fit needs beside X and y."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, train_test_split
from sklearn.utils.validation import _check_sample_weight, check_consistent_length

from skmlbio.training._batches import Data

_ROWS_AT_ONCE = 4096


def ensure_sample_weight(sample_weight: Any, n_samples: int) -> np.ndarray:
    """Return one float64 weight a sample; raise a ValueError for negative weights, or where all are zero."""
    weights = _check_sample_weight(sample_weight, np.empty((n_samples, 1)), dtype=np.float64)
    if (weights < 0).any():
        index = int(np.argmax(weights < 0))
        raise ValueError(f"sample_weight must not be negative, but sample {index} has {weights[index]}.")
    if not weights.any():
        raise ValueError("sample_weight is zero for every sample; at least one must be positive.")
    return weights


def validation_rows(
    n_samples: int, fraction: float, classes: np.ndarray | None, groups: Any, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Divide sample positions into those to train on and those to validate on.

    Parameters
    ----------
    n_samples : int
        How many samples there are.
    fraction : float
        Share to validate on.
    classes : ndarray of shape (n_samples,) or None
        Keep their proportions.
    groups : array-like of shape (n_samples,) or None
        Keep each group on one side.
    seed : int
        Of the shuffle.

    Returns
    -------
    train, validation : ndarray of int
    """
    rows = np.arange(n_samples)
    n_validation = max(1, round(fraction * n_samples))
    if n_validation >= n_samples:
        raise ValueError(f"validation_fraction={fraction} of {n_samples} samples leaves none to train on.")
    if groups is not None:
        check_consistent_length(rows, groups)
        if classes is not None:
            splitter = StratifiedGroupKFold(max(2, round(1 / fraction)), shuffle=True, random_state=seed)
        else:
            splitter = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        return next(splitter.split(rows, classes, groups))
    if classes is not None and (np.bincount(classes).min() < 2 or n_validation < classes.max() + 1):
        classes = None  # too few of a class to have one on each side
    train, validation = train_test_split(rows, test_size=n_validation, stratify=classes, random_state=seed)
    return np.sort(train), np.sort(validation)


def column_statistics(data: Data, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and standard deviation of the last axis, in double precision, a block at a time.

    Axes between the first and the last count as further samples: pixels of an image, positions of a sequence.
    The standard deviation of a constant column is given as 1, so that dividing by it changes nothing.
    """
    total = weights.sum()

    def average(values):
        starts = range(0, len(data), _ROWS_AT_ONCE)
        parts = (values(slice(i, i + _ROWS_AT_ONCE)) for i in starts)
        return sum(parts) / total

    def rows(part):
        values = data.take(part)[0].astype(np.float64)
        return values.reshape(len(values), -1, values.shape[-1])

    mean = average(lambda part: weights[part] @ rows(part).mean(axis=1))
    variance = average(lambda part: weights[part] @ ((rows(part) - mean) ** 2).mean(axis=1))
    deviation = np.sqrt(variance)
    constant = deviation <= 10 * np.finfo(np.float32).eps * np.abs(mean)
    return mean, np.where(constant, 1.0, deviation)
