"""Targets of several columns that miss in part: NaN where nobody has measured."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np

from skmlbio.training._targets import Targets


def table_with_gaps(y: Any) -> np.ndarray | None:
    """Return a target of two or more columns of numbers as float64 with NaN where an entry is missing.

    Missing are NaN, None and what pandas has for it.

    Parameters
    ----------
    y : array-like or sparse matrix of shape (n_samples, n_columns)
        The target.

    Returns
    -------
    ndarray of shape (n_samples, n_columns) or None
        None where nothing is missing, or where there are no columns.

    Raises
    ------
    ValueError
        If something is missing beside what is no number.
    """
    table = y.toarray() if hasattr(y, "toarray") else array_of_labels(y)
    if table.ndim != 2 or table.shape[1] < 2 or table.dtype.kind not in "fO":
        return None
    missing = np.isnan(table) if table.dtype.kind == "f" else np.reshape([*map(is_missing, table.flat)], table.shape)
    if not missing.any():
        return None
    filled = np.where(missing, np.nan, table)
    for (row, column), value in np.ndenumerate(filled if table.dtype.kind == "O" else ()):
        if not isinstance(value, Number | np.bool_):
            raise ValueError(f"y[{row}, {column}] is {value!r}, but beside entries that are missing, y holds numbers.")
    return filled.astype(np.float64)


def array_of_labels(y: Any) -> np.ndarray:
    """Return labels as an array, of objects where a list has strings among others, of which NumPy would make strings.

    Examples
    --------
    >>> array_of_labels(["a", float("nan")]), array_of_labels(["a", "b"])
    (array(['a', nan], dtype=object), array(['a', 'b'], dtype='<U1'))
    """
    array = np.asarray(y)
    if array.dtype.kind not in "US" or not isinstance(y, list | tuple):
        return array
    objects = np.array(y, object)
    return array if objects.shape != array.shape or len(set(map(type, objects.flat))) == 1 else objects


def is_missing(value: Any) -> bool:
    """Whether a value is NaN, None or what pandas has for it."""
    kind = type(value).__name__
    return value is None or kind in ("NAType", "NaTType") or (isinstance(value, float | np.floating) and value != value)


def has_gaps(targets: Targets) -> bool:
    """Whether a table of targets has entries that are missing."""
    table = targets[0] if targets else None
    return isinstance(table, np.ndarray) and table.dtype.kind == "f" and bool(np.isnan(table).any())


def weights_of_known(weights: np.ndarray, targets: Targets, name: str) -> np.ndarray:
    """Return sample weights, 0 where all targets of a sample are missing; a ValueError if nothing is left."""
    if not has_gaps(targets):
        return weights
    weights = weights * ~np.isnan(targets[0]).all(axis=1)
    if not weights.any():
        raise ValueError(f"{name} is missing in every sample that has a weight.")
    return weights


def require_known_columns(targets: Targets, y: Any) -> None:
    """Raise a ValueError that names a column of which the training samples know nothing."""
    if has_gaps(targets) and (empty := np.isnan(targets[0]).all(axis=0)).any():
        column = int(np.argmax(empty))
        name = f"{y.columns[column]!r} ({column})" if hasattr(y, "columns") else str(column)
        raise ValueError(
            f"column {name} of y is missing in every training sample; leave it out, or give at least one entry of it."
        )
