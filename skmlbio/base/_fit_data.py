"""Sample weights, validation splits and column statistics: what a fit needs beside X and y."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, train_test_split
from sklearn.utils.validation import _check_sample_weight

from skmlbio.base._gaps import array_of_labels, is_missing
from skmlbio.base._number_columns import numbers_expected
from skmlbio.training._batches import Data, TrainingSet, mean_one

_BYTES_AT_ONCE = 2**22
_LARGEST_WEIGHT = 1e100


def ensure_sample_weight(sample_weight: Any, n_samples: int) -> np.ndarray:
    """Return one float64 weight a sample; raise a ValueError for negative or huge weights, or where all are zero."""
    if isinstance(sample_weight, str):
        raise ValueError(f"sample_weight must be one number a sample, got {sample_weight!r}.")
    if sample_weight is not None:
        sample_weight = numbers_of_samples(sample_weight, "sample_weight", n_samples)
    weights = _check_sample_weight(sample_weight, np.empty((n_samples, 1)), dtype=np.float64)
    if (weights < 0).any():
        index = int(np.argmax(weights < 0))
        raise ValueError(f"sample_weight must not be negative, but sample {index} has {weights[index]}.")
    if (weights > _LARGEST_WEIGHT).any():
        index = int(np.argmax(weights))
        raise ValueError(
            f"sample_weight must be at most {_LARGEST_WEIGHT:g}, so that weights can be summed, but sample {index} has "
            f"{weights[index]:g}."
        )
    if not weights.any():
        raise ValueError("sample_weight is zero for every sample; at least one must be positive.")
    return weights


def numbers_of_samples(values: Any, name: str, n_samples: int) -> np.ndarray:
    """Return numbers, one a sample or one for all, float64 of shape (n_samples,).

    Parameters
    ----------
    values : float or array-like of shape (n_samples,)
        Numbers.
    name : str
        What errors call them.
    n_samples : int
        How many samples there are.

    Raises
    ------
    ValueError
        For another shape, for what is no number, and for numbers that are missing or infinite.

    Examples
    --------
    >>> numbers_of_samples([1, None], "sample_weight", n_samples=2)
    Traceback (most recent call last):
    ValueError: Input sample_weight contains NaN in row 1.
    """
    if hasattr(values, "toarray"):
        raise TypeError(f"{name} is a sparse matrix, but must be one number a sample, in an array.")
    with numbers_expected(values, name):
        array = np.asarray(values)
        if array.dtype.kind == "c":
            raise TypeError(f"{name} must be real numbers, got {array.dtype}.")
        if array.dtype.kind == "O":
            array = np.reshape([np.nan if is_missing(value) else value for value in array.flat], array.shape)
        numbers = array.astype(np.float64)
    if numbers.ndim == 0:
        numbers = np.full(n_samples, numbers)
    if numbers.shape != (n_samples,):
        raise ValueError(f"{name} must be one number, or one for each of {n_samples} samples, got {numbers.shape}.")
    for what, wrong in (("NaN", np.isnan(numbers)), ("infinity", np.isinf(numbers))):
        if wrong.any():
            raise ValueError(f"Input {name} contains {what} in row {np.argmax(wrong)}.")
    return numbers


def mean_of_samples(values: np.ndarray, sample_weight: Any) -> float:
    """Return the mean of one number a sample, weighted where there are weights."""
    weights = None if sample_weight is None else ensure_sample_weight(sample_weight, len(values))
    return float(np.average(values, weights=weights))


def require_groups(groups: Any) -> None:
    """Raise a ValueError that names a sample without a group."""
    groups = array_of_labels(groups)
    for row, group in enumerate(groups.ravel().tolist() if groups.dtype.kind in "fO" else ()):
        if is_missing(group):
            raise ValueError(f"groups[{row}] is {group}: the group is missing; give each sample one.")


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
    if groups is not None:
        return _grouped_rows(rows, fraction, classes, groups, seed)
    n_validation = max(1, round(fraction * n_samples))
    if n_validation >= n_samples:
        raise ValueError(f"validation_fraction={fraction} of {n_samples} samples leaves none to train on.")
    if classes is not None:
        counts = _counts(classes)
        if counts.min() < 2 or min(n_validation, n_samples - n_validation) < len(counts):
            classes = None  # too few of a class to have one on each side
    train, validation = train_test_split(rows, test_size=n_validation, stratify=classes, random_state=seed)
    return np.sort(train), np.sort(validation)


def _grouped_rows(rows, fraction, classes, groups, seed) -> tuple[np.ndarray, np.ndarray]:
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError("validation_fraction keeps each group on one side, but all samples are of one group.")
    n_folds = round(1 / fraction)
    if classes is not None and 2 <= n_folds <= min(n_groups, _counts(classes).min()):
        folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed).split(rows, classes, groups)
        return next((train, validation) for train, validation in folds if len(train) and len(validation))
    n_validation = min(max(1, round(fraction * n_groups)), n_groups - 1)
    return next(GroupShuffleSplit(1, test_size=n_validation, random_state=seed).split(rows, groups=groups))


def _counts(classes: np.ndarray) -> np.ndarray:
    """Return how many samples each class has, of those that have any."""
    return np.unique(classes, return_counts=True)[1]


@contextmanager
def said_of(names: dict[str, str]) -> Iterator[None]:
    """Let errors that begin with an argument call it by the name under which the user gave it.

    Others are said of the first of the names.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        pattern = rf"\A(Input |column .{{1,60}} of )?({'|'.join(names)})\b"
        text, found = re.subn(pattern, lambda match: (match[1] or "") + names[match[2]], str(error))
        raise kind(text if found else f"{next(iter(names.values()))}: {text}") from error


def column_statistics(
    data: Data, weights: np.ndarray, n_digits: int = 10, rows_at_once: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weighted mean and standard deviation of the last axis, in double precision, a block at a time.

    Axes between the first and the last count as further samples: pixels of an image, positions of a sequence.
    The mean of a constant column is that constant to the last bit, its standard deviation 0.  So is that of a column
    which varies by rounding errors only: by no more than `n_digits` of the last digits of its mean.  What is NaN is
    left out; of a column that is NaN throughout, both are NaN.  A block has some megabytes, or `rows_at_once` samples.
    """
    if rows_at_once is None:
        rows_at_once = max(1, _BYTES_AT_ONCE // max(1, data.buckets()[0].row_bytes()))

    def blocks() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(data), rows_at_once):
            part = slice(start, start + rows_at_once)
            values = data.take(part)[0].astype(np.float64, copy=False)
            yield weights[part], values.reshape(len(values), -1, values.shape[-1])

    parts = ((w @ _filled(x).mean(axis=1), w @ np.isnan(x).mean(axis=1), *_ends(x)) for w, x in blocks())
    sums, missing, low, high = functools.reduce(_joined, parts)  # one after the other: all would grow with the rows
    total = np.where(np.isnan(low), np.nan, weights.sum() - missing)
    mean = np.where(low == high, low, sums / total)
    width = np.where(low == high, 1.0, high - low)  # so that the squares of tiny numbers are none of zero
    squares = sum(w @ _filled(((x - mean) / width) ** 2).mean(axis=1) for w, x in blocks())
    deviation = width * np.sqrt(squares / total)
    return mean, np.where(deviation <= n_digits * np.finfo(np.float64).eps * np.abs(mean), 0.0, deviation)


def _joined(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """Return sums, numbers of gaps, least and greatest numbers of two parts together."""
    (sums, missing, low, high), (more, more_missing, lower, higher) = first, second
    return sums + more, missing + more_missing, np.fmin(low, lower), np.fmax(high, higher)


def _filled(values: np.ndarray) -> np.ndarray:
    missing = np.isnan(values)
    return np.where(missing, 0.0, values) if missing.any() else values


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest number of every column, NaN where there is none."""
    rows = values.reshape(-1, values.shape[-1])
    return np.fmin.reduce(rows), np.fmax.reduce(rows)


def weighed(weights: np.ndarray, factors: Any, name: str) -> np.ndarray:
    """Multiply sample weights by those of their classes; raise a ValueError if nothing is left."""
    weights = weights * factors
    if not weights.any():
        raise ValueError(f"class_weight gives every sample of {name} a weight of zero.")
    return weights


def present_only(samples: TrainingSet, rows: np.ndarray) -> TrainingSet:
    """Leave out the samples of weight 0, whose `rows` are not listed, and bring the weights to a mean of 1."""
    if len(rows) == len(samples.weights):
        return samples._replace(weights=mean_one(samples.weights))
    return samples.subset(rows)
