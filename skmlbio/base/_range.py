"""What single precision can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

LARGEST = float(np.finfo(np.float32).max)


def require_single(X: Any, names: Any = None) -> None:
    """Raise a ValueError that names the first number, of an array or a CSR matrix, that single precision cannot hold.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, ...)
        Finite numbers.
    names : ndarray of shape (n_features,) or None
        Names of the columns.

    Examples
    --------
    >>> require_single(np.array([[1.0, 2.0], [3.0, -1e40]]), ["mass", "charge"])
    Traceback (most recent call last):
    ValueError: X[1, 1] is -1e+40 (feature 'charge'), but numbers must lie between -3.4e+38 and 3.4e+38.
    """
    values = X.data if issparse(X) else X
    if values.size == 0 or max(values.max(), -values.min()) <= LARGEST:
        return
    place = int(np.argmax(np.abs(values) > LARGEST))
    if issparse(X):
        where = [int(np.searchsorted(X.indptr, place, side="right")) - 1, int(X.indices[place])]
    else:
        where = [int(i) for i in np.unravel_index(place, X.shape)]
    feature = "" if names is None else f" (feature {str(names[where[-1]])!r})"
    raise ValueError(
        f"X{where} is {values.flat[place]:.6g}{feature}, but numbers must lie between -3.4e+38 and 3.4e+38."
    )
