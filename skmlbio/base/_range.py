"""What single precision can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import issparse

LARGEST = float(np.finfo(np.float32).max)
LARGEST_TARGET = 1e301  # of a double, so that ten million can be summed


def require_single(X: Any, names: Any = None, first_row: int = 0) -> None:
    """Raise a ValueError that names the first number, of an array or a CSR matrix, that single precision cannot hold.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, ...)
        Finite numbers, or NaN.
    names : ndarray of shape (n_features,) or None
        Names of the columns.
    first_row : int
        The place of the first row among all.

    Examples
    --------
    >>> require_single(np.array([[1.0, 2.0], [3.0, -1e40]]), ["mass", "charge"])
    Traceback (most recent call last):
    ValueError: X[1, 1] is -1e+40 (feature 'charge'), but numbers must lie between -3.4e+38 and 3.4e+38.
    """
    values = X.data if issparse(X) else X
    if values.size == 0 or not max(np.fmax.reduce(values, None), -np.fmin.reduce(values, None)) > LARGEST:
        return
    place = int(np.argmax(np.abs(values) > LARGEST))
    if issparse(X):
        where = [int(np.searchsorted(X.indptr, place, side="right")) - 1, int(X.indices[place])]
    else:
        where = [int(i) for i in np.unravel_index(place, X.shape)]
    where[0] += first_row
    feature = "" if names is None else f" (feature {str(names[where[-1]])!r})"
    raise ValueError(
        f"X{where} is {values.flat[place]:.6g}{feature}, but numbers must lie between -3.4e+38 and 3.4e+38."
    )


def is_number(answers: np.ndarray) -> np.ndarray:
    """Whether answers are numbers, infinite ones among them; for `require_answers`."""
    return ~np.isnan(answers)


def require_answers(answers: np.ndarray, holds: Callable[[np.ndarray], np.ndarray] = np.isfinite) -> np.ndarray:
    """Return what a network answers, one row a sample; raise a ValueError that names a sample it has no answer to.

    Features that single precision can hold may still be beyond it once they are divided by a small standard deviation.

    Examples
    --------
    >>> require_answers(np.array([[1.0], [np.nan]]))
    Traceback (most recent call last):
    ValueError: sample 1 of X is so far from the training data that the answer of the network, nan, is no finite number.
    """
    rows = answers.reshape(len(answers), -1)
    held = holds(rows)
    if not held.all():
        sample, place = np.argwhere(~held)[0]
        raise ValueError(
            f"sample {sample} of X is so far from the training data that the answer of the network, "
            f"{rows[sample, place]}, is no finite number."
        )
    return answers


def require_finite(y: np.ndarray, *, allow_nan: bool = False) -> None:
    """Raise a ValueError that names the first row with a target that is infinite, or NaN unless that is allowed.

    It begins as scikit-learn's does, which names no row.

    Examples
    --------
    >>> require_finite(np.array([1.0, np.nan]))
    Traceback (most recent call last):
    ValueError: Input y contains NaN in row 1.
    """
    for wrong, what in (
        (np.isnan(y) & (not allow_nan), "NaN"),
        (np.isinf(y), "infinity or a value too large for dtype('float64')"),
    ):
        if wrong.any():
            raise ValueError(f"Input y contains {what} in row {np.argwhere(wrong)[0, 0]}.")


def require_double(y: np.ndarray) -> None:
    """Raise a ValueError if a target is so large that differences and sums of a few leave double precision."""
    if (np.abs(y) > LARGEST_TARGET).any():
        place = np.unravel_index(int(np.nanargmax(np.abs(y))), y.shape)
        raise ValueError(
            f"y[{', '.join(map(str, place))}] is {y[place]:.6g}, but numbers must lie between -{LARGEST_TARGET:g} and "
            f"{LARGEST_TARGET:g}."
        )


def scaled_targets(y: np.ndarray, mean: np.ndarray, scale: np.ndarray, name: str) -> np.ndarray:
    """Return targets brought to mean 0 and variance 1, float32.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_outputs), float64
        Targets, or NaN.
    mean, scale : ndarray of shape (n_outputs,), float64
        Of each column; a scale of 0 is that of a constant.
    name : str
        What errors call them.

    Raises
    ------
    ValueError
        If single precision cannot hold one.

    Examples
    --------
    >>> scaled_targets(np.array([[1.0], [1e60]]), np.zeros(1), np.ones(1), "y_val")
    Traceback (most recent call last):
    ValueError: y_val holds 1e+60, too far from its mean of 0 for its standard deviation of 1: single precision ...
    """
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = (y - mean) / np.where(scale == 0, 1.0, scale)
    held = (np.abs(scaled) <= LARGEST) | np.isnan(y)
    if not held.all():
        column = int(np.argmin(held.all(axis=0)))
        row = int(np.argmax(np.where(held[:, column], 0.0, np.abs(y[:, column]))))
        raise ValueError(
            f"{name} holds {y[row, column]:.6g}, too far from its mean of {mean[column]:.6g} for its standard "
            f"deviation of {scale[column]:.6g}: single precision cannot hold the quotient."
        )
    return scaled.astype(np.float32)
